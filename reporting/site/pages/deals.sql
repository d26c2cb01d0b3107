/*
title: Deals and leads
order: 42
*/

-- query: totals
select
    count(*) as open_deals_count,
    sum(deal_amount) as open_amount,
    sum(expected_revenue_amount) as expected_revenue_amount,
    sum(rep_forecast_amount) as rep_forecast_amount,
    count(*) filter (where deal_amount is null) as unvalued_deals_count,
    count(*) filter (where is_stalled) as stalled_deals_count,
    count(*) filter (where is_overdue) as overdue_deals_count,
    count(*) filter (where is_suspended) as suspended_deals_count
from marts.deal_register
where outcome = 'open'

-- query: follow_up
select
    item_name,
    item_type,
    rep_name,
    reason,
    silent_days,
    last_interaction_on,
    next_interaction_on,
    next_action,
    next_action_due_on,
    stage,
    item_amount,
    rep_id
from marts.follow_up_queue
order by queue_rank

-- query: open_deals
select
    deal_name,
    account_name,
    rep_name,
    stage,
    progress_ratio,
    deal_amount as value_amount,
    probability as probability_ratio,
    expected_revenue_amount,
    expected_close_on,
    push_count as pushes_count,
    rep_forecast_amount,
    rep_forecast_close_on,
    next_action,
    next_action_due_on,
    silent_days,
    is_stalled,
    is_overdue,
    is_suspended,
    rep_id
from marts.deal_register
where outcome = 'open'
order by expected_close_on nulls last, deal_amount desc nulls last, deal_id

-- query: open_backgrounds
select
    deal_name,
    account_name,
    rep_name,
    contact_name,
    job_title,
    decision_role,
    industry,
    business_type,
    revenue_stream,
    forecast_category,
    days_in_stage as stage_days,
    norm_days,
    last_interaction_on,
    next_interaction_on,
    interaction_count as interactions_count,
    is_next_action_overdue,
    earlier_won_deal_count as earlier_won_deals_count,
    earlier_won_amount,
    created_on,
    original_currency_code,
    original_deal_amount as original_value_amount,
    rep_id
from marts.deal_register
where outcome = 'open' and not is_suspended
order by expected_close_on nulls last, deal_amount desc nulls last, deal_id

-- query: suspended
select
    deal_name,
    account_name,
    rep_name,
    stage,
    deal_amount as value_amount,
    suspended_until as suspended_until_on,
    expected_close_on,
    last_interaction_on,
    next_action,
    rep_id
from marts.deal_register
where outcome = 'open' and is_suspended
order by suspended_until nulls last, deal_id

-- query: closed_deals
select
    closed_on,
    outcome,
    deal_name,
    account_name,
    rep_name,
    deal_amount as value_amount,
    cycle_days,
    loss_reason,
    competitor,
    contact_name,
    job_title,
    decision_role,
    industry,
    business_type,
    revenue_stream,
    interaction_count as interactions_count,
    earlier_won_deal_count as earlier_won_deals_count,
    earlier_won_amount,
    rep_id
from marts.deal_register
where outcome <> 'open' and closed_on > $business_on - 90 and closed_on <= $business_on
order by closed_on desc, deal_amount desc nulls last, deal_id

-- query: lead_months
select
    period_start_on as lead_month,
    lead_count as leads_count,
    qualified_lead_count as qualified_count,
    price_issue_lead_count as price_issue_count,
    not_now_lead_count as not_now_count,
    unqualified_lead_count as not_qualified_count,
    unreachable_lead_count as unreachable_count,
    unjudged_lead_count as not_judged_yet_count,
    converted_lead_count as became_deals_count,
    closed_lead_count as given_up_count,
    open_lead_count as still_open_count,
    answered_lead_count as answered_count,
    unanswered_lead_count as unanswered_count,
    qualified_ratio,
    conversion_ratio as lead_conversion_ratio,
    median_response_hours,
    p90_response_hours as nine_tenths_within_hours
from marts.lead_funnel
where
    scope_type = $scope_type and scope_id = $scope_id
    and period_start_on > $business_on - interval 12 month
order by period_start_on desc

-- query: lead_channels
select
    nullif(scope_id, '(none)') as lead_channel,
    sum(lead_count) as leads_count,
    sum(qualified_lead_count) as qualified_count,
    sum(price_issue_lead_count) as price_issue_count,
    sum(not_now_lead_count) as not_now_count,
    sum(unqualified_lead_count) as not_qualified_count,
    sum(unreachable_lead_count) as unreachable_count,
    sum(unjudged_lead_count) as not_judged_yet_count,
    sum(converted_lead_count) as became_deals_count,
    sum(closed_lead_count) as given_up_count,
    sum(open_lead_count) as still_open_count,
    sum(unanswered_lead_count) as unanswered_count
from marts.lead_funnel
where scope_type = 'channel' and period_start_on > $business_on - interval 12 month
group by scope_id
order by leads_count desc, scope_id

-- query: lead_segments
select
    period_start_on as lead_month,
    nullif(scope_id, '(none)') as segment,
    lead_count as leads_count,
    qualified_ratio,
    conversion_ratio as lead_conversion_ratio,
    median_response_hours,
    p90_response_hours as nine_tenths_within_hours
from marts.lead_funnel
where scope_type = 'segment' and period_start_on > $business_on - interval 3 month
order by period_start_on desc, lead_count desc, scope_id

-- query: lead_details
select
    period_start_on as lead_month,
    dim_rep.rep_name,
    lead_count as leads_count,
    qualified_ratio,
    conversion_ratio as lead_conversion_ratio,
    median_response_hours,
    p90_response_hours as nine_tenths_within_hours,
    scope_id as rep_id
from marts.lead_funnel
left join marts.dim_rep on lead_funnel.scope_id = dim_rep.rep_id
where scope_type = 'rep' and period_start_on > $business_on - interval 3 month
order by period_start_on desc, lead_count desc, scope_id

-- query: routing
select
    lead_routing.company_name as lead_company,
    lead_routing.created_on,
    dim_territory.territory_name,
    lead_routing.required_skill,
    dim_rep.rep_name,
    lead_routing.reason,
    lead_routing.candidate_count as candidates_count,
    lead_routing.is_in_territory,
    lead_routing.conversion_ratio as lead_conversion_ratio,
    lead_routing.open_lead_count as open_leads_count,
    lead_routing.proposed_lead_count as proposed_leads_count,
    lead_routing.lead_capacity as capacity_count,
    lead_routing.proposed_rep_id as rep_id
from marts.lead_routing
left join marts.dim_territory on lead_routing.territory_id = dim_territory.territory_id
left join marts.dim_rep on lead_routing.proposed_rep_id = dim_rep.rep_id
order by lead_routing.created_on, lead_routing.lead_id
