{#- Leads that are there by the business date; one that was judged a duplicate is none. -#}
{% macro is_counted_lead() -%}
    created_on <= {{ as_of_date() }} and coalesce(category, '') <> 'duplicate'
{%- endmacro %}
