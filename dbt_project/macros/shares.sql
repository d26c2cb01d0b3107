{#-
    The part of one of `count` equal sharers of an amount, by largest remainder: what does not divide goes to the first
    ones. Whole cents are shared in cents, finer amounts in ten-thousandths. `number` counts the sharers from 1.
    All divisions but the last are without remainder, so doubles carry them exactly on every engine.
-#}
{% macro amount_share(amount, count, number) -%}
    {%- set units = 'cast(round(cast(' ~ amount ~ ' as double) * 10000) as bigint)' -%}
    cast(
        case
            when mod({{ units }}, 100) = 0
                then {{ unit_share('cast(' ~ units ~ ' / 100 as bigint)', count, number) }} / 100
            else {{ unit_share(units, count, number) }} / 10000
        end as decimal(18, 4)
    )
{%- endmacro %}


{% macro unit_share(units, count, number) -%}
    (
        ({{ units }} - mod({{ units }}, {{ count }})) / cast({{ count }} as double)
        + case when {{ number }} <= mod({{ units }}, {{ count }}) then 1 else 0 end
    )
{%- endmacro %}
