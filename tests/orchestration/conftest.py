"""Nights are slow: the first good one is run once, and every test gets a copy of its company."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from daybook.home import Home
from orchestration import dbt
from orchestration.cli import main
from tests.orchestration.company import SmallCompany, found
from tests.parsed_project import give_parsed_project


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


Command = Callable[..., Said]


@pytest.fixture
def daybook(monkeypatch, capsys) -> Command:
    """Runs ``daybook`` in this process on a company.

    Dagster's history is kept in memory: on disk it takes a third of the night.
    """
    import dagster as dg

    monkeypatch.setattr(dg.DagsterInstance, "get", dg.DagsterInstance.ephemeral)

    def run(company: SmallCompany, *arguments: str) -> Said:
        monkeypatch.setenv("DAYBOOK_HOME", str(company.home))
        monkeypatch.setenv("DAGSTER_HOME", "")
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr("sys.argv", ["daybook", "--config", str(company.config), *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def published_company(tmp_path_factory) -> SmallCompany:
    """A company after one good night; not to be changed."""
    company = found(tmp_path_factory.mktemp("company"))
    give_parsed_project(Home(company.home))
    patch = pytest.MonkeyPatch()
    try:
        patch.setenv("DAYBOOK_HOME", str(company.home))
        patch.setenv("DAGSTER_HOME", "")
        patch.setattr("sys.argv", ["daybook", "--config", str(company.config), "run", "--date", "2026-06-03"])
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        patch.undo()
    assert ended.value.code in (0, None)
    return company


@pytest.fixture
def company(published_company: SmallCompany, tmp_path: Path) -> SmallCompany:
    """A copy of the company after one good night."""
    shutil.copytree(published_company.root, tmp_path / "company", symlinks=True)
    return SmallCompany(tmp_path / "company")


@pytest.fixture
def built_as_before(company: SmallCompany, monkeypatch) -> list[dict[str, object]]:
    """The variables of every build from now on, which is left as the good night left it.

    A night of the same day builds the same warehouse, and the time it takes is spared.
    """
    last_night = Home(company.home).current.resolve()
    asked: list[dict[str, object]] = []

    def build(workplace: dbt.Workplace, variables: dict[str, object], **_: object) -> dbt.BuildResult:
        asked.append(variables)
        shutil.copytree(last_night / "dbt", workplace.target, dirs_exist_ok=True)
        shutil.copy(last_night / "warehouse.duckdb", workplace.warehouse)
        return dbt.read_result(workplace.target)

    monkeypatch.setattr("orchestration.dbt.build", build)
    return asked


@pytest.fixture
def new_company(tmp_path: Path) -> SmallCompany:
    """A company before its first night."""
    company = found(tmp_path / "new")
    give_parsed_project(Home(company.home))
    return company
