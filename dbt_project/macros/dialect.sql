{#- Everything in which DuckDB and Spark differ. A model never asks which engine runs it. -#}

{% macro source(source_name, table_name) -%}
    {%- set relation = builtins.source(source_name, table_name) -%}
    {%- if target.type == 'spark' -%}
        {%- set folders = {'lake': env_var('DAYBOOK_LAKE') ~ '/', 'run': env_var('DAYBOOK_RUN') ~ '/'} -%}
        {%- set endings = {'lake': '', 'run': '.parquet'} -%}
        {{- return('parquet.`' ~ folders[source_name] ~ table_name ~ endings[source_name] ~ '`') -}}
    {%- endif -%}
    {{- return(relation) -}}
{%- endmacro %}


{#- The business date of a naive UTC timestamp in a time zone. -#}
{% macro business_date(timestamp, timezone) -%}
    {{ return(adapter.dispatch('business_date', 'sales_daybook')(timestamp, timezone)) }}
{%- endmacro %}

{% macro default__business_date(timestamp, timezone) -%}
    cast(timezone({{ timezone }}, make_timestamptz(epoch_us({{ timestamp }}))) as date)
{%- endmacro %}

{% macro spark__business_date(timestamp, timezone) -%}
    cast(from_utc_timestamp({{ timestamp }}, {{ timezone }}) as date)
{%- endmacro %}


{#- A date some days later (or earlier, with a negative number). -#}
{% macro add_days(date, days) -%}
    {{ return(adapter.dispatch('add_days', 'sales_daybook')(date, days)) }}
{%- endmacro %}

{% macro default__add_days(date, days) -%}
    ({{ date }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro spark__add_days(date, days) -%}
    date_add({{ date }}, cast({{ days }} as integer))
{%- endmacro %}


{#- A date some months later, held back to the last day of a shorter month. -#}
{% macro add_months(date, months) -%}
    {{ return(adapter.dispatch('add_months', 'sales_daybook')(date, months)) }}
{%- endmacro %}

{% macro default__add_months(date, months) -%}
    cast({{ date }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro spark__add_months(date, months) -%}
    add_months({{ date }}, cast({{ months }} as integer))
{%- endmacro %}


{#- Whole days from a date to a later one: 30 from 1 to 31 January, negative the other way round. -#}
{% macro days_between(start, end) -%}
    {{ return(adapter.dispatch('days_between', 'sales_daybook')(start, end)) }}
{%- endmacro %}

{% macro default__days_between(start, end) -%}
    cast(date_diff('day', {{ start }}, {{ end }}) as bigint)
{%- endmacro %}

{% macro spark__days_between(start, end) -%}
    cast(datediff({{ end }}, {{ start }}) as bigint)
{%- endmacro %}


{#- In a select list: one row for every day from a date to another, both included. -#}
{% macro each_day(first, last) -%}
    {{ return(adapter.dispatch('each_day', 'sales_daybook')(first, last)) }}
{%- endmacro %}

{% macro default__each_day(first, last) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date)
{%- endmacro %}

{% macro spark__each_day(first, last) -%}
    explode(sequence({{ first }}, {{ last }}, interval 1 day))
{%- endmacro %}


{#- Day of the week, Monday = 1. -#}
{% macro iso_weekday(date) -%}
    {{ return(adapter.dispatch('iso_weekday', 'sales_daybook')(date)) }}
{%- endmacro %}

{% macro default__iso_weekday(date) -%}
    cast(isodow({{ date }}) as bigint)
{%- endmacro %}

{% macro spark__iso_weekday(date) -%}
    cast(weekday({{ date }}) + 1 as bigint)
{%- endmacro %}


{#- Week of the ISO year. -#}
{% macro iso_week(date) -%}
    {{ return(adapter.dispatch('iso_week', 'sales_daybook')(date)) }}
{%- endmacro %}

{% macro default__iso_week(date) -%}
    cast(weekofyear({{ date }}) as bigint)
{%- endmacro %}

{% macro spark__iso_week(date) -%}
    cast(weekofyear({{ date }}) as bigint)
{%- endmacro %}


{#- Year that the ISO week belongs to. -#}
{% macro iso_year(date) -%}
    {{ return(adapter.dispatch('iso_year', 'sales_daybook')(date)) }}
{%- endmacro %}

{% macro default__iso_year(date) -%}
    cast(isoyear({{ date }}) as bigint)
{%- endmacro %}

{% macro spark__iso_year(date) -%}
    cast(extract(yearofweek from {{ date }}) as bigint)
{%- endmacro %}
