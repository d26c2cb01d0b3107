"""Who is given what: editions, and the tables that hold only what an edition may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from site_world import Rep, Staff, Team, build_some, mark, publish, tables

from daybook.config import Reports
from reporting.site import build_site
from reporting.site.editions import Edition, editions_of, slug
from reporting.site.extract import DIRECTORS_ONLY, OPEN_TO_ALL, WITHOUT_PERSONS, open_publication, show
from reporting.site.metrics import load_metrics
from reporting.site.pages import LAYOUT, PAGES
from reporting.site.results import Kept, run

FOUR = [Rep(f"a{i}", "small", manager="a0") for i in range(4)]
SIX = [Rep(f"b{i}", "large", manager="b0") for i in range(6)]
TWO_TEAMS = Staff(
    [*FOUR, *SIX, Rep("lost", None), Rep("left", "large", is_active=False)],
    [Team("small", "all", lead="a0"), Team("large", "all", lead="b0"), Team("all", lead="boss")],
)

Found = Callable[..., dict[str, Edition]]


@pytest.fixture(scope="module")
def two_teams(tmp_path_factory) -> Path:
    """A team of four, a team of six with one who left, and a rep of no team."""
    return publish(tmp_path_factory.mktemp("two_teams") / "sales.duckdb", TWO_TEAMS)


def editions(file: Path, **settings: object) -> dict[str, Edition]:
    """Editions by what they are for, such as rep b1."""
    with open_publication(file) as connection:
        found = editions_of(connection, Reports.model_validate(settings))
    return {
        edition.kind + (f" {edition.subject_id}" if edition.subject_id else ""): edition for edition in found
    }


def staff_only(file: Path, reps: Sequence[Rep], teams: Sequence[Team]) -> Path:
    """A published file of nothing but people."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema meta")
        connection.execute("create table meta.publication as select date '2026-06-30' as business_on")
        for name, columns in (
            ("dim_rep", "rep_id, rep_name, team_id"),
            ("dim_team", "team_id, team_name, parent_team_id"),
        ):
            typed = ", ".join(f"{column} varchar" for column in columns.split(", "))
            connection.execute(f"create table marts.{name} ({typed}, is_inferred boolean, is_active boolean)")
        connection.execute(
            "create table marts.daily_sales as select * from "
            "(values ('', 10, 0)) as sales (rep_id, net_sales_amount, booking_amount) where false"
        )
        for rep in reps:
            row = [rep.id, rep.name, rep.team, False, rep.is_active]
            connection.execute("insert into marts.dim_rep values (?, ?, ?, ?, ?)", row)
            if rep.sells:
                connection.execute("insert into marts.daily_sales values (?, 10, 0)", [rep.id])
        for team in teams:
            connection.execute(
                "insert into marts.dim_team values (?, ?, ?, false, true)", [team.id, team.name, team.parent]
            )
    return file


