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


{#-
    How many standard errors one share lies above another: the difference of their angles over its standard error
    (Cohen's h), with the correction for small numbers of Anscombe (1948, Biometrika 35, 246-254). Null without deals on
    the other side.
-#}
{% macro difference_score(part, whole, other_part, other_whole) -%}
    case
        when {{ other_whole }} > 0
            then
                2 * ({{ share_angle(part, whole) }} - {{ share_angle(other_part, other_whole) }})
                / sqrt(1 / ({{ whole }} + 0.5E0) + 1 / ({{ other_whole }} + 0.5E0))
    end
{%- endmacro %}


{% macro share_angle(part, whole) -%}
    asin(sqrt(({{ part }} + 0.375E0) / ({{ whole }} + 0.75E0)))
{%- endmacro %}
