-- Grain: business date × source system × dataset.
-- Every row and every amount from the source to the marts: what a night read it either refused or accepted, what it
-- accepted stands in the lake, and what stands in the lake is in the warehouse, counted or left out with a reason.
{%- set fates = ['counted', 'test', 'not_a_sale', 'repayment', 'not_yet', 'unpriced'] %}
with

loads as (select * from {{ ref('stg_run__loads') }}),

totals as (select * from {{ ref('int_warehouse_totals') }}),

latest as (
    select
        source_system,
        dataset,
        max(business_on) as business_on
    from loads
    group by source_system, dataset
),

-- The warehouse stands as the last load of each dataset left it.
traced as (
    select
        loads.*,
        latest.business_on is not null as is_latest_load,
        case when latest.business_on is not null then coalesce(totals.lake_row_count, 0) end as staged_row_count,
        case when loads.money_in_lake is not null then totals.lake_amount end as staged_amount,
        {%- for fate in fates %}
            totals.{{ fate }}_row_count,
            totals.{{ fate }}_amount,
        {%- endfor %}
        totals.is_in_warehouse,
        totals.warehouse_row_count,
        totals.warehouse_amount
    from loads
    left join latest
        on
            loads.source_system = latest.source_system
            and loads.dataset = latest.dataset
            and loads.business_on = latest.business_on
    left join totals
        on
            latest.source_system = totals.source_system
            and latest.dataset = totals.dataset
),

compared as (
    select
        *,
        rows_read - rows_accepted - rows_quarantined as unexplained_read_count,
        rows_accepted - rows_superseded - rows_marked_deleted - rows_inserted - rows_updated - rows_unchanged
            as unexplained_accepted_count,
        coalesce(
            money_read - money_accepted - money_quarantined
            - coalesce(money_superseded, 0) - coalesce(money_deleted, 0),
            0
        ) as unexplained_read_amount,
        case when is_latest_load then rows_in_lake - staged_row_count else 0 end as unexplained_lake_count,
        case when is_latest_load then coalesce(money_in_lake, 0) - coalesce(staged_amount, 0) else 0 end
            as unexplained_lake_amount,
        case when is_in_warehouse then staged_row_count - coalesce(warehouse_row_count, 0) else 0 end
            as unexplained_warehouse_count,
        case
            when is_in_warehouse and dataset in ('order_lines', 'refunds', 'deals')
                then coalesce(staged_amount, 0) - coalesce(warehouse_amount, 0)
            else 0
        end as unexplained_warehouse_amount
    from traced
),

final as (
    select
        -- grain
        business_on,
        source_system,
        dataset,
        -- the load
        load as load_kind,
        coalesce(is_stale, false) as is_stale,
        is_latest_load,
        -- rows
        rows_read as read_row_count,
        rows_quarantined as refused_row_count,
        rows_accepted as accepted_row_count,
        rows_superseded as superseded_row_count,
        rows_marked_deleted as deletion_mark_count,
        rows_inserted as inserted_row_count,
        rows_updated as updated_row_count,
        rows_unchanged as unchanged_row_count,
        rows_deleted as deleted_row_count,
        rows_in_lake as lake_row_count,
        cast(warehouse_row_count as bigint) as warehouse_row_count,
        {%- for fate in fates %}
            cast({{ fate }}_row_count as bigint) as {{ fate }}_row_count,
        {%- endfor %}
        -- money, in the rows' own currencies
        money_read as read_amount,
        money_quarantined as refused_amount,
        coalesce(money_superseded, 0) as superseded_amount,
        coalesce(money_deleted, 0) as deletion_mark_amount,
        money_accepted as accepted_amount,
        money_in_lake as lake_amount,
        cast(warehouse_amount as decimal(18, 4)) as warehouse_amount,
        {%- for fate in fates %}
            cast({{ fate }}_amount as decimal(18, 4)) as {{ fate }}_amount,
        {%- endfor %}
        -- residuals
        cast(unexplained_read_count as bigint) as unexplained_read_count,
        cast(unexplained_accepted_count as bigint) as unexplained_accepted_count,
        cast(unexplained_lake_count as bigint) as unexplained_lake_count,
        cast(unexplained_warehouse_count as bigint) as unexplained_warehouse_count,
        cast(unexplained_read_amount as decimal(18, 4)) as unexplained_read_amount,
        cast(unexplained_lake_amount as decimal(18, 4)) as unexplained_lake_amount,
        cast(unexplained_warehouse_amount as decimal(18, 4)) as unexplained_warehouse_amount,
        unexplained_read_count = 0
        and unexplained_accepted_count = 0
        and unexplained_lake_count = 0
        and unexplained_warehouse_count = 0
        and unexplained_read_amount = 0
        and unexplained_lake_amount = 0
        and unexplained_warehouse_amount = 0 as is_reconciled
    from compared
)

select * from final
