-- Grain: deal × business date from which on it was put off, or was not.
-- When deals were put off, as nights saw it: from the night that saw a later day on which they are to be taken up
-- again until that day, or until a night saw it otherwise. Of deals that were put off all days are told, of others
-- none.
-- depends_on: {{ ref('int_pipeline__stale_deals') }}
{%- set beginning = "cast('0001-01-01' as date)" %}
{%- set forever = "cast('9999-12-31' as date)" %}
with

plans as (
    select
        *,
        lag(suspended_until) over (partition by deal_id order by observed_at) as formerly_suspended_until
    from {{ ref('stg_crm__deal_plans') }}
    where observed_on <= {{ as_of_date() }}
),

-- Rows keep the lake months of the plans that begin and end them: a plan that is taken back changes both.
changed_plans as (
    select
        deal_id,
        lake_month,
        suspended_until,
        observed_on as from_on,
        lead(observed_on) over (partition by deal_id order by observed_at) as next_from_on,
        lead(lake_month) over (partition by deal_id order by observed_at) as next_lake_month
    from plans
    where suspended_until is distinct from formerly_suspended_until
),

suspended as (
    select
        deal_id,
        from_on,
        least(suspended_until, next_from_on) as until_on,
        suspended_until,
        lake_month,
        next_lake_month
    from changed_plans
    where suspended_until > from_on and (next_from_on is null or next_from_on > from_on)
),

not_suspended as (
    select
        deal_id,
        until_on as from_on,
        coalesce(lead(from_on) over (partition by deal_id order by from_on), {{ forever }}) as until_on,
        next_lake_month as lake_month
    from suspended
    union all
    select
        deal_id,
        {{ beginning }} as from_on,
        min(from_on) as until_on,
        cast(null as string) as lake_month
    from suspended
    group by deal_id
),

final as (
    select
        deal_id,
        from_on,
        until_on,
        suspended_until,
        lake_month
    from suspended
    union all
    select
        deal_id,
        from_on,
        until_on,
        cast(null as date) as suspended_until,
        lake_month
    from not_suspended
    where until_on > from_on
)

select * from final
