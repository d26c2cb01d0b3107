"""Published files for the report pages: every table of the project, filled by its columns' names.

No table is written down here: columns and types come from the project's own YAML, so that a mart or a
column that is added later is filled, and what pages show of it is tested, with nothing to do.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import yaml

from daybook.config import EditionKind, Language, Reports
from quality.sql import quoted
from reporting import meta_schema
from reporting.site import build, words
from reporting.site.editions import Edition, editions_of
from reporting.site.extract import open_publication
from reporting.site.pages import PAGES, load_pages

ROOT = Path(__file__).resolve().parents[2]
BUSINESS_ON = date(2026, 1, 31)
PUBLISHED_AT = datetime(2026, 2, 1, 3)  # noqa: DTZ001  UTC, unsaid, as in the file
PERIODS = ("week", "month", "quarter", "year")
METRICS = ("net_sales", "revenue", "bookings")
LANGUAGES: list[Language] = ["en", "fr", "he"]

CODES = {
    "status": "on_track",
    "outcome": "open",
    "forecast_category": "commit",
    "forecast_method": "run_rate",
    "horizon": "current",
    "item_type": "deal",
    "reason": "silent",
    "coverage_status": "open",
    "plan_version": "plan",
    "revenue_stream": "product",
    "kind": "mart",
    "cohort": "created",
    "compared_with": "others",
}

Text = Callable[[str, str], str]


@dataclass(frozen=True)
class Rep:
    """Somebody who sells."""

    id: str
    team: str | None = "t1"
    name: str | None = None
    is_active: bool = True
    manager: str | None = None
    sells: bool = True


@dataclass(frozen=True)
class Team:
    """A team, perhaps within another."""

    id: str
    parent: str | None = None
    name: str | None = None
    lead: str | None = None


@dataclass(frozen=True)
class Staff:
    """Everybody there is."""

    reps: Sequence[Rep]
    teams: Sequence[Team] = (Team("t1"),)


def mark(owner: str) -> str:
    """A word that occurs nowhere but in what belongs to somebody."""
    return f"zq{owner}qz"


def marked(column: str, owner: str) -> str:
    """A text of which one sees whose it is."""
    return f"{column} {mark(owner)}"


@cache
def tables() -> dict[str, dict[str, str]]:
    """Types of the columns of every published mart, as the project declares them."""
    found = {}
    for path in sorted((ROOT / "dbt_project" / "models" / "marts").rglob("*__models.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            found[model["name"]] = {column["name"]: column["data_type"] for column in model["columns"]}
    return found


def publish(file: Path, staff: Staff, text: Text = marked) -> Path:
    """Write a published file in which every table has a row of everybody.

    Args:
        file: where it goes; must not exist.
        staff: who there is.
        text: what a text column holds in a row of somebody.
    """
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema meta")
        for name, columns in tables().items():
            _write(connection, f"marts.{name}", columns, list(_rows(name, columns, staff, text)))
        _write_meta(connection, text)
    return file


def _write(
    connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: list[tuple[Any, ...]]
) -> None:
    typed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
    connection.execute(f"create or replace table {name} ({typed})")
    if rows:
        values = ", ".join(f"unnest(cast(? as {kind}[]))" for kind in columns.values())
        connection.execute(
            f"insert into {name} select {values}", [list(column) for column in zip(*rows, strict=True)]
        )


def _write_meta(connection: duckdb.DuckDBPyConnection, text: Text) -> None:
    rows: dict[str, list[tuple[Any, ...]]] = {
        "publication": [("2026-01-31-run1", BUSINESS_ON, PUBLISHED_AT, "run1", "pass_with_warnings")],
        "sources": [("shop", "orders", 10, 9, 1, "2026-01-31", False, 1, "orders.csv")],
        "checks": [
            ("orders.order_id", "shop.orders", "block", "pass", "No offending rows.", 0, None),
            ("orders.volume", "shop.orders", "warn", "fail", "Fewer rows.", 1, text("sample", "director")),
        ],
        "tables": [
            (name, "mart", 1, 1, False, "rep_id", f"What {name} answers.", None, "0") for name in tables()
        ],
        "columns": [
            (name, column, place, kind, f"What {column} means.", False)
            for name, columns in tables().items()
            for place, (column, kind) in enumerate(columns.items(), 1)
        ],
    }
    for table in (
        meta_schema.PUBLICATION,
        meta_schema.SOURCES,
        meta_schema.CHECKS,
        meta_schema.TABLES,
        meta_schema.COLUMNS,
    ):
        types = {column.name: column.type for column in table.columns}
        _write(connection, f"meta.{table.name}", types, rows[table.name])


def _rows(table: str, columns: dict[str, str], staff: Staff, text: Text) -> Iterator[tuple[Any, ...]]:
    for index, known in enumerate(_keys(columns, staff), 1):
        yield tuple(
            known[name] if name in known else _value(name, kind, str(known["owner"]), index, text)
            for name, kind in columns.items()
        )


def _keys(columns: dict[str, str], staff: Staff) -> Iterator[dict[str, Any]]:  # noqa: C901  a case each
    """What tells the rows of a table apart."""
    periods = PERIODS if "period_type" in columns else ("month",)
    if {"scope_type", "scope_id"} <= columns.keys():
        scopes = [
            *(("rep", rep.id) for rep in staff.reps),
            *(("team", team.id) for team in staff.teams),
            ("company", "company"),
        ]
        for (kind, scope), period, metric in itertools.product(scopes, periods, METRICS):
            yield {
                "owner": scope,
                "scope_type": kind,
                "scope_id": scope,
                "period_type": period,
                "metric": metric,
            }
    elif {"rep_id", "proposed_rep_id"} & columns.keys():
        for rep, period, metric in itertools.product(
            staff.reps, periods, METRICS if "metric" in columns else [""]
        ):
            yield {
                "owner": rep.id,
                "rep_id": rep.id,
                "proposed_rep_id": rep.id,
                "rep_name": rep.name or marked("rep", rep.id),
                "team_id": rep.team or "(none)",
                "proposed_team_id": rep.team or "(none)",
                "manager_rep_id": rep.manager,
                "is_active": rep.is_active,
                "is_inferred": False,
                "period_type": period,
                "metric": metric,
                "team_name": f"Team {rep.team}",
            }
    elif "team_id" in columns:
        for team, period in itertools.product(staff.teams, periods):
            yield {
                "owner": team.id,
                "team_id": team.id,
                "team_name": team.name or f"Team {team.id}",
                "parent_team_id": team.parent,
                "lead_rep_id": team.lead,
                "is_inferred": False,
                "period_type": period,
            }
    else:
        days = [date(2026, 1, 29), date(2026, 1, 30), BUSINESS_ON]
        for day, period in itertools.product(days, periods):
            if period == periods[0] or "period_type" in columns:
                yield {"owner": "company", "sales_on": day, "date_on": day, "period_type": period}


def _value(name: str, kind: str, owner: str, index: int, text: Text) -> Any:  # noqa: PLR0911  a case each
    kind = kind.lower()
    if kind == "boolean":
        return name != "is_inferred"
    if kind.startswith("timestamp"):
        return PUBLISHED_AT
    if kind == "date":
        if name.endswith(("_month", "_start_on")):
            return date(2026, 1, 1)
        return BUSINESS_ON
    if kind.startswith(("decimal", "double")):
        return 0.25 if name.endswith("_ratio") else 1234.5 * index
    if "int" in kind:
        return index
    return CODES.get(name) or text(name, owner)


class _Echo(dict[str, str]):
    """A catalogue that has every text: itself, between brackets."""

    def get(self, key: str, default: Any = None) -> str:  # type: ignore[override]  # noqa: ARG002
        return f"⟦{key}⟧"


@contextmanager
def any_translation(is_known_too: bool = False) -> Iterator[None]:
    """Languages without a catalogue say the English text between brackets.

    Args:
        is_known_too: so do those that have one.
    """
    catalogue = words._catalogue

    def found(language: Language) -> dict[str, str]:
        is_there = (words.LOCALES / f"{language}.po").exists()
        return catalogue(language) if is_there and not is_known_too else _Echo()

    with patch.object(words, "_catalogue", found):
        yield


def build_some(
    file: Path,
    folder: Path,
    languages: Sequence[Language] = ("en",),
    chosen: Callable[[Sequence[Edition]], Sequence[Edition]] = lambda found: found,
    pages: Path = PAGES,
    settings: Reports | None = None,
) -> Sequence[Edition]:
    """Build the site of some editions in this process; returns them."""
    site = build.Site(file, folder, "EUR", tuple(languages), tuple(load_pages(pages)), pages)
    with open_publication(file) as connection:
        editions = chosen(editions_of(connection, settings or Reports()))
        folder.mkdir()
        build._write_assets(folder)
        builder = build.Builder(site, connection)
        missing = [text for edition in editions for text in builder.build(edition)]
    assert not missing
    build._write_index(site, editions)
    return editions


def one_of_each(editions: Sequence[Edition]) -> list[Edition]:
    """The first edition of each kind."""
    kinds: dict[EditionKind, Edition] = {}
    for edition in editions:
        kinds.setdefault(edition.kind, edition)
    return list(kinds.values())


def kind_of_page(path: Path) -> str:
    """Edition's kind and page's, of which all subjects' pages are alike: lead/en/rep."""
    edition = path.parent.parent.name.partition("-")[0]
    return f"{edition}/{path.parent.name}/{re.split('[-.]', path.name)[0]}"
