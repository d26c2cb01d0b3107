"""Who reads the reports: a rep, a team's lead, a supervisor of several teams, the directors, the board."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from daybook.config import EditionKind, Reports

REPS = """
select rep_id, rep_name, team_id, is_active
from publication.marts.dim_rep
where not is_inferred and rep_id <> '(none)'
order by rep_id
"""
TEAMS = """
select team_id, team_name, parent_team_id
from publication.marts.dim_team
where not is_inferred and team_id <> '(none)'
order by team_id
"""
SELLERS = """
select distinct rep_id
from publication.marts.daily_sales
where net_sales_amount <> 0 or booking_amount <> 0
"""
EDITION_NAMES: dict[EditionKind, str] = {
    "rep": "Rep",
    "lead": "Team lead",
    "supervisor": "Supervisor",
    "director": "Directors",
    "board": "Board",
}
"""What readers call them, to be translated."""


@dataclass(frozen=True)
class Edition:
    """What one kind of reader is given."""

    kind: EditionKind
    subject_id: str | None = None
    """The rep or team it is for; None where it is for the whole company."""
    subject_name: str | None = None
    reps: frozenset[str] | None = None
    """Reps whose rows it may show; None for everybody's."""
    scopes: frozenset[tuple[str, str]] | None = None
    """(scope_type, scope_id) of the sums it may show; None for every one."""

    @property
    def folder(self) -> str:
        """Name of its folder: the same for the same subject, and fit for every file system."""
        return self.kind if self.subject_id is None else f"{self.kind}-{slug(self.subject_id)}"

    @property
    def scope(self) -> tuple[str, str]:
        """(scope_type, scope_id) of the sums it is about."""
        if self.subject_id is None:
            return "company", "company"
        return ("rep" if self.kind == "rep" else "team"), self.subject_id

    @property
    def shows_people(self) -> bool:
        """Whether rows about persons may be shown at all."""
        return self.kind != "board"


@dataclass(frozen=True)
class _Rep:
    rep_id: str
    name: str | None
    team_id: str | None
    is_active: bool


@dataclass(frozen=True)
class _Team:
    team_id: str
    name: str | None
    parent_id: str | None


class _Staff:
    """Reps and teams, and who belongs to whom."""

    def __init__(self, reps: Iterable[_Rep], teams: Iterable[_Team], sellers: Iterable[str]) -> None:
        self.reps = list(reps)
        self.active = frozenset(rep.rep_id for rep in self.reps if rep.is_active)
        self.sellers = self.active & frozenset(sellers)
        self.teams = {team.team_id: team for team in teams}
        self._members: dict[str, set[str]] = {team_id: set() for team_id in self.teams}
        for rep in self.reps:
            for team_id in self.chain(rep.team_id):
                self._members[team_id].add(rep.rep_id)

    def chain(self, team_id: str | None) -> list[str]:
        """A team and all teams above it; a circle ends where it closes."""
        found: list[str] = []
        while team_id in self.teams and team_id not in found:
            found.append(team_id)
            team_id = self.teams[team_id].parent_id
        return found

    def members(self, team_id: str) -> frozenset[str]:
        """Reps of a team and of all teams below it, those who left among them."""
        return frozenset(self._members[team_id])

    def has_reps(self, team_id: str) -> bool:
        """Whether a team or a team below it has reps now."""
        return not self._members[team_id].isdisjoint(self.active)

    def below(self, team_id: str) -> list[str]:
        """A team and all teams below it that have reps."""
        return [other for other in self.teams if team_id in self.chain(other) and self.has_reps(other)]


def editions_of(connection: duckdb.DuckDBPyConnection, settings: Reports) -> list[Edition]:
    """Every edition of a publication: the directors' and the board's first, then teams and reps by id.

    Args:
        connection: has the published file attached as ``publication``.
        settings: which kinds of editions are made, and how large a group must be.
    """
    staff = _Staff(
        (_Rep(*row) for row in connection.execute(REPS).fetchall()),
        (_Team(*row) for row in connection.execute(TEAMS).fetchall()),
        (rep_id for (rep_id,) in connection.execute(SELLERS).fetchall()),
    )
    made = [*_of_company(staff, settings), *_of_teams(staff, settings), *_of_reps(staff, settings)]
    return [edition for edition in made if edition.kind in settings.editions]


def slug(text: str) -> str:
    """An id as part of a file name: unlike ids stay unlike, whatever letters they have."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    if plain == text:
        return plain
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else digest


def _of_company(staff: _Staff, settings: Reports) -> Iterator[Edition]:
    yield Edition("director")
    yield Edition("board", reps=frozenset(), scopes=_groups(staff, staff.teams, frozenset(), settings))


def _of_teams(staff: _Staff, settings: Reports) -> Iterator[Edition]:
    for team in staff.teams.values():
        members, below = staff.members(team.team_id), staff.below(team.team_id)
        if staff.has_reps(team.team_id):
            own = frozenset({*(("rep", rep) for rep in members), *(("team", team_id) for team_id in below)})
            yield Edition(
                kind="supervisor" if len(below) > 1 else "lead",
                subject_id=team.team_id,
                subject_name=team.name or team.team_id,
                reps=members,
                scopes=own | _groups(staff, staff.chain(team.parent_id), members, settings),
            )


def _of_reps(staff: _Staff, settings: Reports) -> Iterator[Edition]:
    for rep in staff.reps:
        if not rep.is_active:
            continue
        own = frozenset({rep.rep_id})
        yield Edition(
            kind="rep",
            subject_id=rep.rep_id,
            subject_name=rep.name or rep.rep_id,
            reps=own,
            scopes=frozenset({("rep", rep.rep_id)}) | _groups(staff, staff.chain(rep.team_id), own, settings),
        )


def _groups(
    staff: _Staff, teams: Iterable[str], known: frozenset[str], settings: Reports
) -> frozenset[tuple[str, str]]:
    """Sums over groups that may be shown: the company's, and those of teams.

    Neither a sum nor what is left of it, when the sums and reps shown within it are taken away, may be about
    fewer others than ``smallest_group``, or it would tell what they sold.

    Args:
        staff: who sells, and where.
        teams: whose sums are wanted.
        known: reps whose own rows are shown anyway.
        settings: how large a group must be.
    """
    wanted = [("team", team_id, staff.members(team_id) & staff.sellers) for team_id in teams]
    wanted.sort(key=lambda group: (-len(group[2]), group[1]))
    found: set[tuple[str, str]] = set()
    shown: list[frozenset[str]] = []
    for scope_type, scope_id, group in [("company", "company", staff.sellers), *wanted]:
        if group and _tells_enough(group, shown, known, settings.smallest_group):
            found.add((scope_type, scope_id))
            shown.append(group)
    return frozenset(found)


def _tells_enough(
    group: frozenset[str], shown: Sequence[frozenset[str]], known: frozenset[str], smallest: int
) -> bool:
    """Whether a group is large enough, and leaves enough of the narrowest shown group that it is part of."""
    wider = min((other for other in shown if group <= other), key=len, default=group)
    within = frozenset().union(*(other for other in shown if other < wider))
    rests = [group - known, wider - within - group - known]
    return all(not rest or len(rest) >= smallest for rest in rests)
