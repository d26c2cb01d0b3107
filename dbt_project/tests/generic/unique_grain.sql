{% test unique_grain(model, columns) %}
    {#- The columns identify a row: none of them is null and no two rows agree in all of them. -#}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1 or {{ columns | join(' is null or ') }} is null
{% endtest %}
