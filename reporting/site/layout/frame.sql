-- query: publication
select
    publication.publication_id,
    publication.business_on,
    publication.published_at,
    publication.verdict,
    (select min(sales_on) from marts.daily_sales_summary) as history_from_on
from meta.publication as publication

-- query: trust
select
    (select count(*) from meta.sources) as source_count,
    (select count(*) from meta.sources where is_stale) as stale_source_count,
    (select sum(rows_read) from meta.sources) as read_row_count,
    (select sum(rows_quarantined) from meta.sources) as refused_row_count,
    (select count(*) from meta.checks where outcome <> 'pass') as warning_count,
    (select count(*) from meta.checks) as check_count,
    (select string_agg(distinct source_system, ', ' order by source_system) from meta.sources where is_stale)
        as stale_sources
