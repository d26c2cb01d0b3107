{#- Everything in which DuckDB and Spark differ. A model never asks which engine runs it. -#}

{#-
    A dataset of the lake or a table of the run: the files where they lie. The folders are asked for when a model runs,
    not when it is parsed: what dbt has parsed once then serves every night.
-#}
{% macro source(source_name, table_name) -%}
    {%- set relation = builtins.source(source_name, table_name) -%}
    {%- if not execute or relation.is_cte -%}
        {{- return(relation) -}}
    {%- elif target.type == 'spark' and source_name == 'lake' -%}
        {{- return('parquet.`' ~ env_var('DAYBOOK_LAKE') ~ '/' ~ table_name ~ '`') -}}
    {%- elif target.type == 'spark' -%}
        {{- return('parquet.`' ~ env_var('DAYBOOK_RUN') ~ '/' ~ table_name ~ '.parquet`') -}}
    {%- elif source_name == 'lake' -%}
        {%- set files = env_var('DAYBOOK_LAKE') ~ '/' ~ table_name ~ '/*/*/*.parquet' -%}
        {%- set reading = 'hive_partitioning = true, hive_types_autocast = false, union_by_name = false' -%}
        {{- return("read_parquet('" ~ files | replace("'", "''") ~ "', " ~ reading ~ ")") -}}
    {%- else -%}
        {%- set file = env_var('DAYBOOK_RUN') ~ '/' ~ table_name ~ '.parquet' -%}
        {{- return("read_parquet('" ~ file | replace("'", "''") ~ "')") -}}
    {%- endif -%}
{%- endmacro %}


{#- What clocks in a time zone say at a naive UTC timestamp. -#}
{% macro local_time(timestamp, timezone) -%}
    {%- if target.type == 'spark' -%}
        from_utc_timestamp({{ timestamp }}, {{ timezone }})
    {%- else -%}
        timezone({{ timezone }}, make_timestamptz(epoch_us({{ timestamp }})))
    {%- endif -%}
{%- endmacro %}


{#- The business date of a naive UTC timestamp in a time zone. -#}
{% macro business_date(timestamp, timezone) -%}
    cast({{ local_time(timestamp, timezone) }} as date)
{%- endmacro %}


{#- Seconds since midnight that clocks in a time zone show at a naive UTC timestamp. -#}
{% macro second_of_day(timestamp, timezone) -%}
    {%- set local_at = local_time(timestamp, timezone) -%}
    hour({{ local_at }}) * 3600 + minute({{ local_at }}) * 60 + second({{ local_at }})
{%- endmacro %}


{#- A date some days later, or earlier with a negative number. -#}
{% macro add_days(date, days) -%}
    {%- if target.type == 'spark' -%}
        date_add({{ date }}, cast({{ days }} as int))
    {%- else -%}
        ({{ date }} + cast({{ days }} as int))
    {%- endif -%}
{%- endmacro %}


{#- A date some months later, held back to the last day of a shorter month. -#}
{% macro add_months(date, months) -%}
    {%- if target.type == 'spark' -%}
        add_months({{ date }}, cast({{ months }} as int))
    {%- else -%}
        cast({{ date }} + to_months(cast({{ months }} as int)) as date)
    {%- endif -%}
{%- endmacro %}


{#- Whole days from a date to another: 30 from 1 to 31 January, -30 the other way round. -#}
{% macro days_between(first, last) -%}
    {%- if target.type == 'spark' -%}
        cast(datediff({{ last }}, {{ first }}) as bigint)
    {%- else -%}
        cast(date_diff('day', {{ first }}, {{ last }}) as bigint)
    {%- endif -%}
{%- endmacro %}


{#- In a select list: one row for every day from a date to another, both included. -#}
{% macro each_day(first, last) -%}
    {%- if target.type == 'spark' -%}
        explode(sequence({{ first }}, {{ last }}, interval 1 day))
    {%- else -%}
        cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date)
    {%- endif -%}
{%- endmacro %}


{#- In a select list: one row for every whole number from one to another, both included. -#}
{% macro each_number(first, last) -%}
    {%- if target.type == 'spark' -%}
        explode(sequence({{ first }}, {{ last }}))
    {%- else -%}
        unnest(generate_series({{ first }}, {{ last }}))
    {%- endif -%}
{%- endmacro %}


{#- Day of the week, Monday = 1. -#}
{% macro iso_weekday(date) -%}
    {%- if target.type == 'spark' -%}
        cast(weekday({{ date }}) + 1 as bigint)
    {%- else -%}
        cast(isodow({{ date }}) as bigint)
    {%- endif -%}
{%- endmacro %}


{#- Year that the ISO week of a date belongs to. -#}
{% macro iso_year(date) -%}
    {%- if target.type == 'spark' -%}
        cast(extract(yearofweek from {{ date }}) as bigint)
    {%- else -%}
        cast(isoyear({{ date }}) as bigint)
    {%- endif -%}
{%- endmacro %}


{#- How tables that are rebuilt in part are kept: Spark builds them as a whole each time. -#}
{% macro incremental_materialization() -%}
    {{- return('table' if target.type == 'spark' else 'incremental') -}}
{%- endmacro %}


{#- Quotient of two whole numbers, without its fraction. -#}
{% macro whole_quotient(dividend, divisor) -%}
    {{ dividend }} {{ 'div' if target.type == 'spark' else '//' }} {{ divisor }}
{%- endmacro %}


{#- An aggregate: texts joined in an order. -#}
{% macro joined_texts(text, separator, position) -%}
    {%- if target.type == 'spark' -%}
        listagg({{ text }}, '{{ separator }}') within group (order by {{ position }})
    {%- else -%}
        string_agg({{ text }}, '{{ separator }}' order by {{ position }})
    {%- endif -%}
{%- endmacro %}


{#- A window function: the texts of a row and of those before it, joined in their order. -#}
{% macro joined_texts_so_far(text, separator, places) -%}
    {%- set frame = places ~ ' rows between unbounded preceding and current row' -%}
    {%- if target.type == 'spark' -%}
        concat_ws('{{ separator }}', collect_list({{ text }}) over ({{ frame }}))
    {%- else -%}
        string_agg({{ text }}, '{{ separator }}') over ({{ frame }})
    {%- endif -%}
{%- endmacro %}


{#- Whether a text is one of those that another lists, separated by semicolons. -#}
{% macro is_listed(text, list) -%}
    {%- if target.type == 'spark' -%}
        array_contains(split(trim({{ list }}), ' *; *'), trim({{ text }}))
    {%- else -%}
        list_contains(string_split_regex(trim({{ list }}), ' *; *'), trim({{ text }}))
    {%- endif -%}
{%- endmacro %}
