{#- What the configuration says of a stage: by the deal's own funnel, or by the default one where that is not configured. -#}

{% macro join_stage(deals, stage) -%}
    left join {{ ref('stg_run__funnel_stages') }} as own_stages
        on {{ deals }}.funnel = own_stages.funnel and {{ stage }} = own_stages.stage
    left join {{ ref('stg_run__funnel_stages') }} as default_stages
        on default_stages.funnel = 'default' and {{ stage }} = default_stages.stage
{%- endmacro %}


{% macro stage_column(column) -%}
    coalesce(own_stages.{{ column }}, default_stages.{{ column }})
{%- endmacro %}


{#- What a change tells of a field of a deal, which may be that it is empty; of what it leaves out, the deal's own. -#}
{% macro told_of_deal(field, own, changes='moves', told=none) -%}
    {%- set told = told or changes ~ '.' ~ field -%}
    case when {{ changes }}.tells_{{ field }} then {{ told }} else coalesce({{ told }}, {{ own }}) end
{%- endmacro %}


{#- From when until when what is told at a moment holds: the first also before it, the last for ever. -#}
{% macro in_force_between(told_at, partition_by, order_by) -%}
    coalesce(
        case when row_number() over (partition by {{ partition_by }} order by {{ order_by }}) > 1 then {{ told_at }} end,
        cast('0001-01-01' as timestamp)
    ) as in_force_from,
    coalesce(
        lead({{ told_at }}) over (partition by {{ partition_by }} order by {{ order_by }}),
        cast('9999-12-31' as timestamp)
    ) as in_force_until
{%- endmacro %}


{#- Of each deal when it was first told of, and whether a night saw it then; grouped by deal. -#}
{% macro first_told(moves) -%}
    min({{ moves }}.entered_on) as first_told_on,
    coalesce(
        min(case when {{ moves }}.is_observed then {{ moves }}.entered_at end) = min({{ moves }}.entered_at), false
    ) as is_first_seen
{%- endmacro %}


{#- What was moved after the day on which the deal was closed was not on its way. -#}
{% macro is_move_by_the_end(moves, deals) -%}
    {{ moves }}.entered_on <= least({{ as_of_date() }}, coalesce({{ deals }}.closed_on, {{ as_of_date() }}))
{%- endmacro %}


{#- A deal that was somewhere on its way when a night first saw it. -#}
{% macro is_found_on_its_way(deals, beginnings) -%}
    ({{ beginnings }}.is_first_seen and coalesce({{ deals }}.created_on < {{ beginnings }}.first_told_on, true))
{%- endmacro %}
