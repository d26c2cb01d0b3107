{#-
    Heavy tables are rebuilt by lake month. The var `changed_months` says which months of which dataset changed since
    the warehouse was built; `int_stale_months` derives from it which months must be rebuilt. Without the var all are.
-#}

{#- Whether a table is rebuilt as a whole: null leaves the choice to --full-refresh. -#}
{% macro rebuilds_everything() -%}
    {{ return(true if var('changed_months') is none else none) }}
{%- endmacro %}


{#- A relation as the previous build left it; none where there is none, or where nothing of it may be kept. -#}
{% macro previous_build(schema, identifier) -%}
    {%- if not execute or var('changed_months') is none or flags.FULL_REFRESH -%}
        {{- return(none) -}}
    {%- endif -%}
    {{- return(adapter.get_relation(database=target.database, schema=schema, identifier=identifier)) -}}
{%- endmacro %}


{#- Lake months of a dataset that changed. -#}
{% macro changed_months_of(dataset) -%}
    {{ return((var('changed_months') or {}).get(dataset, [])) }}
{%- endmacro %}


{#- Months as SQL literals for `in (...)`: with literals a scan skips the files of all other months. -#}
{% macro month_literals(months) -%}
    {%- for month in months or [''] -%}
        '{{ month | replace("'", "''") }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- Months to rebuild, as SQL literals. -#}
{% macro stale_months() -%}
    {%- set query -%}
        select distinct lake_month from {{ ref('int_stale_months') }} order by lake_month
    {%- endset -%}
    {{ month_literals(run_query(query).columns[0].values()) }}
{%- endmacro %}


{#- Incremental strategy: the stale months are emptied, then filled with what the model selected for them. -#}
{% macro get_incremental_replace_months_sql(arguments) -%}
    {%- set columns = get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arguments['target_relation'] }}
    where lake_month in (select lake_month from {{ ref('int_stale_months') }});
    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}
