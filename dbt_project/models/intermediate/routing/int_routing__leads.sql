-- Grain: lead that came in by the business date.
with

leads as (select * from {{ ref('stg_crm__leads') }}),

final as (
    select
        leads.lead_id,
        leads.company_name,
        leads.required_skill,
        leads.created_on,
        leads.estimated_amount,
        {{ resolved_id('rep', 'leads') }} as rep_id,
        {{ resolved_id('territory', 'leads') }} as territory_id,
        coalesce(leads.converted_on <= {{ as_of_date() }}, false) as is_converted,
        case
            when leads.converted_on is not null then leads.converted_on > {{ as_of_date() }}
            else coalesce(leads.status, 'new') in ('new', 'working')
        end as is_open,
        coalesce(leads.converted_on <= {{ as_of_date() }}, false) or coalesce(leads.status = 'closed', false)
            as is_decided
    from leads
    {{ join_identity('rep', 'leads') }}
    {{ join_identity('territory', 'leads') }}
    where leads.created_on <= {{ as_of_date() }}
)

select * from final
