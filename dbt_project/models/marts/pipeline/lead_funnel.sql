-- Grain: fiscal month × scope (company, team, rep, channel, segment).
-- What became of the leads that came in a month, and how soon somebody answered, in working hours. Leads that nobody
-- has answered yet count as answered later than all others: left out, the slowest would make the figure better. Those
-- answered before they were created are counted, and refused from the hours.
{%- set categories = ['qualified', 'unqualified', 'price_issue', 'not_now', 'unreachable'] %}
{%- set never = 1000000000 %}
{%- set scopes = {
    'company': "'company'",
    'rep': 'described.rep_id',
    'channel': 'described.channel',
    'segment': 'described.segment'
} %}
with

leads as (
    select * from {{ ref('stg_crm__leads') }}
    where {{ is_counted_lead() }}
),

months as (
    select * from {{ ref('int_targets__day_periods') }}
    where period_type = 'month'
),

responses as (select * from {{ ref('int_leads__responses') }}),

teams as (
    select
        rep_id,
        scope_id as team_id
    from {{ ref('int_people__scopes') }}
    where scope_type = 'team'
),

described as (
    select
        leads.lead_id,
        months.period_start_on,
        months.period_end_on,
        leads.category,
        coalesce(leads.channel, '(none)') as channel,
        coalesce(leads.segment, '(none)') as segment,
        coalesce({{ resolved_id('rep', 'leads') }}, '(none)') as rep_id,
        {{ is_converted_lead('leads') }} as is_converted,
        {{ lead_status('leads') }} = 'closed' as is_closed,
        responses.lead_id is not null as is_answered,
        coalesce(responses.first_contact_at < leads.created_at, false) as is_answered_before,
        case
            when responses.first_contact_at >= leads.created_at
                then responses.response_hours
            when responses.lead_id is null then {{ never }}
        end as response_hours
    from leads
    inner join months on leads.created_on = months.date_on
    left join responses on leads.lead_id = responses.lead_id
    {{ join_identity('rep', 'leads') }}
),

-- A lead counts once in every scope; in the team of its rep and in those above it.
placed as (
    {%- for scope_type, scope_id in scopes.items() %}
        select
            described.*,
            '{{ scope_type }}' as scope_type,
            {{ scope_id }} as scope_id
        from described
        union all
    {%- endfor %}
    select
        described.*,
        'team' as scope_type,
        coalesce(teams.team_id, '(none)') as scope_id
    from described
    left join teams on described.rep_id = teams.rep_id
),

counted as (
    select
        period_start_on,
        period_end_on,
        scope_type,
        scope_id,
        count(*) as lead_count,
        {%- for category in categories %}
            count(case when category = '{{ category }}' then 1 end) as {{ category }}_count,
        {%- endfor %}
        count(case when category is null then 1 end) as unjudged_count,
        count(case when is_converted then 1 end) as converted_count,
        count(case when is_closed and not is_converted then 1 end) as closed_count,
        count(case when is_answered then 1 end) as answered_count,
        count(case when is_answered_before then 1 end) as answered_before_count,
        percentile_disc(0.5) within group (order by response_hours) as median_hours,
        percentile_disc(0.9) within group (order by response_hours) as p90_hours
    from placed
    group by period_start_on, period_end_on, scope_type, scope_id
),

final as (
    select
        -- who and when
        counted.scope_type,
        counted.scope_id,
        counted.period_start_on,
        counted.period_end_on,
        -- what came
        cast(counted.lead_count as bigint) as lead_count,
        -- what it turned out to be
        {%- for category in categories + ['unjudged'] %}
            cast(counted.{{ category }}_count as bigint) as {{ category }}_lead_count,
        {%- endfor %}
        {{ fraction('counted.qualified_count', 'counted.lead_count - counted.unjudged_count') }} as qualified_ratio,
        -- what became of it
        cast(counted.converted_count as bigint) as converted_lead_count,
        cast(counted.closed_count as bigint) as closed_lead_count,
        cast(counted.lead_count - counted.converted_count - counted.closed_count as bigint) as open_lead_count,
        {{ fraction('counted.converted_count', 'counted.converted_count + counted.closed_count') }}
            as conversion_ratio,
        -- how soon it was answered
        cast(counted.answered_count as bigint) as answered_lead_count,
        cast(counted.lead_count - counted.answered_count as bigint) as unanswered_lead_count,
        cast(counted.answered_before_count as bigint) as answered_before_created_lead_count,
        cast(case when counted.median_hours < {{ never }} then counted.median_hours end as decimal(18, 4))
            as median_response_hours,
        cast(case when counted.p90_hours < {{ never }} then counted.p90_hours end as decimal(18, 4))
            as p90_response_hours
    from counted
)

select * from final
