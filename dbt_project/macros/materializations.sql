{#-
    Tables and views are replaced in place. dbt's own way builds beside, renames twice and drops, so that readers never
    miss a table; nobody reads the candidate's warehouse while it is built, and over a hundred nodes that costs seconds.
-#}

{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {{ return(replace_in_place('table')) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb', supported_languages=['sql'] %}
    {{ return(replace_in_place('view')) }}
{% endmaterialization %}


{% macro replace_in_place(kind) -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type=kind) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing_relation is not none and existing_relation.type != kind -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ create_or_replace(kind, target_relation, sql) }}
        {{ comments_on(target_relation) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target_relation]}) }}
{%- endmacro %}


{#- A contract is checked before anything is built, so the table needs no declaration to be inserted into. -#}
{% macro create_or_replace(kind, relation, sql) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    create or replace {{ kind }} {{ relation }} as (
        {{ get_select_subquery(sql) if config.get('contract').enforced else sql }}
    );
{%- endmacro %}


{#- What dbt-duckdb's incremental materialization builds its tables with. -#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {%- if temporary -%}
        {{ create_or_replace('temporary table', relation.include(database=false, schema=false), compiled_code) }}
    {%- else -%}
        {{ create_or_replace('table', relation, compiled_code) }}
    {%- endif -%}
{%- endmacro %}


{#- Descriptions as comments, where the config asks for them. -#}
{% macro comments_on(relation) -%}
    {%- if config.persist_relation_docs() and model.description %}
        comment on {{ relation.type }} {{ relation }} is {{ duckdb_escape_comment(model.description) }};
    {%- endif %}
    {%- if config.persist_column_docs() %}
        {%- for column in model.columns.values() %}
            comment on column {{ relation }}.{{ column.name }} is {{ duckdb_escape_comment(column.description) }};
        {%- endfor %}
    {%- endif %}
{%- endmacro %}
