{#-
    An amount in company currency, rounded to four decimals; null while no rate is known.
    Wider factors first: DuckDB multiplies two decimals of up to 18 digits within 18 digits, and a million overflows.
-#}
{% macro in_company_currency(amount, currency, rate) -%}
    case
        when {{ currency }} = company_currency_code then {{ amount }}
        else cast(cast({{ amount }} as decimal(20, 4)) * cast({{ rate }} as decimal(17, 8)) as decimal(18, 4))
    end
{%- endmacro %}
