-- Grain: fiscal quarter or year × funnel × stage × scope (company, team, rep).
-- Where more deals are lost at a stage than by everybody else, by the rep's teammates, or by the same people in the
-- year before. A difference counts as a leak when there are enough deals on both sides, a tenth more is lost, and
-- chance would hardly make it. Every quarter compares some hundred pairs of scope and stage, so the limit is far beyond
-- the usual two standard errors.
-- What is lost is often decided sooner than what goes on, or later, so the decided deals of a period that runs tell too
-- much of one. Judged are deals that came to the stage as many days ago as nine of ten losses there take, by whether
-- they were lost within those days: open ones are judged with them, and one age is as good as another. Of the year
-- before only what came since the first loss that any source tells of in the funnel: what came before is what survived.
-- A team or the company leaks where it would without whichever of its reps makes the most of it, too: what one rep
-- loses is told of the rep.
-- Closings are held against the forecast by the stage's probability, over the deals that are closed by now.
{%- set least_deals = 20 %}
{%- set least_excess = '1.1E0' %}
{%- set leak_score = 4 %}
{%- set comparisons = ['others', 'team', 'own_past'] %}
{%- set wide_comparisons = ['others', 'own_past'] %}
{%- set sums = [
    'decided_count', 'lost_count', 'judged_count', 'judged_lost_count', 'lost_amount', 'valued_lost_count',
    'closed_count', 'won_count', 'forecast_count', 'forecast_amount', 'won_amount'
] %}
{%- set counts = ['decided_count', 'lost_count', 'judged_count', 'judged_lost_count'] %}
{%- set place = ['period_type', 'period_start_on', 'funnel', 'stage'] %}
with

passages as (select * from {{ ref('int_pipeline__passages') }}),

periods as (
    select * from {{ ref('int_people__periods') }}
    where period_type in ('quarter', 'year')
),

scopes as (select * from {{ ref('int_pipeline__scopes') }}),

reps as (select * from {{ ref('dim_rep') }}),

company as (select * from {{ ref('stg_run__company') }}),

losses as (
    select
        funnel,
        stage,
        min(decided_on) as first_lost_on,
        percentile_disc(0.9) within group (order by {{ days_between('entered_on', 'decided_on') }}) as judged_after_days
    from passages
    where result = 'lost'
    group by funnel, stage
),

first_losses as (
    select
        funnel,
        min(first_lost_on) as lost_on
    from losses
    group by funnel
),

placed as (
    select
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        passages.funnel,
        passages.stage,
        passages.stage_position,
        passages.rep_id,
        passages.result <> 'open' as is_decided,
        passages.result = 'lost' as is_lost,
        passages.deal_outcome <> 'open' and passages.result <> 'open' as is_closed,
        passages.deal_outcome = 'won' as is_won,
        passages.deal_amount,
        passages.stage_probability,
        losses.judged_after_days,
        coalesce(
            passages.entered_on <= {{ add_days(as_of_date(), '-losses.judged_after_days') }}, false
        ) as is_judged,
        coalesce(
            passages.result = 'lost'
            and {{ days_between('passages.entered_on', 'passages.decided_on') }} <= losses.judged_after_days,
            false
        ) as is_lost_in_time,
        coalesce(passages.entered_on >= first_losses.lost_on, false) as is_comparable
    from passages
    inner join periods on passages.entered_on = periods.date_on
    left join losses on passages.funnel = losses.funnel and passages.stage = losses.stage
    left join first_losses on passages.funnel = first_losses.funnel
),