def seen(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Everything that each table holds, as text."""
    tables = connection.execute(
        """
        select table_schema, table_name from information_schema.tables
        where table_catalog = current_database() and table_schema in ('marts', 'meta')
        """
    ).fetchall()
    return {
        f"{schema}.{name}": str(connection.execute(f'from {schema}."{name}"').fetchall())
        for schema, name in tables
    }


def owners(text: str) -> set[str]:
    """Reps whose mark, or id as a value of its own, is in a text."""
    ids = [rep.id for rep in TWO_TEAMS.reps]
    return {name for name in ids if mark(name) in text or f"'{name}'" in text}


def test_everybody_who_sells_has_an_edition_and_nobody_who_left(two_teams):
    assert set(editions(two_teams)) == {
        *("director", "board", "lead small", "lead large", "supervisor all"),
        *(f"rep {rep.id}" for rep in TWO_TEAMS.reps if rep.is_active),
    }


def test_only_the_kinds_that_are_asked_for_are_made(two_teams):
    assert {edition.kind for edition in editions(two_teams, editions=["lead", "board"]).values()} == {
        "lead",
        "board",
    }
    assert editions(two_teams, editions=[]) == {}


@pytest.mark.parametrize(
    ("smallest", "rep", "expected"),
    [
        (5, "a1", {("company", "company")}),
        (5, "b1", {("team", "large"), ("company", "company")}),
        (3, "a1", {("team", "small"), ("company", "company")}),
        (6, "b1", {("company", "company")}),
        (10, "b1", {("company", "company")}),
        (11, "b1", set()),
        (5, "lost", {("company", "company")}),
    ],
)
def test_a_rep_is_shown_sums_of_others_only_over_enough_who_sell_now(two_teams, smallest, rep, expected):
    found = editions(two_teams, smallest_group=smallest)[f"rep {rep}"]
    assert found.scopes == expected | {("rep", rep)}
    assert found.reps == {rep}


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ({"east": 5, "west": 5}, {"east", "west"}),
        ({"east": 5, "west": 4}, set()),
        ({"east": 9, "west": 6, "south": 4}, {"east"}),
        ({"east": 5, "west": 5, "south": 4}, {"east"}),
        ({"east": 5, "west": 3, "south": 2}, {"east"}),
    ],
)
def test_no_two_sums_leave_a_group_that_is_too_small(tmp_path, parts, shown):
    reps = [Rep(f"{team}{i}", team) for team, size in parts.items() for i in range(size)]
    file = staff_only(tmp_path / "sales.duckdb", reps, [Team(team) for team in parts])
    assert {team for kind, team in editions(file)["board"].scopes or () if kind == "team"} == shown


def test_who_sells_nothing_does_not_make_a_group_larger(tmp_path):
    reps = [*(Rep(f"r{i}") for i in range(5)), Rep("boss", sells=False)]
    found = editions(staff_only(tmp_path / "sales.duckdb", reps, [Team("t1")]))
    assert found["rep r1"].scopes == {("rep", "r1")}, "four others"
    assert found["rep boss"].scopes == {("rep", "boss"), ("team", "t1"), ("company", "company")}


def test_a_lead_is_not_told_what_a_small_team_beside_sold(tmp_path):
    reps = [Rep(f"{team}{i}", team) for team in ("own", "beside") for i in range(4)]
    reps += [Rep(f"far{i}", None) for i in range(5)]
    teams = [Team("own", "both"), Team("beside", "both"), Team("both")]
    found = editions(staff_only(tmp_path / "sales.duckdb", reps, teams))
    above = {scope for scope in found["lead own"].scopes or () if scope[0] != "rep"}
    assert above == {("team", "own"), ("company", "company")}


def test_a_lead_is_shown_the_members_and_a_supervisor_everybody_below(two_teams):
    found = editions(two_teams)
    assert found["lead large"].reps == {*(rep.id for rep in SIX), "left"}
    assert found["supervisor all"].reps == {rep.id for rep in TWO_TEAMS.reps} - {"lost"}
    assert ("team", "large") not in (found["lead small"].scopes or ())


def test_the_board_is_shown_large_groups_and_nobody(two_teams):
    found = editions(two_teams)["board"]
    assert found.reps == frozenset()
    assert found.scopes == {("team", "large"), ("company", "company")}, "all but one are of a team"


def test_a_circle_of_teams_ends_where_it_closes(tmp_path):
    reps = [Rep("r1", "t1"), Rep("r2", "t2"), Rep("r3", "t3")]
    teams = [Team("t1", "t2"), Team("t2", "t1"), Team("t3", "t3")]
    found = editions(staff_only(tmp_path / "sales.duckdb", reps, teams), smallest_group=2)
    assert found["supervisor t1"].reps == found["supervisor t2"].reps == {"r1", "r2"}
    assert found["lead t3"].reps == {"r3"}
    assert found["rep r3"].scopes == {("rep", "r3"), ("team", "t3"), ("company", "company")}


def test_a_team_without_anybody_who_sells_has_no_edition(tmp_path):
    reps = [Rep("r1", "t1", is_active=False), Rep("r2", "gone")]
    found = editions(staff_only(tmp_path / "sales.duckdb", reps, [Team("t1"), Team("t2", "nowhere")]))
    assert set(found) == {"director", "board", "rep r2"}


def test_unlike_ids_have_unlike_folders_on_every_file_system(tmp_path):
    ids = [
        "Ana",
        "ana",
        "ANA",
        "a/n/a",
        "a-n-a",
        "../ana",
        "..",
        "אנה",
        "אנה ",
        "a" * 300,
        "a" * 299,
        "con:",
        " ",
        "a'\"<b>",
    ]
    found = editions(staff_only(tmp_path / "sales.duckdb", [Rep(name, None) for name in ids], []))
    folders = [edition.folder for edition in found.values() if edition.kind == "rep"]
    assert len({folder.lower() for folder in folders}) == len(ids)
    assert all(re.fullmatch(r"rep-[a-z0-9-]{1,60}", folder) for folder in folders)
    assert [slug("ana"), slug("ana")] == ["ana", slug("ana")]


def test_ids_that_differ_only_in_case_are_two_people(tmp_path):
    file = publish(tmp_path / "sales.duckdb", Staff([Rep("AB"), Rep("ab")]))
    with open_publication(file) as connection:
        show(connection, editions(file)["rep ab"])
        assert connection.execute("select distinct rep_id from marts.deal_register").fetchall() == [("ab",)]


@pytest.mark.parametrize("rep", ["a1", "b1", "lost"])
def test_no_table_shows_a_rep_anything_of_another(two_teams, rep):
    with open_publication(two_teams) as connection:
        show(connection, editions(two_teams)[f"rep {rep}"])
        found = {name: owners(text) - {rep} for name, text in seen(connection).items()}
    assert {name: others for name, others in found.items() if others} == {}


def test_a_rep_has_rows_of_everything_that_is_about_reps(two_teams):
    with open_publication(two_teams) as connection:
        show(connection, editions(two_teams)["rep a1"])
        for name, columns in tables().items():
            if "rep_id" in columns:
                assert connection.execute(f"select count(*) from marts.{name}").fetchone() != (0,), name


@pytest.mark.parametrize(("team", "members"), [("small", FOUR), ("large", [*SIX, Rep("left")])])
def test_a_lead_sees_the_members_and_nobody_else(two_teams, team, members):
    own = {rep.id for rep in members}
    with open_publication(two_teams) as connection:
        show(connection, editions(two_teams)[f"lead {team}"])
        found = {name: owners(text) for name, text in seen(connection).items()}
    assert {name: others - own for name, others in found.items() if others - own} == {}
    assert found["marts.deal_register"] == own


def test_the_board_sees_no_person(two_teams):
    with open_publication(two_teams) as connection:
        show(connection, editions(two_teams)["board"])
        for name, columns in tables().items():
            for column in {
                "rep_id",
                "rep_name",
                "contact_id",
                "contact_name",
                "email",
                "lead_rep_id",
            } & columns.keys():
                found = connection.execute(f"select count({column}) from marts.{name}").fetchone()
                assert found == (0,), f"{name}.{column}"
        for name in WITHOUT_PERSONS:
            assert connection.execute(f"select count(*) from marts.{name}").fetchone() != (0,), name


def test_the_directors_see_every_row(two_teams):
    with open_publication(two_teams) as connection:
        show(connection, editions(two_teams)["director"])
        for name in tables():
            counted = "select (select count(*) from marts.{0}), (select count(*) from publication.marts.{0})"
            shown, published = connection.execute(counted.format(name)).fetchone() or (None, None)
            assert shown == published, name


def test_what_one_edition_saw_is_gone_for_the_next(two_teams):
    found = editions(two_teams)
    with open_publication(two_teams) as connection:
        for before, after in pairwise(["director", "rep a1", "rep b1", "board"]):
            show(connection, found[before])
            show(connection, found[after])
            text = seen(connection)["marts.leaderboard"]
            assert owners(text) <= (found[after].reps if found[after].reps is not None else set())


def test_tables_that_are_shown_whole_are_the_same_in_every_edition_of_a_kind(two_teams):
    shown: dict[tuple[str, str], set[str]] = {}
    with open_publication(two_teams) as connection:
        for edition in editions(two_teams).values():
            whole = show(connection, edition)
            for name, text in seen(connection).items():
                if name in whole:
                    shown.setdefault((edition.kind, name), set()).add(text)
    assert {key: len(texts) for key, texts in shown.items() if len(texts) > 1} == {}
    assert {("rep", "marts.product_sales"), ("rep", "meta.checks"), ("board", "marts.dim_date")} <= set(shown)


def test_only_what_no_edition_is_denied_is_kept_for_the_next(two_teams):
    own, common = "from marts.rep_scorecard", "select count(*) as check_count from meta.checks"
    kept, found = Kept(), editions(two_teams)
    answers = []
    with open_publication(two_teams) as connection:
        for name in ("rep a1", "rep b1"):
            kept.whole = show(connection, found[name])
            answers.append([run(connection, "asked", query, {}, kept) for query in (own, common)])
    [[a1, first], [b1, second]] = answers
    assert first is second
    assert {row["rep_id"] for row in a1} == {"a1"}
    assert {row["rep_id"] for row in b1} == {"b1"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("'a1' as rep_id, 'small' as team_id", {"rep a1", "lead small", "supervisor all", "director"}),
        ("'a1' as proposed_rep_id", {"rep a1", "lead small", "supervisor all", "director"}),
        ("null::varchar as rep_id, 'large' as team_id", {"director"}),
        ("'rep' as scope_type, 'a1' as scope_id", {"rep a1", "lead small", "supervisor all", "director"}),
        ("'team' as scope_type, 'small' as scope_id", {"lead small", "supervisor all", "director"}),
        (
            "'team' as scope_type, 'large' as scope_id",
            {"rep b1", "lead large", "supervisor all", "director", "board"},
        ),
        ("'territory' as scope_type, 'north' as scope_id", {"director", "board"}),
        ("'channel' as scope_type, 'web' as scope_id", {"director", "board"}),
        ("'small' as team_id", {"lead small", "supervisor all", "director"}),
        ("'large' as team_id", {"rep b1", "lead large", "supervisor all", "director", "board"}),
        (
            "1 as net_sales_amount",
            {"rep a1", "rep b1", "lead small", "lead large", "director", "board"},
        ),
    ],
)
def test_a_table_that_is_added_is_cut_by_its_columns(tmp_path, columns, expected):
    file = staff_only(tmp_path / "sales.duckdb", TWO_TEAMS.reps, TWO_TEAMS.teams)
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"create table marts.added as select {columns}")
    found = editions(file)
    asked = ["rep a1", "rep b1", "lead small", "lead large", "supervisor all", "director", "board"]
    with open_publication(file) as connection:
        shown = set()
        for name in asked:
            show(connection, found[name])
            if connection.execute("select count(*) from marts.added").fetchone() == (1,):
                shown.add(name)
    assert shown == expected


def test_the_gap_to_the_next_is_told_where_the_next_may_be_seen(tmp_path):
    file = staff_only(tmp_path / "sales.duckdb", TWO_TEAMS.reps, TWO_TEAMS.teams)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create table marts.leaderboard as select 'net_sales' as metric, 'month' as period_type, "
            "date '2026-05-01' as period_start_on, * "
            "from (values ('b1', 90, null), ('a1', 70, 20), ('a2', 40, 30)) "
            "as ranks (rep_id, metric_value, gap_to_next_value)"
        )
    found, told = editions(file), "select rep_id, gap_to_next_value from marts.leaderboard order by rep_id"
    expected = {
        "rep a1": [("a1", None)],
        "rep a2": [("a2", None)],
        "lead small": [("a1", None), ("a2", 30)],
        "supervisor all": [("a1", 20), ("a2", 30), ("b1", None)],
        "director": [("a1", 20), ("a2", 30), ("b1", None)],
    }
    with open_publication(file) as connection:
        for name, gaps in expected.items():
            show(connection, found[name])
            assert connection.execute(told).fetchall() == gaps, name


def test_a_rep_reads_of_the_own_team_only_where_it_is_large_enough(tmp_path):
    file = staff_only(tmp_path / "sales.duckdb", TWO_TEAMS.reps, TWO_TEAMS.teams)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create table marts.pipeline_leaks as select 'rep' as scope_type, scope_id, "
            "0.5 as team_conversion_ratio, 9 as team_decided_deal_count "
            "from (values ('a1'), ('b1')) as reps (scope_id)"
        )
    found = editions(file)
    counted = "select scope_id, team_decided_deal_count from marts.pipeline_leaks order by 1"
    expected = {"rep a1": [("a1", None)], "rep b1": [("b1", 9)], "lead small": [("a1", 9)]}
    with open_publication(file) as connection:
        for name, rows in expected.items():
            show(connection, found[name])
            assert connection.execute(counted).fetchall() == rows, name


@pytest.mark.parametrize("name", ["rep b1", "lead large", "board"])
def test_of_single_days_those_around_the_business_date_are_shown_and_of_longer_periods_all(tmp_path, name):
    file = staff_only(tmp_path / "sales.duckdb", TWO_TEAMS.reps, TWO_TEAMS.teams)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create table marts.target_attainment as select 'team' as scope_type, 'large' as scope_id, "
            "period_type, day_on as period_start_on from (values ('day'), ('month')) as types (period_type), "
            "(values (date '2024-01-01'), ('2026-04-29'), ('2026-06-30'), ('2026-08-31'), ('2026-09-01')) "
            "as days (day_on)"
        )
    with open_publication(file) as connection:
        show(connection, editions(file)[name])
        told = connection.execute(
            "select period_type, count(*), min(period_start_on) from marts.target_attainment "
            "group by all order by all"
        ).fetchall()
    assert told == [("day", 3, date(2026, 4, 29)), ("month", 5, date(2024, 1, 1))]


def test_the_board_reads_of_leads_by_company_team_and_channel_and_by_no_rep(two_teams):
    with open_publication(two_teams) as connection:
        show(connection, editions(two_teams)["board"])
        found = connection.execute("select distinct scope_type from marts.lead_funnel").fetchall()
    assert {kind for (kind,) in found} == {"company", "team"}


def test_of_a_small_company_nothing_is_shown_but_ones_own(tmp_path):
    file = publish(tmp_path / "sales.duckdb", Staff([Rep(f"r{i}") for i in range(4)]))
    with open_publication(file) as connection:
        show(connection, editions(file)["rep r1"])
        assert connection.execute("select count(*) from marts.daily_sales_summary").fetchone() == (0,)
        show(connection, editions(file)["board"])
        assert connection.execute("select count(*) from marts.deal_register").fetchone() == (0,)


def test_the_named_exceptions_are_tables_that_exist():
    assert tables().keys() >= OPEN_TO_ALL | DIRECTORS_ONLY | WITHOUT_PERSONS


@pytest.mark.parametrize(
    "path", [LAYOUT / "frame.sql", *sorted(PAGES.glob("*.sql"))], ids=lambda path: path.stem
)
def test_a_pages_queries_read_nothing_but_what_the_edition_may_see(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"publication\s*\.\s*\"?(marts|meta)|\bedition\s*\.|\battach\b|\bread_\w+\s*\(", text, re.IGNORECASE
    )
    for relation in re.findall(r"\b(?:from|join)\s+([a-z_]+\.[a-z_]+)", text):
        assert relation.startswith(("marts.", "meta.")), relation


def test_the_catalogues_own_queries_run_over_the_published_file_as_it_stands(two_teams):
    with duckdb.connect(str(two_teams), read_only=True) as connection:
        for metric in load_metrics():
            connection.execute(metric.sql).fetchall()


def test_no_file_of_an_edition_holds_anything_of_who_it_must_not_show(two_teams, tmp_path):
    built = build_some(two_teams, tmp_path / "site")
    ids = {rep.id for rep in TWO_TEAMS.reps}
    for edition in built:
        own = ids if edition.reps is None else edition.reps
        for path in sorted((tmp_path / "site" / edition.folder).rglob("*.html")):
            text = path.read_text(encoding="utf-8")
            # The board reads deals without who they belong to; everybody else reads only their own.
            told = (
                ["rep {}", "rep_name {}", "contact_name {}", "email {}"]
                if edition.kind == "board"
                else ["{}"]
            )
            assert {
                name for name in ids - own if any(form.format(mark(name)) in text for form in told)
            } == set(), path


def test_a_site_is_never_built_over_another(two_teams, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "kept").touch()
    with pytest.raises(FileExistsError):
        build_site(two_teams, tmp_path / "site", "EUR", Reports())
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["kept"]
