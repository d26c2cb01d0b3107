{#-
    Heavy tables are rebuilt by lake month. The var `changed_months` says which months of which dataset changed since
    the warehouse was built; `int_stale_months` derives from it which months must be rebuilt. Without the var nothing
    may be kept: it takes --full-refresh then.
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
    {%- if execute and var('changed_months') is none -%}
        {{ exceptions.raise_compiler_error("changed_months is missing: pass it in --vars, or --full-refresh") }}
    {%- endif -%}
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


{#- Incremental strategy: the stale months are emptied, then filled with what the model selected for them. -#}
{% macro get_incremental_replace_months_sql(arguments) -%}
    {%- set columns = get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arguments['target_relation'] }}
    where lake_month in (select lake_month from {{ ref('int_stale_months') }});
    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}
