{#- Leads that are there by the business date; one that was judged a duplicate is none. -#}
{% macro is_counted_lead() -%}
    created_on <= {{ as_of_date() }} and coalesce(category, '') <> 'duplicate'
{%- endmacro %}


{#- Whether a lead had become a deal by the business date; when its source does not say on which day, it has. -#}
{% macro is_converted_lead(leads) -%}
    coalesce({{ leads }}.converted_on <= {{ as_of_date() }}, {{ leads }}.status = 'converted', false)
{%- endmacro %}


{#- Where its source keeps no status, a lead is new until it is judged to be none. -#}
{% macro lead_status(leads) -%}
    coalesce({{ leads }}.status, case when {{ leads }}.category = 'unqualified' then 'closed' else 'new' end)
{%- endmacro %}


{#- Whether somebody still works on a lead, or should; one that is converted later was open until then. -#}
{% macro is_open_lead(leads) -%}
    case
        when {{ leads }}.converted_on is not null then {{ leads }}.converted_on > {{ as_of_date() }}
        else {{ lead_status(leads) }} in ('new', 'working')
    end
{%- endmacro %}
