{#- What a working day must still bring to reach a target: nothing once it is met, null after the last working day. -#}
{% macro required_daily(target, actual, remaining_working_days) -%}
    case
        when {{ actual }} >= {{ target }} then cast(0 as decimal(18, 4))
        else {{ share_of(target ~ ' - ' ~ actual, 1, remaining_working_days) }}
    end
{%- endmacro %}
