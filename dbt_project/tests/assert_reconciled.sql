-- Every row and amount read is refused, accepted, in the lake and in the warehouse.
{{ config(meta={'dagster': {'ref': {'name': 'reconciliation'}}}) }}
select
    business_on,
    source_system,
    dataset
from {{ ref('reconciliation') }}
where not is_reconciled
