{% test unique_grain(model, columns, rebuilt_by=none) %}
    {#-
        The columns identify a row: none of them is null and no two rows agree in all of them. Of a table that is rebuilt
        in part the rows that were rebuilt are looked at, by the first of the columns: the others were when they were built.
    -#}
    {%- set rebuilt = ref(rebuilt_by) if rebuilt_by -%}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    {%- if rebuilt and var('changed_months') is not none and not flags.FULL_REFRESH %}
    where {{ columns[0] }} is null or {{ columns[0] }} in (select {{ columns[0] }} from {{ rebuilt }})
    {%- endif %}
    group by {{ columns | join(', ') }}
    having count(*) > 1 or {{ columns | join(' is null or ') }} is null
{% endtest %}
