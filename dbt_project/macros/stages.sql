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


{#- What a change tells of a deal, which may be nothing where it was seen; else what the deal itself has. -#}
{% macro told_of_deal(told, own, changes='moves') -%}
    case when {{ changes }}.is_seen then {{ told }} else coalesce({{ told }}, {{ own }}) end
{%- endmacro %}