by_rep as (
    select
        placed.period_type,
        placed.period_start_on,
        placed.period_end_on,
        placed.funnel,
        placed.stage,
        placed.stage_position,
        placed.judged_after_days,
        placed.rep_id,
        coalesce(reps.team_id, '(none)') as team_id,
        count(case when placed.is_decided then 1 end) as decided_count,
        count(case when placed.is_lost then 1 end) as lost_count,
        count(case when placed.is_judged then 1 end) as judged_count,
        count(case when placed.is_judged and placed.is_lost_in_time then 1 end) as judged_lost_count,
        count(case when placed.is_judged and placed.is_comparable then 1 end) as comparable_count,
        count(case when placed.is_judged and placed.is_comparable and placed.is_lost_in_time then 1 end)
            as comparable_lost_count,
        sum(case when placed.is_lost then placed.deal_amount end) as lost_amount,
        count(case when placed.is_lost then placed.deal_amount end) as valued_lost_count,
        count(case when placed.is_closed then 1 end) as closed_count,
        count(case when placed.is_won then 1 end) as won_count,
        sum(case when placed.is_closed then placed.stage_probability end) as forecast_count,
        sum(
            case
                when placed.is_closed
                    then
                        cast(placed.deal_amount as decimal(20, 4))
                        * cast(placed.stage_probability as decimal(9, 4))
            end
        ) as forecast_amount,
        sum(case when placed.is_won then placed.deal_amount end) as won_amount
    from placed
    left join reps on placed.rep_id = reps.rep_id
    group by
        placed.period_type,
        placed.period_start_on,
        placed.period_end_on,
        placed.funnel,
        placed.stage,
        placed.stage_position,
        placed.judged_after_days,
        placed.rep_id,
        coalesce(reps.team_id, '(none)')
),

-- The year before: four quarters, or one year.
former_periods as (
    select distinct
        periods.period_type,
        periods.period_start_on,
        former.period_start_on as former_start_on
    from periods
    inner join periods as former
        on
            periods.period_type = former.period_type
            and periods.period_start_on > former.period_start_on
            and {{ add_days('periods.period_start_on', -366) }} <= former.period_start_on
    where periods.date_on = periods.period_start_on and former.date_on = former.period_start_on
),

past_by_rep as (
    select
        former_periods.period_type,
        former_periods.period_start_on,
        by_rep.funnel,
        by_rep.stage,
        by_rep.rep_id,
        sum(by_rep.decided_count) as decided_count,
        sum(by_rep.lost_count) as lost_count,
        sum(by_rep.comparable_count) as judged_count,
        sum(by_rep.comparable_lost_count) as judged_lost_count
    from by_rep
    inner join former_periods
        on by_rep.period_type = former_periods.period_type and by_rep.period_start_on = former_periods.former_start_on
    group by
        former_periods.period_type, former_periods.period_start_on, by_rep.funnel, by_rep.stage, by_rep.rep_id
),

