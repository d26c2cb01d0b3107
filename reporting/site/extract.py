"""The published tables as one edition may see them.

Pages do not choose what to leave out: their queries read tables that hold only what the edition may
show, so that no page, not even one written later, can show a row that it must not.

- A table with a rep's id has the rows of the edition's reps.
- A table of scopes has the scopes that the edition may see: its reps and teams, and larger groups.
- A table of teams has those teams.
- What a row tells of its rep's neighbours and team is left out where the edition may not see them.
- What is summed over the whole company is there if the company is a large enough group.
- Of the single days in a table of periods there are those around the business date.
- For the board no row is about a person: where a table is of use without, who it was is left out,
  and of every other table with a rep's id there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from quality.sql import literal, quoted
from reporting.site.editions import Edition
from reporting.site.results import Parameters

REP_COLUMNS = ("rep_id", "proposed_rep_id")
"""Columns that say whose row it is; the first that a table has."""
TEAM_COLUMNS = ("team_id", "proposed_team_id")

OPEN_TO_ALL = frozenset({"dim_date", "dim_product", "dim_territory", "dim_team"})
DIRECTORS_ONLY = frozenset({"dim_customer", "unmatched_ids", "unpriced_rows"})
"""Rows of anybody, with no column that says whose they are."""
WITHOUT_PERSONS = frozenset({"daily_sales", "pipeline_daily", "deal_register"})
"""Tables that the board reads with their persons left out."""
PERSONAL = frozenset(
    {
        "rep_id",
        "rep_name",
        "manager_rep_id",
        "lead_rep_id",
        "contact_id",
        "contact_name",
        "job_title",
        "email",
        "adjusted_by",
    }
)
OF_OTHERS = frozenset({"lead_rep_id", "manager_rep_id"})
"""Who stands above a rep or a team: ids of persons whose rows an edition may not have."""
GAP = "gap_to_next_value"
"""With a rep's own value it tells the next one's, who must be of the edition as well."""
LEADERBOARD_KEY = ("metric", "period_type", "period_start_on")
OF_TEAM = frozenset({"team_conversion_ratio", "team_decided_deal_count"})
"""Sums over a rep's team in the rep's own rows."""
RECENT_DAYS = 62
"""How far from the business date the single days are that a table of periods shows: two months."""
ALL = "true"
QUOTING = frozenset({"sample", "message"})
"""Columns of ``meta.checks`` that quote rows of anybody."""


@dataclass(frozen=True)
class _Table:
    schema: str
    name: str
    columns: tuple[str, ...]

    @property
    def path(self) -> str:
        """Its name as queries have it."""
        return f"{self.schema}.{self.name}"

    def first_of(self, names: tuple[str, ...]) -> str | None:
        return next((name for name in names if name in self.columns), None)


@contextmanager
def open_publication(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the published file attached, read-only, as ``publication``."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach {literal(str(file))} as publication (read_only)")
        yield connection


def show(connection: duckdb.DuckDBPyConnection, edition: Edition) -> frozenset[str]:
    """Make ``marts`` and ``meta`` what an edition may see; what another could see is gone.

    Args:
        connection: as ``open_publication`` gives it.
        edition: whose view it is.

    Returns:
        ``schema.table`` of the tables that have all their rows: they are the same in every edition of the
        kind that has all their rows.
    """
    tables = _tables(connection)
    whole = frozenset(table.path for table in tables if _condition(table, edition) == ALL)
    if edition.kind == "director":
        connection.execute("use publication")
        return whole
    connection.execute("use memory")
    for schema in ("marts", "meta", "edition"):
        connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute(f"create schema {schema}")
    connection.execute(f"create table edition.reps as select {_listed(sorted(edition.reps or ()))} as rep_id")
    scopes = sorted(edition.scopes or ())
    kinds, names = _listed(kind for kind, _ in scopes), _listed(name for _, name in scopes)
    connection.execute(f"create table edition.scopes as select {kinds} as shown_type, {names} as shown_id")
    for table in tables:
        connection.execute(_shown(table, edition))
    return whole


def parameters(connection: duckdb.DuckDBPyConnection, edition: Edition) -> Parameters:
    """Values that every query of an edition may ask for, by name.

    Among them are the first and last days of the periods that the business date is in, by their columns of
    ``dim_date``: ``month_start_on``, ``fiscal_year_end_on`` and so on.
    """
    scope_type, scope_id = edition.scope
    return {
        **_period_days(connection),
        "business_on": business_date(connection),
        "scope_type": scope_type,
        "scope_id": scope_id,
        "edition": edition.kind,
    }


def business_date(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The business date of the publication."""
    found = connection.execute("select business_on from publication.meta.publication").fetchone()
    return found[0] if found else None


