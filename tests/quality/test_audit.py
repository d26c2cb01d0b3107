from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from audit_world import World, at

from quality.contracts import load_contracts
from quality.rules import BATCH, Rule, no_rows


def test_a_sound_night_passes_every_check(world: World) -> None:
    world.stage("crm", "teams", [{"team_id": "T"}])
    world.stage("crm", "reps", [{"rep_id": "R1", "team_id": "T"}, {"rep_id": "R2", "manager_rep_id": "R1"}])
    world.stage("crm", "deals", [{"deal_id": "D1", "rep_id": "R1", "created_on": date(2026, 1, 1)}])
    world.stage("crm", "deal_splits", [{"deal_id": "D1", "rep_id": "R1", "split_ratio": Decimal(1)}])
    world.stage("shop", "products", [{"product_id": "P"}])
    world.stage("shop", "orders", [{"order_id": "O1", "rep_id": "R1", "currency_code": "EUR"}])
    world.stage("shop", "order_lines", [{"order_id": "O1", "product_id": "P", "line_kind": "product"}])
    assert world.troubles() == []


def test_checks_come_by_scope_and_name_and_the_same_each_time(world: World) -> None:
    world.stage("shop", "products", [{"product_id": "P"}, {"product_id": "P"}])
    world.stage("crm", "reps", [{"rep_id": "R1", "team_id": "T"}])
    first = world.audit()
    assert first == world.audit()
    assert [(c.scope, c.check) for c in first] == sorted({(c.scope, c.check) for c in first})


def test_nothing_staged_means_nothing_checked(world: World) -> None:
    assert world.audit() == []


DEFECTS = [
    ("reps", [{"rep_id": None}], "reps.rep_id.required"),
    ("deals", [{"deal_id": "D", "probability": Decimal("1.5")}], "deals.probability.range"),
    ("deals", [{"deal_id": "D", "probability": Decimal("-0.1")}], "deals.probability.range"),
    ("deals", [{"deal_id": "D", "currency_code": "eur"}], "deals.currency_code.pattern"),
    ("deals", [{"deal_id": "D", "currency_code": "EURO"}], "deals.currency_code.pattern"),
    ("deals", [{"deal_id": "D", "revenue_stream": "rent"}], "deals.revenue_stream.values"),
    ("deals", [{"deal_id": "D", "created_on": date(2026, 3, 12)}], "deals.created_on.not_ahead"),
    ("deals", [{"deal_id": "D", "closed_on": date(2027, 1, 1)}], "deals.closed_on.not_ahead"),
    ("order_lines", [{"order_id": "O", "quantity": Decimal(-1)}], "order_lines.quantity.range"),
    ("orders", [{"order_id": "O", "ordered_at": at("2026-03-11T23:00")}], "orders.ordered_at.not_ahead"),
    ("orders", [{"order_id": "O", "ordered_at": at("1970-01-01T00:00")}], "orders.ordered_at.not_long_past"),
    ("deals", [{"deal_id": "D", "created_on": date(1900, 1, 1)}], "deals.created_on.not_long_past"),
    ("products", [{"product_id": "P"}, {"product_id": "P"}], "products.product_id.unique"),
    ("order_lines", [{"order_id": "O"}, {"order_id": "O"}], "order_lines.order_id+line_number.unique"),
    (
        "targets",
        [{"period_end_on": date(2026, 2, 28)}],
        "targets.period_end_on.not_before_period_start_on",
    ),
    (
        "deal_splits",
        [{"deal_id": "D", "rep_id": "R", "split_ratio": Decimal("0.5")}],
        "deal_splits.split_ratio.adds_up",
    ),
]


@pytest.mark.parametrize(
    ("dataset", "rows", "check"), DEFECTS, ids=[f"{d[2]}-{i}" for i, d in enumerate(DEFECTS)]
)
def test_a_defect_fails_its_check_alone_and_blocks(
    world: World, dataset: str, rows: list[dict[str, object]], check: str
) -> None:
    world.stage("src", dataset, rows)
    failed = [found for found in world.audit() if found.outcome != "pass"]
    assert [(found.check, found.outcome, found.blocks) for found in failed] == [(check, "fail", True)]
    assert failed[0].unexpected_count == 1


ALLOWED = [
    ("deals", [{"deal_id": "D", "probability": Decimal(1), "currency_code": "EUR"}]),
    ("deals", [{"deal_id": "D", "expected_close_on": date(2030, 1, 1)}]),
    ("deals", [{"deal_id": "D", "created_on": date(2026, 3, 11), "closed_on": date(2026, 3, 11)}]),
    ("orders", [{"order_id": "O", "ordered_at": at("2026-03-11T22:59")}]),
    ("targets", [{"period_start_on": date(2030, 1, 1)}]),
    ("exchange_rates", [{"currency_code": "USD", "rate_on": date(2030, 1, 1)}]),
    ("holidays", [{"holiday_on": date(2030, 1, 1)}]),
    ("deal_splits", [{"deal_id": "D", "rep_id": r, "split_ratio": Decimal("0.33333333")} for r in "ABC"]),
    ("order_lines", [{"order_id": "O", "line_number": n, "quantity": Decimal(0)} for n in (1, 2)]),
]