beside_past as (
    select
        by_rep.*,
        {%- for column in counts %}
            (sum(by_rep.{{ column }}) over teammates) - by_rep.{{ column }} as team_{{ column }},
            coalesce(past_by_rep.{{ column }}, 0) as own_past_{{ column }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from by_rep
    left join past_by_rep
        on
            by_rep.period_type = past_by_rep.period_type
            and by_rep.period_start_on = past_by_rep.period_start_on
            and by_rep.funnel = past_by_rep.funnel
            and by_rep.stage = past_by_rep.stage
            and by_rep.rep_id = past_by_rep.rep_id
    window teammates as (
        partition by by_rep.period_type, by_rep.period_start_on, by_rep.funnel, by_rep.stage, by_rep.team_id
    )
),

-- What those did who are no longer there counts for their teams' and the company's past all the same.
past_by_scope as (
    select
        scopes.scope_type,
        scopes.scope_id,
        past_by_rep.period_type,
        past_by_rep.period_start_on,
        past_by_rep.funnel,
        past_by_rep.stage,
        {%- for column in counts %}
            sum(past_by_rep.{{ column }}) as {{ column }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from past_by_rep
    inner join scopes on past_by_rep.rep_id = scopes.rep_id
    group by
        scopes.scope_type,
        scopes.scope_id,
        past_by_rep.period_type,
        past_by_rep.period_start_on,
        past_by_rep.funnel,
        past_by_rep.stage
),

by_scope as (
    select
        scopes.scope_type,
        scopes.scope_id,
        beside_past.period_type,
        beside_past.period_start_on,
        beside_past.period_end_on,
        beside_past.funnel,
        beside_past.stage,
        beside_past.stage_position,
        beside_past.judged_after_days,
        {%- for column in sums %}
            sum(beside_past.{{ column }}) as {{ column }},
        {%- endfor %}
        {%- for column in counts %}
            sum(case when scopes.scope_type = 'rep' then beside_past.team_{{ column }} end) as team_{{ column }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from beside_past
    inner join scopes on beside_past.rep_id = scopes.rep_id
    group by
        scopes.scope_type,
        scopes.scope_id,
        beside_past.period_type,
        beside_past.period_start_on,
        beside_past.period_end_on,
        beside_past.funnel,
        beside_past.stage,
        beside_past.stage_position,
        beside_past.judged_after_days
),

compared as (
    select
        by_scope.*,
        {%- for column in counts %}
            (sum(case when by_scope.scope_type = 'company' then by_scope.{{ column }} end) over everybody)
            - by_scope.{{ column }} as others_{{ column }},
            past_by_scope.{{ column }} as own_past_{{ column }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from by_scope
    left join past_by_scope
        on
            by_scope.scope_type = past_by_scope.scope_type
            and by_scope.scope_id = past_by_scope.scope_id
            {%- for column in place %}
                and by_scope.{{ column }} = past_by_scope.{{ column }}
            {%- endfor %}
    window everybody as (
        partition by by_scope.period_type, by_scope.period_start_on, by_scope.funnel, by_scope.stage
    )
),

scored as (
    select
        *,
        {%- for comparison in comparisons %}
            {{ difference_score(
                'judged_lost_count',
                'judged_count',
                comparison ~ '_judged_lost_count',
                comparison ~ '_judged_count'
            ) }} as {{ comparison }}_score
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from compared
),

-- Teams and the company without each of their reps; where too few deals are left it is the rep's alone.
without_one as (
    select
        scored.scope_type,
        scored.scope_id,
        {%- for column in place %}
            scored.{{ column }},
        {%- endfor %}
        {%- for comparison in wide_comparisons %}
            {%- set past = 'beside_past.own_past_' if comparison == 'own_past' else '0 * beside_past.' %}
            min(
                case
                    when scored.judged_count - beside_past.judged_count >= {{ least_deals }}
                        then {{ difference_score(
                            '(scored.judged_lost_count - beside_past.judged_lost_count)',
                            '(scored.judged_count - beside_past.judged_count)',
                            '(scored.' ~ comparison ~ '_judged_lost_count - ' ~ past ~ 'judged_lost_count)',
                            '(scored.' ~ comparison ~ '_judged_count - ' ~ past ~ 'judged_count)'
                        ) }}
                    else 0
                end
            ) as {{ comparison }}_score
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from scored
    inner join scopes on scored.scope_type = scopes.scope_type and scored.scope_id = scopes.scope_id
    inner join beside_past
        on
            scopes.rep_id = beside_past.rep_id
            {%- for column in place %}
                and scored.{{ column }} = beside_past.{{ column }}
            {%- endfor %}
    where scored.scope_type <> 'rep' and beside_past.judged_count > 0
    group by
        scored.scope_type,
        scored.scope_id,
        {%- for column in place %}
            scored.{{ column }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
),

told as (
    select
        scored.*,
        {%- for comparison in comparisons %}
            case
                when
                    scored.{{ comparison }}_score >= {{ leak_score }}
                    and scored.judged_count >= {{ least_deals }}
                    and scored.{{ comparison }}_judged_count >= {{ least_deals }}
                    and scored.judged_lost_count * scored.{{ comparison }}_judged_count
                    >= {{ least_excess }} * scored.{{ comparison }}_judged_lost_count * scored.judged_count
                    {%- if comparison in wide_comparisons %}
                        and (scored.scope_type = 'rep' or without_one.{{ comparison }}_score >= {{ leak_score }})
                    {%- endif %}
                    then scored.{{ comparison }}_score
            end as {{ comparison }}_leak_score
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from scored
    left join without_one
        on
            scored.scope_type = without_one.scope_type
            and scored.scope_id = without_one.scope_id
            {%- for column in place %}
                and scored.{{ column }} = without_one.{{ column }}
            {%- endfor %}
),

-- The comparison that tells most of a leak; where there is none, the widest.
weighed as (
    select
        *,
        greatest(
            {%- for comparison in comparisons %}
                {{ comparison }}_leak_score{{ ',' if not loop.last }}
            {%- endfor %}
        ) as greatest_leak_score
    from told
),

named as (
    select
        *,
        case
            {%- for comparison in comparisons %}
                when {{ comparison }}_leak_score = greatest_leak_score then '{{ comparison }}'
            {%- endfor %}
            {%- for comparison in comparisons %}
                when {{ comparison }}_judged_count > 0 then '{{ comparison }}'
            {%- endfor %}
        end as compared_with
    from weighed
    where decided_count > 0
),

chosen as (
    select
        *,
        case compared_with
            {%- for comparison in comparisons %}
                when '{{ comparison }}' then {{ comparison }}_score
            {%- endfor %}
        end as score,
        case compared_with
            {%- for comparison in comparisons %}
                when '{{ comparison }}'
                    then cast({{ comparison }}_judged_lost_count as double) / {{ comparison }}_judged_count
            {%- endfor %}
        end as usual_lost_share
    from named
),

valued as (
    select
        *,
        case
            when usual_lost_share is not null
                then greatest(judged_lost_count - judged_count * usual_lost_share, 0)
        end as excess_lost
    from chosen
),

final as (
    select
        -- where, who and when
        valued.scope_type,
        valued.scope_id,
        valued.period_type,
        valued.period_start_on,
        valued.period_end_on,
        valued.funnel,
        valued.stage,
        valued.stage_position,
        company.currency_code,
        -- what happened
        cast(valued.decided_count as bigint) as decided_deal_count,
        cast(valued.lost_count as bigint) as lost_deal_count,
        {{ fraction('valued.decided_count - valued.lost_count', 'valued.decided_count') }} as conversion_ratio,
        {%- for comparison in comparisons %}
            {{ fraction(
                'valued.' ~ comparison ~ '_decided_count - valued.' ~ comparison ~ '_lost_count',
                'valued.' ~ comparison ~ '_decided_count'
            ) }} as {{ comparison }}_conversion_ratio,
            cast(coalesce(valued.{{ comparison }}_decided_count, 0) as bigint) as {{ comparison }}_decided_deal_count,
        {%- endfor %}
        -- closings against the forecast
        cast(valued.closed_count as bigint) as closed_deal_count,
        cast(valued.forecast_count as decimal(18, 4)) as forecast_won_deal_count,
        cast(valued.won_count as bigint) as won_deal_count,
        cast(valued.forecast_amount as decimal(18, 4)) as forecast_won_amount,
        cast(case when valued.forecast_amount is not null then coalesce(valued.won_amount, 0) end as decimal(18, 4))
            as won_amount,
        -- what is judged, and against whom
        cast(valued.judged_after_days as bigint) as judged_after_days,
        cast(valued.judged_count as bigint) as judged_deal_count,
        cast(valued.judged_lost_count as bigint) as judged_lost_deal_count,
        {%- for comparison in comparisons %}
            cast(coalesce(valued.{{ comparison }}_judged_count, 0) as bigint) as {{ comparison }}_judged_deal_count,
            cast(coalesce(valued.{{ comparison }}_judged_lost_count, 0) as bigint)
                as {{ comparison }}_judged_lost_deal_count,
            cast(valued.{{ comparison }}_score as decimal(18, 4)) as {{ comparison }}_score,
        {%- endfor %}
        -- how sure, how much
        valued.compared_with,
        cast(valued.score as decimal(18, 4)) as leak_score,
        cast(valued.excess_lost as decimal(18, 4)) as excess_lost_deal_count,
        {{ share_of('valued.lost_amount', 'valued.excess_lost', 'valued.valued_lost_count') }} as excess_lost_amount,
        cast(valued.valued_lost_count as bigint) as valued_lost_deal_count,
        valued.greatest_leak_score is not null as is_leak
    from valued
    cross join company
)

select * from final
