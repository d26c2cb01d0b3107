{#- Age of a deal in bands: what a week means for a young deal it does not mean for an old one. -#}
{% macro age_band(days) -%}
    case
        when {{ days }} <= 14 then '0-14'
        when {{ days }} <= 30 then '15-30'
        when {{ days }} <= 60 then '31-60'
        when {{ days }} <= 120 then '61-120'
        else 'over 120'
    end
{%- endmacro %}
