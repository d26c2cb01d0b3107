-- What was there, came, changed and went is what is there: to the last digit, and for the number of deals as well.
select
    scope_type,
    scope_id,
    period_type,
    period_start_on
from {{ ref('pipeline_movement') }}
where
    start_amount + new_amount + pulled_in_amount + closed_early_amount + resumed_amount + reopened_amount
    + grown_amount - shrunk_amount + revalued_amount + transferred_amount
    - pushed_amount - slipped_amount - suspended_amount - won_amount - lost_amount - discarded_amount
    <> end_amount
    or start_deal_count + new_deal_count + pulled_in_deal_count + closed_early_deal_count + resumed_deal_count
    + reopened_deal_count + transferred_deal_count
    - pushed_deal_count - slipped_deal_count - suspended_deal_count - won_deal_count - lost_deal_count
    - discarded_deal_count
    <> end_deal_count
