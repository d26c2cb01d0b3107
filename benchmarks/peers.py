"""The named peers: hand-written DuckDB SQL (the limit) and dlt, on the same CSV files.

``python -m benchmarks.peers copy|sql|dlt SOURCES TARGET``
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

TYPED = {
    "orders": "order_id varchar, ordered_at timestamp, customer_id varchar, rep_id varchar, territory_id varchar, "
    "channel varchar, currency_code varchar, updated_at timestamp",
    "order_lines": "order_id varchar, line_number bigint, ordered_at timestamp, product_id varchar, "
    "quantity decimal(18,4), unit_price_amount decimal(18,4), discount_amount decimal(18,4), "
    "net_amount decimal(18,4), cost_amount decimal(18,4), currency_code varchar",
}

SCRIPT = """
create table fct_order_lines as
select
    l.order_id, l.line_number, cast(timezone('Europe/Paris', timezone('UTC', l.ordered_at)) as date) as sales_on,
    o.customer_id, coalesce(o.rep_id, '(none)') as rep_id, coalesce(o.territory_id, '(none)') as territory_id,
    coalesce(o.channel, '(none)') as channel, l.product_id, l.quantity, l.net_amount, l.cost_amount,
    l.discount_amount, l.net_amount + l.discount_amount as gross_amount,
    l.line_number = min(l.line_number) over (partition by l.order_id) as is_first_line
from order_lines as l
left join orders as o on o.order_id = l.order_id;

create table daily_sales as
select
    f.sales_on, f.rep_id, f.territory_id, f.channel, coalesce(p.product_category, '(none)') as product_category,
    count(*) filter (where f.is_first_line) as order_count, sum(f.quantity) as unit_count,
    sum(f.gross_amount) as gross_sales_amount, sum(f.discount_amount) as discount_amount,
    sum(f.net_amount) as net_sales_amount, sum(f.cost_amount) as cost_amount,
    sum(f.net_amount - f.cost_amount) as margin_amount
from fct_order_lines as f
left join products as p on p.product_id = f.product_id
group by all;

create table product_sales as
select
    date_trunc('month', sales_on) as sales_month, product_id, sum(quantity) as unit_count,
    sum(gross_amount) as gross_sales_amount, sum(net_amount) as net_sales_amount, sum(cost_amount) as cost_amount,
    count(distinct order_id) as order_count
from fct_order_lines
group by all;

create table rep_scorecard as
select
    rep_id, date_trunc('month', sales_on) as period_start_on, sum(net_sales_amount) as net_sales_amount,
    sum(margin_amount) as margin_amount, sum(order_count) as order_count,
    rank() over (partition by date_trunc('month', sales_on) order by sum(net_sales_amount) desc) as rank_in_company
from daily_sales
group by 1, 2;
"""


def copy(sources: Path, target: Path) -> None:
    """Typed Parquet by month from the CSV files: the limit of any extraction."""
    target.mkdir(parents=True)
    with duckdb.connect() as connection:
        for table, columns in TYPED.items():
            connection.execute(
                f"copy (select *, strftime(ordered_at, '%Y-%m') as month from {_csv(sources, table, columns)}) "
                f"to '{target / table}' (format parquet, compression zstd, partition_by (month))"
            )


def sql(sources: Path, target: Path) -> None:
    """The heavy marts by one script, reading the Parquet that ``copy`` wrote."""
    parquet = sources.parent / "copied"
    with duckdb.connect(str(target)) as connection:
        for table in TYPED:
            connection.execute(f"create view {table} as select * from '{parquet / table}/*/*.parquet'")
        connection.execute(
            f"create view products as select * from read_csv('{sources}/products.csv', all_varchar=true)"
        )
        connection.execute(SCRIPT)


def dlt(sources: Path, target: Path) -> None:
    """The same CSV files into a DuckDB file by dlt, with its own DuckDB reader."""
    import dlt as library
    from dlt.sources.filesystem import filesystem, read_csv_duckdb

    pipeline = library.pipeline(
        "peer",
        destination=library.destinations.duckdb(str(target)),
        dataset_name="raw",
        pipelines_dir=str(target.parent / "dlt"),
    )
    readers = [
        (
            filesystem(bucket_url=sources.as_uri(), file_glob=f"{table}.csv")
            | read_csv_duckdb(use_pyarrow=True)
        ).with_name(table)
        for table in TYPED
    ]
    pipeline.run(readers)


def _csv(sources: Path, table: str, columns: str) -> str:
    pairs = ", ".join(
        "'{}': '{}'".format(*column.strip().split(" ", 1))
        for column in columns.replace("18,4", "18;4").split(",")
    ).replace("18;4", "18,4")
    return f"read_csv('{sources / table}.csv', header = true, columns = {{{pairs}}})"


if __name__ == "__main__":
    {"copy": copy, "sql": sql, "dlt": dlt}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
