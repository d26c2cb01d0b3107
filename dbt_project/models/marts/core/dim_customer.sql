-- Grain: customer; customers that only rows refer to are inferred, `(none)` stands for a guest.
with

customers as (select * from {{ ref('stg_shop__customers') }}),

accounts as (select * from {{ ref('stg_crm__accounts') }}),

unmatched as (select * from {{ ref('int_unmatched_ids') }}),

resolved as (
    select
        customers.*,
        {{ resolved_id('account', 'customers') }} as resolved_account_id,
        {{ resolved_id('territory', 'customers') }} as resolved_territory_id
    from customers
    {{ join_identity('account', 'customers') }}
    {{ join_identity('territory', 'customers') }}
),

unknown as (
    select
        id as customer_id,
        cast(null as string) as customer_name,
        min(source_system) as source_system,
        true as is_inferred
    from unmatched
    where entity = 'customer'
    group by id
    union all
    select
        '(none)' as customer_id,
        '(none)' as customer_name,
        cast(null as string) as source_system,
        false as is_inferred
),

final as (
    select
        resolved.customer_id,
        resolved.customer_name,
        resolved.email,
        resolved.resolved_account_id as account_id,
        accounts.account_name,
        resolved.resolved_territory_id as territory_id,
        resolved.segment,
        coalesce(resolved.industry, accounts.industry) as industry,
        coalesce(resolved.region, accounts.region) as region,
        coalesce(resolved.country_code, accounts.country_code) as country_code,
        resolved.acquisition_channel,
        resolved.created_on,
        false as is_inferred,
        resolved.source_system
    from resolved
    left join accounts on resolved.resolved_account_id = accounts.account_id
    union all
    select
        customer_id,
        customer_name,
        cast(null as string) as email,
        cast(null as string) as account_id,
        cast(null as string) as account_name,
        cast(null as string) as territory_id,
        cast(null as string) as segment,
        cast(null as string) as industry,
        cast(null as string) as region,
        cast(null as string) as country_code,
        cast(null as string) as acquisition_channel,
        cast(null as date) as created_on,
        is_inferred,
        source_system
    from unknown
)

select * from final
