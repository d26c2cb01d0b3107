{#-
    Heavy tables are rebuilt in part: those of orders by lake month, those of deals by deal, the pipeline of past days
    from a day on. The var `changed_months` says which months of which dataset changed since the warehouse was built;
    `int_stale_months`, `int_pipeline__stale_deals` and `int_pipeline__changed_days` derive from it what must be rebuilt.
    Without the var nothing may be kept: it takes --full-refresh then.
-#}

{#- Rows of a table as the previous build left it; none where there was none, or where nothing of it may be kept. -#}
{% macro previous_rows(schema, identifier, columns) -%}
    {%- if execute and var('changed_months') is not none and not flags.FULL_REFRESH -%}
        {%- set relation = adapter.get_relation(database=target.database, schema=schema, identifier=identifier) -%}
    {%- endif -%}
    {%- if relation -%}
        select {{ columns | join(', ') }} from {{ relation }}
    {%- else -%}
        {{ no_rows(columns) }}
    {%- endif -%}
{%- endmacro %}


{% macro no_rows(columns) -%}
    select
        {% for name, data_type in columns.items() -%}
            cast(null as {{ data_type }}) as {{ name }}{{ ', ' if not loop.last }}
        {%- endfor %}
    where false
{%- endmacro %}


{#- Lake months of a dataset that changed, as rows. -#}
{% macro changed_months_of(dataset) -%}
    {%- set months = (var('changed_months') or {}).get(dataset) -%}
    {%- if months -%}
        select lake_month from (values ({{ month_literals(months, '), (') }})) as months (lake_month)
    {%- else -%}
        {{ no_rows({'lake_month': 'string'}) }}
    {%- endif -%}
{%- endmacro %}


{#- Months to rebuild, as SQL literals for `in (...)`: with literals a scan skips the files of all other months. -#}
{% macro stale_months() -%}
    {{- require_changed_months() -}}
    {%- set query -%}
        select distinct lake_month from {{ ref('int_stale_months') }} order by lake_month
    {%- endset -%}
    {{ month_literals(run_query(query).columns[0].values() or ['']) }}
{%- endmacro %}


{% macro month_literals(months, separator=', ') -%}
    {%- for month in months -%}
        '{{ month | replace("'", "''") }}'{{ separator if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{% macro require_changed_months() -%}
    {%- if execute and var('changed_months') is none -%}
        {{ exceptions.raise_compiler_error("changed_months is missing: pass it in --vars, or --full-refresh") }}
    {%- endif -%}
{%- endmacro %}


{#- Of a table of deals the rows that must be rebuilt, as a condition; all of them where nothing was built before. -#}
{% macro is_stale_deal(deal_id, stale_deals='int_pipeline__stale_deals', is_kept=none) -%}
    {%- if (is_incremental() if is_kept is none else is_kept) -%}
        {{- require_changed_months() -}}
        {{ deal_id }} in (select stale_deals.deal_id from {{ ref(stale_deals) }} as stale_deals)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{#- Whether the tables of deals are kept and rebuilt in part, for models that only these read. -#}
{% macro are_deals_kept() -%}
    {%- set is_kept = execute and var('changed_months') is not none and not flags.FULL_REFRESH -%}
    {{- return(
        is_kept
        and adapter.get_relation(database=target.database, schema='marts', identifier='fct_deals') is not none
    ) -}}
{%- endmacro %}


{#- Incremental strategies: what is stale is removed, then filled with what the model selected for it. -#}
{% macro get_incremental_replace_months_sql(arguments) -%}
    {{ replace_rows(arguments, 'lake_month', ref('int_stale_months')) }}
{%- endmacro %}


{% macro get_incremental_replace_deals_sql(arguments) -%}
    {{ replace_rows(arguments, 'deal_id', ref('int_pipeline__stale_deals')) }}
{%- endmacro %}


{% macro get_incremental_replace_movements_sql(arguments) -%}
    {{ replace_rows(arguments, 'deal_id', ref('int_pipeline__stale_movements')) }}
{%- endmacro %}


{% macro get_incremental_replace_days_sql(arguments) -%}
    {{ replace_where(arguments, 'pipeline_on >= ' ~ first_changed_day()) }}
{%- endmacro %}


{#- From when on a table of past days is rebuilt. -#}
{% macro first_changed_day() -%}
    (select changed_days.changed_from_on from {{ ref('int_pipeline__changed_days') }} as changed_days)
{%- endmacro %}


{#- A day, or the first that is rebuilt where that is later. -#}
{% macro told_from(day) -%}
    {{ 'greatest(' ~ day ~ ', ' ~ first_changed_day() ~ ')' if is_incremental() else day }}
{%- endmacro %}


{#- Whether what lasts until a day has a part in the days that are rebuilt. -#}
{% macro is_told_again(until_on) -%}
    {{ '(' ~ until_on ~ ' is null or ' ~ until_on ~ ' > ' ~ first_changed_day() ~ ')' if is_incremental() else 'true' }}
{%- endmacro %}


{% macro replace_rows(arguments, key, stale) -%}
    {{ replace_where(arguments, key ~ ' in (select ' ~ key ~ ' from ' ~ stale ~ ')') }}
{%- endmacro %}


{% macro replace_where(arguments, condition) -%}
    {%- set columns = get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arguments['target_relation'] }}
    where {{ condition }};
    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}