@pytest.mark.parametrize(("dataset", "rows"), ALLOWED)
def test_what_the_contract_allows_passes(world: World, dataset: str, rows: list[dict[str, object]]) -> None:
    world.stage("src", dataset, rows)
    assert world.troubles() == []


def test_a_failure_says_how_many_which_and_what_to_do(world: World) -> None:
    world.stage("src", "products", [{"product_id": p} for p in ("A", "A", "B", "B", "C")])
    found = world.check("products.product_id.unique")
    assert found.unexpected_count == 2
    assert found.sample == ["product_id=A", "product_id=B"]
    assert found.message.startswith(
        "2 keys stand on more than one of 5 rows, such as product_id=A; product_id=B."
    )
    assert "Expected: every product_id stands once." in found.message
    assert "Remedy: " in found.message


def test_a_sample_shows_a_few_offenders_and_no_more(world: World) -> None:
    world.stage("src", "deals", [{"deal_id": f"D{n}", "currency_code": "?"} for n in range(20)])
    found = world.check("deals.currency_code.pattern")
    assert found.unexpected_count == 20
    assert found.sample[0] == "deal_id=D0, currency_code=?"
    assert len(found.sample) == 5


def test_personal_values_are_never_shown(world: World) -> None:
    world.stage(
        "src", "reps", [{"rep_id": None, "email": "ana@secret.example"}, {"rep_id": "R", "rep_name": None}]
    )
    shown = " ".join(f"{found.message} {found.sample}" for found in world.audit())
    assert "rep_name=(personal)" in shown
    assert "Secret" not in shown
    assert "secret" not in shown


def test_a_huge_value_is_shown_in_part(world: World) -> None:
    world.stage("src", "deals", [{"deal_id": "D", "currency_code": "x" * 1_000_000}])
    assert len(world.check("deals.currency_code.pattern").message) < 500


def test_an_empty_batch_passes(world: World) -> None:
    world.stage("src", "deals", [], load="incremental")
    assert world.troubles() == []


def test_an_empty_snapshot_over_a_lake_with_rows_blocks(world: World) -> None:
    world.hold("src", "deals", [{"deal_id": "D"}])
    world.stage("src", "deals", [])
    assert world.check("deals.not_emptied").blocks
    assert "deals.not_emptied" not in world.troubles(gates={"row_count_severity": "off"})


OPEN = [{"deal_id": f"D{number}", "stage": "Offer", "amount": Decimal(100)} for number in range(20)]


@pytest.mark.parametrize(("left", "outcome"), [(20, "pass"), (10, "pass"), (9, "fail")])
def test_open_deals_that_a_snapshot_leaves_out_block(world: World, left: int, outcome: str) -> None:
    closed = [{"deal_id": f"C{number}", "closed_on": date(2026, 3, 1)} for number in range(500)]
    world.hold("src", "deals", [*OPEN, *closed])
    world.stage("src", "deals", [*OPEN[:left], *closed])
    found = world.check("deals.open_deals")
    assert (found.outcome, found.unexpected_count) == (outcome, 20 - left)
    assert found.blocks is (outcome == "fail")


def test_open_deals_that_lose_their_values_block(world: World) -> None:
    world.hold("src", "deals", OPEN)
    world.stage("src", "deals", [deal | {"amount": None} for deal in OPEN])
    assert world.check("deals.open_deals").blocks


def test_open_deals_that_are_all_closed_in_one_night_have_not_vanished(world: World) -> None:
    world.hold("src", "deals", OPEN)
    world.stage("src", "deals", [deal | {"closed_on": date(2026, 3, 9), "is_won": False} for deal in OPEN])
    assert world.check("deals.open_deals").outcome == "pass"


def test_an_increment_leaves_open_deals_where_they_are(world: World) -> None:
    world.hold("src", "deals", OPEN)
    world.stage("src", "deals", OPEN[:1], load="incremental")
    assert world.check("deals.open_deals").outcome == "pass"


def test_a_handful_of_open_deals_may_vanish(world: World) -> None:
    world.hold("src", "deals", OPEN[:19])
    world.stage("src", "deals", OPEN[:1])
    assert world.check("deals.open_deals").outcome == "pass"


def test_the_guard_of_open_deals_may_be_set_off(world: World) -> None:
    world.hold("src", "deals", OPEN)
    world.stage("src", "deals", OPEN[:1])
    assert "deals.open_deals" in world.troubles()
    assert "deals.open_deals" not in world.troubles(gates={"open_deals_severity": "off"})


def test_rows_lost_between_extraction_and_file_block(world: World) -> None:
    world.stage("src", "products", [{"product_id": "P"}], rows_read=3, rows_accepted=3)
    found = world.check("products.rows_staged")
    assert found.blocks
    assert found.message.startswith("1 rows are staged, but 3 were extracted.")


