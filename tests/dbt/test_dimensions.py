"""Dimensions know everything that rows refer to."""

from __future__ import annotations

import pytest
from dbt_world import World


@pytest.mark.parametrize(
    ("dimension", "key", "inferred"),
    [
        ("dim_rep", "rep_id", "r9"),
        ("dim_team", "team_id", "lost-team"),
        ("dim_territory", "territory_id", "t9"),
        ("dim_customer", "customer_id", "c9"),
        ("dim_product", "product_id", "p9"),
    ],
)
def test_ids_that_only_rows_know_are_inferred_members(acme: World, dimension, key, inferred):
    assert acme.query(f"select {key} from marts.{dimension} where is_inferred") == [{key: inferred}]


@pytest.mark.parametrize("dimension", ["rep", "team", "territory", "customer", "product"])
def test_every_dimension_has_a_member_for_none(acme: World, dimension):
    row = acme.one(f"select * from marts.dim_{dimension} where {dimension}_id = '(none)'")
    assert row[f"{dimension}_name"] == "(none)"


def test_unmatched_ids_are_listed_with_the_rows_that_carry_them(acme: World):
    listed = acme.query("select dataset, column_name, id, row_count from marts.unmatched_ids order by all")
    assert [tuple(row.values()) for row in listed] == [
        ("order_lines", "order_id", "orphan", 1),
        ("order_lines", "product_id", "p9", 1),
        ("orders", "customer_id", "c9", 1),
        ("orders", "rep_id", "r9", 1),
        ("orders", "territory_id", "t9", 1),
        ("refunds", "order_id", "nowhere", 1),
        ("reps", "team_id", "lost-team", 1),
    ]


def test_a_team_counts_for_itself_and_all_teams_above_it(acme: World):
    chain = acme.query(
        "select ancestor_team_id, distance from intermediate.int_team_ancestors where team_id = 'north'"
    )
    assert {row["ancestor_team_id"]: row["distance"] for row in chain} == {"north": 0, "sales": 1}


def test_a_team_knows_how_deep_it_stands(acme: World):
    depths = acme.query(
        "select team_id, depth from marts.dim_team where team_id in ('sales', 'north') order by all"
    )
    assert [row["depth"] for row in depths] == [1, 0]


def test_a_territory_counts_for_what_it_is_part_of(acme: World):
    chain = acme.query(
        "select ancestor_territory_id from intermediate.int_territory_ancestors where territory_id = 'fr'"
    )
    assert {row["ancestor_territory_id"] for row in chain} == {"fr", "eu"}


def test_what_the_shop_does_not_record_of_a_customer_is_its_accounts(acme: World):
    sectors = acme.query(
        "select customer_id, industry from marts.dim_customer where account_id = 'a1' order by all"
    )
    assert {row["customer_id"]: row["industry"] for row in sectors} == {"c1": "Steel", "c2": "Wood"}
