{% test unique_grain(model, columns, rebuilt_by=none) %}
    {#-
        The columns identify a row: none of them is null and no two rows agree in all of them. Of a table that is rebuilt
        in part the rows that were rebuilt are looked at, by the first of the columns: the others were when they were built.
    -#}
    {%- set key = columns[0] -%}
    {%- if rebuilt_by -%}
        {%- set rebuilt = key ~ ' is null or ' ~ key ~ ' in (select ' ~ key ~ ' from ' ~ ref(rebuilt_by) ~ ')' -%}
    {%- endif -%}
    {%- set is_kept = var('changed_months') is not none and not flags.FULL_REFRESH -%}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    where {{ rebuilt if rebuilt and is_kept else 'true' }}
    group by {{ columns | join(', ') }}
    having count(*) > 1 or {{ columns | join(' is null or ') }} is null
{% endtest %}
