-- Every row and amount read is refused, accepted, in the lake and in the warehouse.
{{ config(meta={'dagster': {'ref': {'name': 'reconciliation'}}}) }}
select *
from {{ ref('reconciliation') }}
where not is_reconciled
