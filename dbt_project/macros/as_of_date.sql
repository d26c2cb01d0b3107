{#- The business date everything is reported as of; only parsing can do without. -#}
{% macro as_of_date() -%}
    {%- if var('as_of_date') is none and execute -%}
        {{ exceptions.raise_compiler_error("as_of_date is missing: pass --vars '{as_of_date: yyyy-mm-dd}'") }}
    {%- endif -%}
    cast('{{ var('as_of_date') }}' as date)
{%- endmacro %}
