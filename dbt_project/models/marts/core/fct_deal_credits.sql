-- Grain: deal × credited rep; one row without a rep for a deal that belongs to nobody.
-- Who gets how much of a deal. Amounts are split to the last 0.0001 by largest remainder, so the parts of a deal add
-- up to it exactly.
with

deals as (select * from {{ ref('fct_deals') }}),

splits as (select * from {{ ref('stg_crm__deal_splits') }}),

-- Two ids of one person are one credit. Ratios count in hundred-millionths, their last digit.
credited as (
    select
        splits.deal_id,
        {{ resolved_id('rep', 'splits') }} as rep_id,
        cast(sum(splits.split_ratio) * 100000000 as bigint) as parts
    from splits
    {{ join_identity('rep', 'splits') }}
    group by splits.deal_id, {{ resolved_id('rep', 'splits') }}
),

totals as (
    select
        deal_id,
        cast(sum(parts) as bigint) as parts
    from credited
    group by deal_id
    having sum(parts) > 0
),

-- Parts that do not add up to 1 are scaled until they do.
shares as (
    select
        deals.deal_id,
        deals.deal_amount,
        credited.rep_id,
        cast(
            {{ whole_quotient('(credited.parts * 100000000)', 'totals.parts') }} * 0.00000001 as decimal(18, 8)
        ) as split_ratio
    from deals
    inner join totals on deals.deal_id = totals.deal_id
    inner join credited on totals.deal_id = credited.deal_id
),

rounded as (
    select
        *,
        -- wider factors: DuckDB multiplies two decimals of up to 18 digits within 18, and a million overflows
        cast(cast(deal_amount as decimal(20, 4)) * cast(split_ratio as decimal(17, 8)) as decimal(36, 12))
            as exact_amount,
        cast(cast(deal_amount as decimal(20, 4)) * cast(split_ratio as decimal(17, 8)) as decimal(18, 4))
            as near_amount
    from shares
),

floored as (
    select
        *,
        case
            when near_amount > exact_amount then cast(near_amount - 0.0001 as decimal(18, 4))
            else near_amount
        end as floor_amount
    from rounded
),

ranked as (
    select
        *,
        count(*) over (partition by deal_id) as credit_count,
        cast((deal_amount - sum(floor_amount) over (partition by deal_id)) * 10000 as bigint) as leftover_units,
        row_number() over (
            partition by deal_id order by exact_amount - floor_amount desc, rep_id asc
        ) as remainder_rank,
        row_number() over (partition by deal_id order by split_ratio desc, rep_id asc) as share_rank
    from floored
),

topped_up as (
    select
        *,
        {{ whole_quotient('leftover_units', 'credit_count') }}
        + case when remainder_rank <= leftover_units % credit_count then 1 else 0 end as extra_units
    from ranked
),

-- A deal without parts is its owner's.
final as (
    select
        deal_id,
        rep_id,
        split_ratio,
        false as is_default,
        share_rank = 1 as counts_deal,
        cast(floor_amount + extra_units * 0.0001 as decimal(18, 4)) as credited_amount
    from topped_up
    union all
    select
        deals.deal_id,
        deals.rep_id,
        cast(1 as decimal(18, 8)) as split_ratio,
        true as is_default,
        true as counts_deal,
        deals.deal_amount as credited_amount
    from deals
    left join totals on deals.deal_id = totals.deal_id
    where totals.deal_id is null
)

select * from final