def _period_days(connection: duckdb.DuckDBPyConnection) -> Parameters:
    cursor = connection.execute(
        "select columns('.*_(start|end)_on') from publication.marts.dim_date "
        "where date_on = (select business_on from publication.meta.publication)"
    )
    names = [field[0] for field in cursor.description or ()]
    return dict(zip(names, cursor.fetchone() or [None] * len(names), strict=True))


def _listed(texts: Iterable[str]) -> str:
    return f"unnest(cast([{', '.join(map(literal, texts))}] as varchar[]))"


def _tables(connection: duckdb.DuckDBPyConnection) -> list[_Table]:
    rows = connection.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = 'publication' group by all order by all"
    ).fetchall()
    return [_Table(schema, name, tuple(columns)) for schema, name, columns in rows]


def _shown(table: _Table, edition: Edition) -> str:
    name = f"{quoted(table.schema)}.{quoted(table.name)}"
    columns = ", ".join(_column(table, column, edition) for column in table.columns)
    condition = _condition(table, edition)
    # What is cut by rows is cut once: a hundred queries would each read the whole table for the few.
    kind = "view" if condition == ALL else "table"
    return f"create {kind} {name} as select {columns} from publication.{name} where {condition}"  # noqa: S608  names only


def _column(table: _Table, column: str, edition: Edition) -> str:
    is_left_out = (
        (edition.kind == "board" and column in PERSONAL)
        or (edition.reps is not None and column in OF_OTHERS)
        or (table.schema == "meta" and column in QUOTING)
    )
    if is_left_out:
        return _only_if("false", column)
    if edition.reps is not None and column == GAP:
        return _only_if(_is_next_shown(table), column)
    if edition.kind == "rep" and column in OF_TEAM:
        own_team = "(select team_id from publication.marts.dim_rep where rep_id in (from edition.reps))"
        return _only_if(_is_scope("'team'", own_team), column)
    return quoted(column)


def _only_if(condition: str, column: str) -> str:
    # With its type, which a bare null would lose.
    return f"if({condition}, {quoted(column)}, null) as {quoted(column)}"


def _is_next_shown(table: _Table) -> str:
    """Whether a rep of the edition has the value that the gap leads to."""
    own = quoted(table.name)
    same_board = " and ".join(f"next.{column} = {own}.{column}" for column in LEADERBOARD_KEY)
    return (
        f"exists (from publication.marts.{own} as next where next.rep_id in (from edition.reps) "
        f"and {same_board} and next.metric_value = {own}.metric_value + {own}.{GAP})"
    )


def _condition(table: _Table, edition: Edition) -> str:
    condition = _condition_by_name(table, edition)
    if condition == ALL or not {"period_type", "period_start_on"} <= set(table.columns):
        return condition
    # The days of all years are most of a table's rows, and no page tells of them one by one.
    distance = "abs(period_start_on - (select business_on from publication.meta.publication))"
    return f"({condition}) and (period_type <> 'day' or {distance} <= {RECENT_DAYS})"


def _condition_by_name(table: _Table, edition: Edition) -> str:
    if table.schema == "meta" or table.name in OPEN_TO_ALL:
        return ALL
    if table.name in DIRECTORS_ONLY:
        return "false"
    if edition.kind == "board" and table.name in WITHOUT_PERSONS:
        return _if_shown("company", edition)
    return _condition_by_columns(table, edition)


def _condition_by_columns(table: _Table, edition: Edition) -> str:
    if rep := table.first_of(REP_COLUMNS):
        return f"{quoted(rep)} in (from edition.reps)"
    if "scope_type" in table.columns and "scope_id" in table.columns:
        is_shown = _is_scope("scope_type", "scope_id")
        # A territory's or category's sum may be what one rep sold alone; only the board sees it without reps.
        wider = "scope_type not in ('rep', 'team', 'company')"
        return f"{wider} or {is_shown}" if edition.kind == "board" else is_shown
    if team := table.first_of(TEAM_COLUMNS):
        return _is_scope("'team'", quoted(team))
    return _if_shown("company", edition)


def _is_scope(scope_type: str, scope_id: str) -> str:
    # Not "in": of several columns that compares them as one value, at five times the cost.
    return f"exists (from edition.scopes where shown_type = {scope_type} and shown_id = {scope_id})"


def _if_shown(scope: str, edition: Edition) -> str:
    return ALL if edition.scopes is None or (scope, scope) in edition.scopes else "false"
