{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- Schemas have the same names for everybody: published SQL names `marts`, whoever built it. -#}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
