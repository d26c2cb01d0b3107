-- Grain: lead that came in by the business date and is no duplicate.
with

leads as (
    select * from {{ ref('stg_crm__leads') }}
    where {{ is_counted_lead() }}
),

company as (select currency_code as company_currency_code from {{ ref('stg_run__company') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

final as (
    select
        leads.lead_id,
        leads.company_name,
        leads.required_skill,
        leads.created_on,
        {{ in_company_currency(
            'leads.estimated_amount', 'coalesce(leads.currency_code, company.company_currency_code)', 'rates.rate'
        ) }} as estimated_amount,
        {{ resolved_id('rep', 'leads') }} as rep_id,
        {{ resolved_id('territory', 'leads') }} as territory_id,
        {{ is_converted_lead('leads') }} as is_converted,
        {{ is_open_lead('leads') }} as is_open,
        {{ is_converted_lead('leads') }} or coalesce(leads.status = 'closed', false) as is_decided
    from leads
    cross join company
    left join rates on leads.currency_code = rates.currency_code and rates.rate_on = {{ as_of_date() }}
    {{ join_identity('rep', 'leads') }}
    {{ join_identity('territory', 'leads') }}
)

select * from final
