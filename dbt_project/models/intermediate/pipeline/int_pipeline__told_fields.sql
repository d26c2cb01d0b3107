-- Grain: source that tells of moves.
-- Which fields of a deal a source's moves tell, by the business date: where one ever did, a move without it says that
-- it was empty then; where none did, nothing is known of it from moves.
{%- set fields = ['rep_id', 'amount', 'probability', 'expected_close_on'] %}
with

final as (
    select
        source_system,
        {%- for field in fields %}
            count({{ field }}) > 0 as tells_{{ field }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('stg_crm__deal_stage_changes') }}
    where changed_on <= {{ as_of_date() }}
    group by source_system
)

select * from final
