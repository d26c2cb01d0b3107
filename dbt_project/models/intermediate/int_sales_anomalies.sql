-- Grain: day from the first sale to the business date.
-- How far net sales lie from the same weekday of the last thirteen weeks, as a robust z-score: the distance from the
-- median in units of the median absolute deviation, scaled by 0.6745 to agree with a standard deviation.
with

days as (select * from {{ ref('int_sales_days') }}),

weeks_before as (
    select
        days.sales_on,
        earlier.net_sales_amount
    from days
    inner join days as earlier
        on
            days.iso_weekday = earlier.iso_weekday
            and days.sales_on > earlier.sales_on
            and {{ add_days('days.sales_on', -91) }} <= earlier.sales_on
),

medians as (
    select
        sales_on,
        count(*) as week_count,
        median(cast(net_sales_amount as double)) as median_amount
    from weeks_before
    group by sales_on
),

deviations as (
    select
        weeks_before.sales_on,
        median(abs(cast(weeks_before.net_sales_amount as double) - medians.median_amount)) as deviation_amount
    from weeks_before
    inner join medians on weeks_before.sales_on = medians.sales_on
    group by weeks_before.sales_on
),

scored as (
    select
        days.sales_on,
        days.net_sales_amount,
        medians.median_amount,
        deviations.deviation_amount,
        0.6745 * (cast(days.net_sales_amount as double) - medians.median_amount)
        / nullif(deviations.deviation_amount, 0) as score
    from days
    inner join medians on days.sales_on = medians.sales_on
    inner join deviations on days.sales_on = deviations.sales_on
    where medians.week_count >= 8
),

-- Thirteen equal weeks leave no deviation to measure by: any other amount is out of the ordinary.
final as (
    select
        sales_on,
        cast(median_amount as decimal(18, 4)) as expected_net_sales_amount,
        cast(score as decimal(28, 10)) as robust_z_score,
        coalesce(abs(score) > 3.5, cast(net_sales_amount as double) <> median_amount) as is_anomaly
    from scored
)

select * from final