def test_superseded_rows_and_deletions_are_not_missed(world: World) -> None:
    world.hold("src", "products", [{"product_id": "Q"}])
    world.stage(
        "src",
        "products",
        [{"product_id": "P"}],
        deleted=[{"product_id": "Q"}],
        load="incremental",
        rows_read=4,
        rows_accepted=4,
        rows_superseded=2,
    )
    assert world.troubles() == []


def test_columns_of_another_shape_are_told_and_nothing_else_is_asked_of_them(world: World) -> None:
    sound = load_contracts()["products"].empty().clear(1)
    frame = sound.drop("sku").with_columns(surprise=1).cast({"list_price_amount": pl.Decimal(18, 2)})
    world.stage("shop", "products", [], frame=frame)
    world.stage("shop", "order_lines", [{"order_id": "O", "product_id": "P"}])
    found = world.check("products.columns")
    assert found.blocks
    assert "missing sku varchar, list_price_amount decimal(18,4)" in found.message
    assert "not expected list_price_amount decimal(18,2), surprise integer" in found.message
    checks = {check.check for check in world.audit()}
    assert "products.product_id.unique" not in checks
    assert "order_lines.product_id.reference" not in checks


@pytest.mark.parametrize("change", ["another order", "one more", "one less"])
def test_columns_must_be_the_contracts_in_its_order(world: World, change: str) -> None:
    sound = load_contracts()["products"].empty().clear(1)
    changed = {
        "another order": sound.select(sorted(sound.columns)),
        "one more": sound.with_columns(surprise=1),
        "one less": sound.drop("sku"),
    }
    world.stage("shop", "products", [], frame=changed[change])
    assert world.check("products.columns").blocks


def test_a_file_that_cannot_be_read_is_a_crash_not_bad_data(world: World) -> None:
    entry = world.stage("shop", "products", [{"product_id": "P"}])
    entry.files[0].write_bytes(b"PAR1 is how it starts, but no more than that")
    found = world.check("products.columns")
    assert (found.outcome, found.blocks) == ("crash", True)
    assert "cannot be read" in found.message


def test_pages_that_cannot_be_read_crash_the_checks_that_read_them(world: World) -> None:
    entry = world.stage("shop", "products", [{"product_id": f"P{n}"} for n in range(5000)])
    damage(entry.files[0])
    crashed = [found for found in world.audit() if found.outcome == "crash"]
    assert "products.product_id.unique" in {found.check for found in crashed}
    assert all(found.message.startswith("The check could not run") for found in crashed)
    assert not [found for found in world.audit() if found.outcome == "fail"]


def damage(file: Path) -> None:
    """Overwrite the first pages and leave the footer."""
    content = bytearray(file.read_bytes())
    content[4:400] = b"\xff" * 396
    file.write_bytes(bytes(content))


def test_the_audit_writes_nothing_and_prints_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    world.stage("shop", "products", [{"product_id": "P"}, {"product_id": "P"}])
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    world.audit()
    assert list(empty.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_totals_that_cannot_be_read_crash_and_block(world: World) -> None:
    days = [date(2000, 1, 1) + timedelta(days=n) for n in range(5000)]
    rows = [
        {"source_system": f"s{n}", "dataset": "deals", "period_start_on": day} for n, day in enumerate(days)
    ]
    entry = world.stage("src", "control_totals", rows)
    damage(entry.files[0])
    found = world.check("control_totals.totals")
    assert (found.outcome, found.blocks) == ("crash", True)


def test_offenders_whose_keys_cannot_be_read_are_a_crash(world: World) -> None:
    entry = world.stage(
        "src", "deals", [{"deal_id": f"D{n}", "currency_code": "?"} for n in range(5000)], load="incremental"
    )
    damage(entry.files[0])
    assert world.check("deals.currency_code.pattern").outcome == "crash"


def test_a_check_that_finds_a_fault_but_no_offender_is_a_crash(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contradiction = Rule(
        check="products.contradiction",
        severity="warn",
        expectation=no_rows("select 1"),
        offenders=f"{BATCH}select 'x' as sample from batch where false",
        expected="one and the same is found",
        fault="{count} of {rows} rows differ",
        remedy="none.",
    )
    monkeypatch.setattr("quality.audit.rules", lambda *_: [contradiction])
    world.stage("src", "products", [{"product_id": "P"}])
    found = world.check("products.contradiction")
    assert (found.outcome, found.severity) == ("crash", "warn")
    assert "no row offends it" in found.message


def test_rows_of_earlier_nights_need_not_have_the_columns_of_today(world: World) -> None:
    world.hold("shop", "orders", [{"order_id": "O1"}], without=["channel", "is_test", "cancelled_at"])
    world.stage("shop", "orders", [{"order_id": "O2"}], load="incremental")
    world.stage("shop", "order_lines", [{"order_id": "O1"}, {"order_id": "O2"}])
    assert world.troubles() == []
