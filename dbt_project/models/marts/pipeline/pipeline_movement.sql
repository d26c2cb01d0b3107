-- Grain: scope (company, team, rep) × fiscal week, month, quarter or year.
-- start + new + pulled in + closed early + resumed + reopened + grown − shrunk ± revalued ± transferred
-- − pushed − slipped − suspended − won − lost − discarded = end.
{%- set entries = ['new', 'pulled_in', 'closed_early', 'resumed', 'reopened'] %}
{%- set departures = ['pushed', 'slipped', 'suspended', 'won', 'lost', 'discarded'] %}
{%- set counted = ['start', 'transferred'] + entries + departures + ['end', 'end_unvalued'] %}
{%- set valued = ['start', 'transferred', 'grown', 'shrunk', 'revalued'] + entries + departures + ['end'] %}
with

-- Deals that went alike first: deals are many, and every one of them is in several scopes.
movements as (
    select
        rep_id,
        start_rep_id,
        period_type,
        period_start_on,
        period_end_on,
        is_in_start,
        is_in_end,
        is_unvalued,
        entry,
        departure,
        count(*) as deal_count,
        sum(start_amount) as start_amount,
        sum(greatest(changed_amount, 0)) as grown_amount,
        sum(greatest(-changed_amount, 0)) as shrunk_amount,
        sum(revalued_amount) as revalued_amount,
        sum(last_amount) as last_amount
    from {{ ref('int_pipeline__movements') }}
    group by
        rep_id,
        start_rep_id,
        period_type,
        period_start_on,
        period_end_on,
        is_in_start,
        is_in_end,
        is_unvalued,
        entry,
        departure
),

scopes as (select * from {{ ref('int_pipeline__scopes') }}),

company as (select * from {{ ref('stg_run__company') }}),

-- A deal that changed hands starts with the one, and everything else happens to it with the other.
by_rep as (
    select
        rep_id,
        period_type,
        period_start_on,
        period_end_on,
        case when is_in_start and start_rep_id = rep_id then deal_count else 0 end as start_count,
        case when start_rep_id = rep_id then start_amount else 0 end as start_amount,
        case when is_in_start and start_rep_id <> rep_id then deal_count else 0 end as transferred_count,
        case when start_rep_id <> rep_id then start_amount else 0 end as transferred_amount,
        {%- for entry in entries %}
            case when entry = '{{ entry }}' then deal_count else 0 end as {{ entry }}_count,
            case when entry = '{{ entry }}' then last_amount else 0 end as {{ entry }}_amount,
        {%- endfor %}
        grown_amount,
        shrunk_amount,
        revalued_amount,
        {%- for departure in departures %}
            case when departure = '{{ departure }}' then deal_count else 0 end as {{ departure }}_count,
            case when departure = '{{ departure }}' then last_amount else 0 end as {{ departure }}_amount,
        {%- endfor %}
        case when is_in_end then deal_count else 0 end as end_count,
        case when is_in_end then last_amount else 0 end as end_amount,
        case when is_in_end and is_unvalued then deal_count else 0 end as end_unvalued_count
    from movements
    union all
    select
        start_rep_id as rep_id,
        period_type,
        period_start_on,
        period_end_on,
        deal_count as start_count,
        start_amount,
        -deal_count as transferred_count,
        -start_amount as transferred_amount,
        {%- for entry in entries %}
            0 as {{ entry }}_count,
            0 as {{ entry }}_amount,
        {%- endfor %}
        0 as grown_amount,
        0 as shrunk_amount,
        0 as revalued_amount,
        {%- for departure in departures %}
            0 as {{ departure }}_count,
            0 as {{ departure }}_amount,
        {%- endfor %}
        0 as end_count,
        0 as end_amount,
        0 as end_unvalued_count
    from movements
    where is_in_start and start_rep_id <> rep_id
),

summed_by_rep as (
    select
        rep_id,
        period_type,
        period_start_on,
        period_end_on,
        {%- for flow in counted %}
            sum({{ flow }}_count) as {{ flow }}_count,
        {%- endfor %}
        {%- for flow in valued %}
            sum({{ flow }}_amount) as {{ flow }}_amount
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from by_rep
    group by rep_id, period_type, period_start_on, period_end_on
),

summed as (
    select
        scopes.scope_type,
        scopes.scope_id,
        summed_by_rep.period_type,
        summed_by_rep.period_start_on,
        summed_by_rep.period_end_on,
        {%- for flow in counted %}
            sum(summed_by_rep.{{ flow }}_count) as {{ flow }}_count,
        {%- endfor %}
        {%- for flow in valued %}
            sum(summed_by_rep.{{ flow }}_amount) as {{ flow }}_amount
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from summed_by_rep
    inner join scopes on summed_by_rep.rep_id = scopes.rep_id
    group by
        scopes.scope_type,
        scopes.scope_id,
        summed_by_rep.period_type,
        summed_by_rep.period_start_on,
        summed_by_rep.period_end_on
),

final as (
    select
        -- who and when
        summed.scope_type,
        summed.scope_id,
        summed.period_type,
        summed.period_start_on,
        summed.period_end_on,
        summed.period_end_on > {{ as_of_date() }} as is_running,
        company.currency_code,
        -- deals
        {%- for flow in ['start'] + entries + departures + ['transferred', 'end', 'end_unvalued'] %}
            cast(summed.{{ flow }}_count as bigint) as {{ flow }}_deal_count,
        {%- endfor %}
        -- amounts
        {%- for flow in ['start'] + entries + ['grown', 'shrunk', 'revalued'] + departures + ['transferred'] %}
            cast(summed.{{ flow }}_amount as decimal(18, 4)) as {{ flow }}_amount,
        {%- endfor %}
        cast(summed.end_amount as decimal(18, 4)) as end_amount
    from summed
    cross join company
)

select * from final
