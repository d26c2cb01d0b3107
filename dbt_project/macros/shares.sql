{#-
    The part of one of `count` equal sharers of some units, by largest remainder: what does not divide goes to the
    first ones. `number` counts the sharers from 1; all are integers. Units are ten-thousandths: whole hundreds, that
    is whole cents, are shared in hundreds.
-#}
{% macro units_share(units, count, number) -%}
    case
        when mod({{ units }}, 100) = 0
            then 100 * {{ single_units_share(whole_quotient(units, '100'), count, number) }}
        else {{ single_units_share(units, count, number) }}
    end
{%- endmacro %}


{% macro single_units_share(units, count, number) -%}
    (
        {{ whole_quotient(units, count) }}
        + case when {{ number }} <= mod({{ units }}, {{ count }}) then 1 else 0 end
    )
{%- endmacro %}
