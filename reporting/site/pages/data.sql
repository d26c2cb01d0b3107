/*
title: Data
order: 80
*/

-- query: publication
select
    publication_id as publication_name,
    business_on,
    published_at,
    verdict
from meta.publication

-- query: totals
select
    sum(rows_read) as read_rows_count,
    sum(rows_accepted) as accepted_rows_count,
    sum(rows_quarantined) as refused_rows_count,
    count(*) as sources_count,
    count(*) filter (where is_stale) as stale_sources_count
from meta.sources

-- query: check_totals
select
    count(*) as checks_count,
    count(*) filter (where outcome = 'pass') as passed_checks_count,
    count(*) filter (where outcome <> 'pass') as failed_checks_count
from meta.checks

-- query: sources
select
    source_system,
    dataset,
    is_stale,
    rows_read as read_rows_count,
    rows_accepted as accepted_rows_count,
    rows_quarantined as refused_rows_count,
    try_cast(left(newest, 10) as date) as newest_row_on,
    file_count as files_count
from meta.sources
order by is_stale desc, refused_rows_count desc, source_system, dataset

-- query: failed
select
    check_name,
    scope as checked,
    severity,
    outcome as check_status,
    message,
    unexpected_count as offending_rows_count,
    sample
from meta.checks
where outcome <> 'pass'
order by severity, scope, check_name

-- query: scopes
select
    scope as checked,
    count(*) as checks_count,
    count(*) filter (where outcome = 'pass') as passed_checks_count,
    count(*) filter (where outcome <> 'pass') as failed_checks_count
from meta.checks
group by scope
order by failed_checks_count desc, scope

-- query: checks
select
    check_name,
    scope as checked,
    severity,
    outcome as check_status,
    message
from meta.checks
order by outcome = 'pass', scope, check_name

-- query: balance
select
    count(*) filter (where is_reconciled) as reconciled_loads_count,
    count(*) as loads_count
from marts.reconciliation
where is_latest_load

-- query: row_balance
select
    source_system,
    dataset,
    business_on as loaded_on,
    is_reconciled,
    read_row_count as read_rows_count,
    refused_row_count as refused_rows_count,
    accepted_row_count as accepted_rows_count,
    unexplained_read_count,
    inserted_row_count as inserted_rows_count,
    updated_row_count as updated_rows_count,
    unchanged_row_count as unchanged_rows_count,
    superseded_row_count as superseded_rows_count,
    deletion_mark_count as deletion_marks_count,
    deleted_row_count as deleted_rows_count,
    unexplained_accepted_count,
    lake_row_count as lake_rows_count,
    warehouse_row_count as warehouse_rows_count,
    unexplained_lake_count,
    unexplained_warehouse_count
from marts.reconciliation
where is_latest_load
order by is_reconciled, source_system, dataset

-- query: money_balance
select
    source_system,
    dataset,
    read_amount,
    refused_amount,
    superseded_amount,
    accepted_amount,
    unexplained_read_amount,
    lake_amount,
    warehouse_amount,
    unexplained_lake_amount,
    unexplained_warehouse_amount,
    counted_amount,
    test_amount,
    not_a_sale_amount,
    repayment_amount,
    not_yet_amount,
    unpriced_amount
from marts.reconciliation
where is_latest_load and read_amount is not null
order by is_reconciled, source_system, dataset

-- query: unmatched
select
    dataset,
    column_name,
    entity,
    source_system,
    id as unknown_key,
    row_count as rows_count
from marts.unmatched_ids
order by row_count desc, dataset, column_name, id

-- query: unpriced
select
    dataset,
    currency_code,
    priced_on,
    row_count as rows_count,
    original_amount
from marts.unpriced_rows
order by priced_on desc, dataset, currency_code

-- query: changes
select
    table_name,
    kind as table_kind,
    previous_row_count as rows_before_count,
    row_count as rows_now_count,
    is_changed
from meta.tables
order by is_changed desc nulls last, table_name
