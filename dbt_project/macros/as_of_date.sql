{% macro as_of_date() -%}
    {#- The business date everything is reported as of; parsing alone needs none. -#}
    {%- set given = var('as_of_date') -%}
    {%- if given is none and execute -%}
        {{ exceptions.raise_compiler_error("as_of_date is missing: pass --vars '{as_of_date: yyyy-mm-dd}'") }}
    {%- endif -%}
    {%- set day = modules.datetime.date.fromisoformat(given or '1970-01-01') -%}
    cast('{{ day.isoformat() }}' as date)
{%- endmacro %}
