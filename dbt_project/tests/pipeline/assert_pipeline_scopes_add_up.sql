-- Reps add up to the company, and the company to its deals; what is transferred within it is nothing to it.
with

scopes as (
    select
        period_type,
        period_start_on,
        sum(case when scope_type = 'rep' then start_amount else 0 end) as rep_start_amount,
        sum(case when scope_type = 'company' then start_amount else 0 end) as company_start_amount,
        sum(case when scope_type = 'rep' then end_amount else 0 end) as rep_end_amount,
        sum(case when scope_type = 'company' then end_amount else 0 end) as company_end_amount,
        sum(case when scope_type = 'rep' then won_amount else 0 end) as rep_won_amount,
        sum(case when scope_type = 'company' then won_amount else 0 end) as company_won_amount,
        sum(case when scope_type = 'company' then transferred_amount else 0 end) as company_transferred_amount
    from {{ ref('pipeline_movement') }}
    group by period_type, period_start_on
),

deals as (
    select
        period_type,
        period_start_on,
        sum(start_amount) as start_amount,
        sum(case when is_in_end then last_amount else 0 end) as end_amount
    from {{ ref('int_pipeline__movements') }}
    group by period_type, period_start_on
)

select
    deals.period_type,
    deals.period_start_on
from deals
left join scopes on deals.period_type = scopes.period_type and deals.period_start_on = scopes.period_start_on
where
    scopes.period_type is null
    or scopes.company_start_amount <> deals.start_amount
    or scopes.company_end_amount <> deals.end_amount
    or scopes.rep_start_amount <> deals.start_amount
    or scopes.rep_end_amount <> deals.end_amount
    or scopes.rep_won_amount <> scopes.company_won_amount
    or scopes.company_transferred_amount <> 0
