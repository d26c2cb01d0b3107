/*
title: Feedback
order: 85
editions: [rep, lead, supervisor, director]
*/

-- query: totals
select
    count(*) as feedback_count,
    count(*) filter (where status = 'waiting') as waiting_feedback_count,
    count(*) filter (where status = 'waiting' and feedback_type = 'dispute') as waiting_disputes_count,
    count(*) filter (where feedback_type = 'dispute') as disputes_count,
    count(*) filter (where resolution = 'accepted') as accepted_feedback_count,
    count(*) filter (where status = 'answered') as answered_feedback_count,
    median(answer_days) as median_answer_days
from marts.process_feedback

-- query: waiting
select
    waiting_days,
    submitted_on,
    feedback_type,
    rep_id,
    rep_name,
    metric,
    subject,
    reported_value,
    claimed_value,
    message
from marts.process_feedback
where status = 'waiting'
order by waiting_days desc, feedback_id, source_system

-- query: answered
select
    answered_on,
    answer_days,
    resolution,
    answer,
    answered_by,
    submitted_on,
    feedback_type,
    rep_id,
    rep_name,
    metric,
    subject,
    reported_value,
    claimed_value,
    message
from marts.process_feedback
where status = 'answered'
order by answered_on desc, submitted_on desc, feedback_id, source_system

-- query: figures
select
    metric,
    count(*) as feedback_count,
    count(*) filter (where feedback_type = 'dispute') as disputes_count,
    count(*) filter (where resolution = 'accepted') as accepted_feedback_count,
    count(*) filter (where status = 'waiting') as waiting_feedback_count
from marts.process_feedback
group by metric
order by feedback_count desc, metric nulls last
