-- Grain: deal × business date × period type (week, month, quarter, year) whose end the expected close was moved past.
-- An open deal is pushed when its expected close is moved later than the end of the period in which it was due; what is
-- overdue is due now. Of several changes on one day the last one counts.
with

states as (
    select * from {{ ref('int_pipeline__states') }}
    where state = 'open'
),

calendar as (
    select * from {{ ref('int_targets__day_periods') }}
    where period_type <> 'day'
),

delayed as (
    select
        later.deal_id,
        later.from_on as pushed_on,
        greatest(earlier.expected_close_on, later.from_on) as former_due_on,
        later.expected_close_on
    from states as earlier
    inner join states as later on earlier.deal_id = later.deal_id and earlier.until_on = later.from_on
    where later.expected_close_on > earlier.expected_close_on
),

final as (
    select
        delayed.deal_id,
        delayed.pushed_on,
        former_periods.period_type,
        pushed_periods.period_start_on
    from delayed
    inner join calendar as former_periods
        on
            delayed.former_due_on = former_periods.date_on
            and delayed.expected_close_on > former_periods.period_end_on
    inner join calendar as pushed_periods
        on
            delayed.pushed_on = pushed_periods.date_on
            and former_periods.period_type = pushed_periods.period_type
)

select * from final
