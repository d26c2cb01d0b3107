{#- What a source means by an id: the entity's own id where `identities` knows the other, else the id as it is. -#}

{% macro join_identity(entity, relation, column=none, alias=none) -%}
    {%- set name = alias or entity ~ '_identity' -%}
    left join {{ ref('int_identities') }} as {{ name }}
        on
            {{ name }}.entity = '{{ entity }}'
            and {{ relation }}.source_system = {{ name }}.source_system
            and {{ relation }}.{{ column or entity ~ '_id' }} = {{ name }}.external_id
{%- endmacro %}


{% macro resolved_id(entity, relation, column=none, alias=none) -%}
    coalesce({{ alias or entity ~ '_identity' }}.internal_id, {{ relation }}.{{ column or entity ~ '_id' }})
{%- endmacro %}
