{#- A part of a whole as a fraction; null, never 0, when the whole is null or 0. Same digits on every engine. -#}
{% macro fraction(part, whole) -%}
    cast(cast({{ part }} as double) / nullif(cast({{ whole }} as double), 0) as decimal(28, 10))
{%- endmacro %}


{#-
    An amount cut down to a part of a whole, as an amount; null when the whole is null or 0. Rounded half up by hand:
    engines differ in how they round halves.
-#}
{% macro share_of(amount, part, whole) -%}
    cast(
        floor(
            cast({{ amount }} as double) * cast({{ part }} as double) / nullif(cast({{ whole }} as double), 0) * 10000 + 0.5
        ) / 10000 as decimal(18, 4)
    )
{%- endmacro %}
