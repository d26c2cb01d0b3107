from __future__ import annotations

import polars as pl
import pytest
from connectors.connector_world import SHARED, cells, needs_shared_data, numbers, origin_in, refusals

from daybook.config import FileRead
from daybook.errors import ConfigurationError, SourceUnavailable
from ingestion.connectors import FILE, ROW, RawTable
from ingestion.connectors.query import read_query


@pytest.fixture
def ask(tmp_path):
    """Run a query over two small files, ``products`` and ``categories``."""
    (tmp_path / "products.csv").write_text("id,category_id,price\n2,x,5\n1,y,7\n3,x,9\n4\n")
    (tmp_path / "categories.csv").write_text("id,name\nx,Bikes\ny,Parts\n")
    files = {name: FileRead(read=f"{name}.csv") for name in ("products", "categories", "missing")}

    def run(sql: str, *, optional: bool = False) -> RawTable:
        return read_query(sql, files, origin_in(tmp_path), optional=optional)

    return run


JOIN = "select p.id, c.name from products p join categories c on c.id = p.category_id"


def test_a_join_of_files_is_a_table(ask):
    table = ask(JOIN)
    assert cells(table) == [("1", "Parts"), ("2", "Bikes"), ("3", "Bikes")]
    assert table.columns == ["id", "name"]


def test_result_rows_are_numbered_and_name_all_files_used(ask):
    frame = ask(JOIN).frames.collect()
    assert frame[ROW].to_list() == [1, 2, 3]
    assert frame[FILE].unique().to_list() == ["products.csv, categories.csv"]


def test_only_the_files_that_the_query_names_are_read(ask):
    table = ask("select id from products where price = '5'")
    assert cells(table) == [("2",)]
    assert [(file.path, file.rows_read) for file in table.files] == [("products.csv", 4)]


def test_a_query_that_only_filters_keeps_the_order_of_the_file(ask):
    assert cells(ask("select id from products where price > '4'")) == [("2",), ("1",), ("3",)]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_row_numbers_are_the_same_every_time(ask, tmp_path, engine):
    rows = "".join(f"{number},{'xy'[number % 2]},1\n" for number in range(20_000))
    (tmp_path / "products.csv").write_text("id,category_id,price\n" + rows)
    results = {ask(JOIN).frames.collect(engine=engine).hash_rows().sum() for _ in range(3)}
    assert len(results) == 1


def test_rows_of_the_files_that_cannot_be_split_are_refused(ask):
    assert refusals(ask(JOIN)) == [(4, "too_few_fields", {"id": "4"})]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select id frm products", "cannot be run"),
        ("select nothing from products", "nothing"),
        ("select id from orders", "orders"),
        ("select 1 from products; drop table products", "cannot be run"),
    ],
    ids=["syntax", "column", "file", "two-statements"],
)
def test_a_wrong_query_names_source_dataset_and_what_polars_says(ask, sql, reason):
    with pytest.raises(
        ConfigurationError, match=f"source crm, dataset deals: .*{reason}.*products, categories"
    ):
        ask(sql)


def test_a_missing_file_is_an_empty_table_only_where_it_is_optional(ask):
    with pytest.raises(SourceUnavailable):
        ask("select * from missing")
    assert not ask("select * from missing", optional=True).files


def test_numbers_and_files_of_the_inputs_do_not_leak_into_the_result(ask):
    assert ask("select * from products").columns == ["id", "category_id", "price"]
    assert numbers(ask("select * from products where id = '3'")) == [1]


@pytest.mark.shared
@needs_shared_data
def test_adventureworks_products_need_three_files(tmp_path):
    folder = SHARED / "adventureworks" / "parquet"
    files = {
        "product": FileRead(read="Production.Product.parquet"),
        "subcategory": FileRead(read="Production.ProductSubcategory.parquet"),
        "category": FileRead(read="Production.ProductCategory.parquet"),
    }
    sql = """
        select product.ProductID, product.Name, category.Name as category
        from product
        left join subcategory on subcategory.ProductSubcategoryID = product.ProductSubcategoryID
        left join category on category.ProductCategoryID = subcategory.ProductCategoryID
    """
    products = read_query(sql, files, origin_in(folder, tmp_path)).frames.collect()
    assert products.height == 504
    counts = dict(products.group_by("category").len().rows())
    assert counts == {"Accessories": 29, "Bikes": 97, "Clothing": 35, "Components": 134, None: 209}
    assert products.schema["ProductID"] == pl.Int32()
