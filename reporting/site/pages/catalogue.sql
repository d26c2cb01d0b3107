/*
title: Catalogue
order: 90
*/

-- query: tables
select
    table_name,
    kind,
    row_count,
    grain,
    description,
    withheld_columns
from meta.tables
order by kind desc, table_name

-- query: columns
select
    table_name,
    column_name,
    data_type,
    description,
    is_withheld
from meta.columns
order by table_name, position
