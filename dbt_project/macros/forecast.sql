{#- The back-test looks from every week's end of a year. -#}
{% macro back_test_days() -%} 371 {%- endmacro %}


{#- Conversions are learnt from the open deals of the week ends of a year. -#}
{% macro learning_weeks() -%} 52 {%- endmacro %}


{#- From the first day of a quarter it is as far as this to the end of the next, in weeks, however long quarters are. -#}
{% macro longest_horizon_weeks() -%} 28 {%- endmacro %}


{#- Age of a deal in bands: what a week means for a young deal it does not mean for an old one. -#}
{% macro age_band(days) -%}
    case
        when {{ days }} <= 14 then '0-14'
        when {{ days }} <= 30 then '15-30'
        when {{ days }} <= 60 then '31-60'
        when {{ days }} <= 120 then '61-120'
        else 'over 120'
    end
{%- endmacro %}


{#- What is overdue is due in the period that runs; one that is over has nothing to come. -#}
{% macro is_due(due_on, origins) -%}
    {{ due_on }} <= {{ origins }}.period_end_on
    and (
        {{ origins }}.is_running
        or ({{ origins }}.horizon = 'next' and {{ due_on }} >= {{ origins }}.period_start_on)
    )
{%- endmacro %}
