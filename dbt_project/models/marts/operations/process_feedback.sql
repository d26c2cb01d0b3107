-- Grain: source system × remark or dispute.
-- What staff have said about the tracking by the business date, and what they had been answered by then.
with

feedback as (
    select * from {{ ref('stg_internal__process_feedback') }}
    where submitted_on <= {{ as_of_date() }}
),

reps as (select * from {{ ref('dim_rep') }}),

teams as (select * from {{ ref('dim_team') }}),

told as (
    select
        feedback.source_system,
        feedback.feedback_id,
        feedback.submitted_on,
        feedback.feedback_type,
        feedback.metric,
        feedback.subject,
        feedback.reported_value,
        feedback.claimed_value,
        feedback.message,
        coalesce({{ resolved_id('rep', 'feedback') }}, '(none)') as rep_id,
        coalesce(feedback.answered_on <= {{ as_of_date() }}, false) as is_answered,
        feedback.answered_on,
        feedback.answered_by,
        feedback.answer,
        feedback.resolution
    from feedback
    {{ join_identity('rep', 'feedback') }}
),

-- Of what is answered later, nothing is known yet.
final as (
    select
        told.source_system,
        told.feedback_id,
        told.submitted_on,
        told.feedback_type,
        told.rep_id,
        reps.rep_name,
        coalesce(reps.team_id, '(none)') as team_id,
        teams.team_name,
        told.metric,
        told.subject,
        told.reported_value,
        told.claimed_value,
        told.message,
        case when told.is_answered then 'answered' else 'waiting' end as status,
        case when told.is_answered then told.answered_on end as answered_on,
        case when told.is_answered then told.answered_by end as answered_by,
        case when told.is_answered then told.answer end as answer,
        case when told.is_answered then told.resolution end as resolution,
        case when told.is_answered then {{ days_between('told.submitted_on', 'told.answered_on') }} end as answer_days,
        case
            when not told.is_answered then {{ days_between('told.submitted_on', as_of_date()) }}
        end as waiting_days
    from told
    left join reps on told.rep_id = reps.rep_id
    left join teams on coalesce(reps.team_id, '(none)') = teams.team_id
)

select * from final
