{#- First day of the fiscal year a date lies in; `company` names the relation that knows when fiscal years start. -#}
{% macro fiscal_year_start(date, company) -%}
    {%- set this_year = "make_date(year(" ~ date ~ "), " ~ company ~ ".fiscal_start_month, " ~ company ~ ".fiscal_start_day)" -%}
    case when {{ date }} >= {{ this_year }} then {{ this_year }} else {{ add_months(this_year, -12) }} end
{%- endmacro %}
