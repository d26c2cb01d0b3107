-- Grain: refund × day it counts on: the day it was made and, with the sign turned, the day its order was cancelled.
-- What refunds take from sales. A refund takes from the margin only what the sale gave to it: nothing where the cost
-- of the sale is unknown.
with

refunds as (
    select * from {{ ref('fct_refunds') }}
    where is_return
),

movements as (
    select
        refund_id,
        rep_id,
        territory_id,
        product_id,
        channel,
        revenue_stream,
        has_cost,
        is_unpriced,
        refunded_on as returned_on,
        1 as refund_count,
        refund_amount,
        cost_amount
    from refunds
    union all
    select
        refund_id,
        rep_id,
        territory_id,
        product_id,
        channel,
        revenue_stream,
        has_cost,
        is_unpriced,
        reversed_on as returned_on,
        -1 as refund_count,
        -refund_amount as refund_amount,
        -cost_amount as cost_amount
    from refunds
    where reversed_on is not null
),

final as (
    select
        refund_id,
        rep_id,
        territory_id,
        product_id,
        channel,
        revenue_stream,
        returned_on,
        refund_count,
        is_unpriced,
        case when is_unpriced then refund_count else 0 end as unpriced_count,
        refund_amount,
        -cost_amount as cost_amount,
        case
            when has_cost or cost_amount is not null
                then coalesce(cost_amount, 0) - coalesce(case when has_cost then refund_amount end, 0)
        end as margin_amount
    from movements
)

select * from final
