-- Grain: day × what was sold, taken back or won × credited rep, of the running fiscal quarter and six weeks at least.
-- The rows behind net sales and bookings: an order on its day, its cancellation on its own with the sign turned, a
-- refund on the day it was made, a deal won on its closing day for each rep it is credited to.
{%- set shown_days = 41 %}
with

lines as (
    select * from {{ ref('fct_order_lines') }}
    where is_sale
),

returns as (select * from {{ ref('int_returns') }}),

deals as (
    select * from {{ ref('fct_deals') }}
    where outcome = 'won' and closed_on is not null
),

credits as (select * from {{ ref('fct_deal_credits') }}),

reps as (select * from {{ ref('dim_rep') }}),

-- One row: the first day that is shown.
horizon as (
    select least(fiscal_quarter_start_on, {{ add_days(as_of_date(), -shown_days) }}) as first_on
    from {{ ref('dim_date') }}
    where date_on = {{ as_of_date() }}
),

movements as (
    select
        sales_on,
        'sale' as entry_type,
        order_id as entry_id,
        cast(null as string) as deal_name,
        rep_id,
        channel,
        unit_count,
        net_amount as net_sales_amount,
        cast(null as decimal(18, 4)) as booking_amount,
        is_unpriced
    from lines
    union all
    select
        cancelled_on as sales_on,
        'cancellation' as entry_type,
        order_id as entry_id,
        cast(null as string) as deal_name,
        rep_id,
        channel,
        -unit_count as unit_count,
        -net_amount as net_sales_amount,
        cast(null as decimal(18, 4)) as booking_amount,
        is_unpriced
    from lines
    where cancelled_on is not null
    union all
    select
        returned_on as sales_on,
        case when refund_count > 0 then 'refund' else 'reversed_refund' end as entry_type,
        refund_id as entry_id,
        cast(null as string) as deal_name,
        rep_id,
        channel,
        cast(null as decimal(18, 4)) as unit_count,
        -refund_amount as net_sales_amount,
        cast(null as decimal(18, 4)) as booking_amount,
        is_unpriced
    from returns
    union all
    select
        deals.closed_on as sales_on,
        'booking' as entry_type,
        deals.deal_id as entry_id,
        deals.deal_name,
        credits.rep_id,
        cast(null as string) as channel,
        cast(null as decimal(18, 4)) as unit_count,
        cast(null as decimal(18, 4)) as net_sales_amount,
        credits.credited_amount as booking_amount,
        deals.is_unpriced
    from credits
    inner join deals on credits.deal_id = deals.deal_id
),

shown as (
    select
        movements.*,
        coalesce(movements.rep_id, '(none)') as credited_rep_id
    from movements
    cross join horizon
    where movements.sales_on between horizon.first_on and {{ as_of_date() }}
),

final as (
    select
        shown.sales_on,
        shown.entry_type,
        shown.entry_id,
        max(shown.deal_name) as deal_name,
        shown.credited_rep_id as rep_id,
        max(reps.rep_name) as rep_name,
        coalesce(max(reps.team_id), '(none)') as team_id,
        coalesce(max(shown.channel), '(none)') as channel,
        cast(sum(shown.unit_count) as decimal(18, 4)) as unit_count,
        cast(coalesce(sum(shown.net_sales_amount), 0) as decimal(18, 4)) as net_sales_amount,
        cast(coalesce(sum(shown.booking_amount), 0) as decimal(18, 4)) as booking_amount,
        cast(count(case when shown.is_unpriced then 1 end) as bigint) as unpriced_count
    from shown
    left join reps on shown.credited_rep_id = reps.rep_id
    group by shown.sales_on, shown.entry_type, shown.entry_id, shown.credited_rep_id
)

select * from final
