"""Runs dbt as a command of its own: in process it would never let go of the warehouse file."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from daybook import settings
from daybook.errors import BuildFailed
from daybook.home import Home
from quality.results import CheckResult, Outcome

PROJECT = settings.PROJECT_ROOT / "dbt_project"
PROJECT_FLAGS = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
DIALOGUE = (
    *("--log-format", "json", "--log-level-file", "none"),
    *("--no-send-anonymous-usage-stats", "--no-version-check"),
)
"""How dbt speaks to us."""

SHOWN_FAILURES = 10


@dataclass(frozen=True)
class Workplace:
    """The places dbt works with."""

    warehouse: Path
    lake: Path
    run_tables: Path
    target: Path
    """What dbt leaves of a command."""
    parsed: Path
    """What it leaves of the project, whatever the night."""

    def environment(self) -> dict[str, str]:
        """The variables that profile and sources read."""
        return {
            "DAYBOOK_WAREHOUSE": str(self.warehouse),
            "DAYBOOK_LAKE": str(self.lake),
            "DAYBOOK_RUN": str(self.run_tables),
        }


@dataclass(frozen=True)
class NodeResult:
    """How one model or test ended."""

    unique_id: str
    name: str
    kind: str
    """``model``, ``test``, ``unit_test`` or ``operation``."""
    status: str
    seconds: float
    message: str
    failures: int | None
    tested_models: tuple[str, ...]
    severity: str

    @property
    def failed(self) -> bool:
        """Whether the node stops the night."""
        return self.status in ("error", "fail", "skipped", "runtime error")


@dataclass(frozen=True)
class BuildResult:
    """How one dbt command ended."""

    nodes: list[NodeResult]
    target: Path

    @property
    def manifest(self) -> Path:
        """Manifest of exactly this build."""
        return self.target / "manifest.json"

    def checks(self) -> list[CheckResult]:
        """Every test as a check result, sorted by name."""
        tests = [node for node in self.nodes if node.kind == "test"]
        return [_as_check(node) for node in sorted(tests, key=lambda node: node.name)]


def build(
    workplace: Workplace,
    variables: Mapping[str, Any],
    on_node: Callable[[str], None],
    select: str | None = None,
) -> BuildResult:
    """Run ``dbt build`` (models and data tests) and wait for it.

    Args:
        workplace: where dbt reads and writes.
        variables: dbt vars, of `as_of_variables`.
        on_node: called with the name of every finished node.
        select: dbt selection; everything when missing.

    Raises:
        BuildFailed: a model or test failed; the message names them.
    """
    arguments = ["build", "--exclude-resource-type", "unit_test", "--vars", json.dumps(variables)]
    if variables["changed_months"] is None:
        arguments += ["--full-refresh"]
    if select:
        arguments += ["--select", select]
    output = _run(arguments, workplace, on_node)
    results = workplace.target / "run_results.json"
    if not results.exists():
        raise BuildFailed(
            f"dbt could not start: {_last_words(output)}.",
            remedy="run `daybook doctor`; if dbt_project was edited, `dbt parse` shows the fault.",
        )
    outcome = read_result(workplace.target)
    failed = [node for node in outcome.nodes if node.failed and node.severity != "warn"]
    if failed or not outcome.nodes:
        raise _failure(failed)
    return outcome


def fresh_manifest(parsed: Path) -> Path:
    """The project's manifest, parsed again only if the project has changed since."""
    manifest = parsed / "manifest.json"
    return parse(parsed) if _is_stale(manifest) else manifest


def fingerprint() -> str:
    """SHA-256 of all that decides what the models build."""
    digest = hashlib.sha256()
    for file in _project_files("models", "macros"):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(PROJECT).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def parse(parsed: Path) -> Path:
    """Write the project's manifest without touching any database; returns its path."""
    # From nothing: parsing only what changed, dbt takes a test that has moved to another file for two.
    (parsed / "partial_parse.msgpack").unlink(missing_ok=True)
    output = list(_events_of(parsed, (), {}))
    manifest = parsed / "manifest.json"
    if not manifest.exists():
        raise BuildFailed(f"dbt cannot parse the project: {_last_words(output)}.", remedy="mend dbt_project.")
    return manifest


def _is_stale(manifest: Path) -> bool:
    if not manifest.exists():
        return True
    written = manifest.stat().st_mtime
    return any(file.stat().st_mtime > written for file in _project_files("models", "macros", "tests"))


def _project_files(*folders: str) -> list[Path]:
    """The project's own files below these folders, and its settings; sorted."""
    found = (file for name in folders for file in (PROJECT / name).rglob("*") if file.is_file())
    return [PROJECT / "dbt_project.yml", *sorted(found)]


def _run(arguments: list[str], workplace: Workplace, on_node: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run a dbt command with JSON logs and return its events."""
    workplace.target.mkdir(parents=True, exist_ok=True)
    (workplace.target / "run_results.json").unlink(missing_ok=True)
    command = (*DIALOGUE, *arguments, *PROJECT_FLAGS, "--target-path", str(workplace.target))
    events = []
    for event in _events_of(workplace.parsed, command, workplace.environment()):
        events.append(event)
        if event["info"]["name"] in ("LogModelResult", "LogTestResult"):
            on_node(event["data"]["node_info"]["node_name"])
    return events


def _events_of(
    parsed: Path, command: Sequence[str], environment: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Start dbt; its events as they come."""
    with subprocess.Popen(
        [sys.executable, "-m", "orchestration.dbt_process", str(parsed), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=settings.subprocess_environment(**environment),
        cwd=settings.PROJECT_ROOT,
    ) as process:
        yield from _events(process.stdout or ())


def _events(lines: Any) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            event = {"info": {"name": "Output", "level": "error", "msg": line.strip()}, "data": {}}
        if isinstance(event, dict) and "info" in event:
            yield event


def _last_words(events: list[dict[str, Any]]) -> str:
    errors = [event["info"]["msg"] for event in events if event["info"]["level"] == "error"]
    return (errors[-1] if errors else "it said nothing").strip().rstrip(".")


def read_result(target: Path) -> BuildResult:
    """What the last command in a target folder did."""
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = [_node(result, manifest["nodes"].get(result["unique_id"], {})) for result in results]
    return BuildResult(nodes, target)


def _node(result: Mapping[str, Any], declared: Mapping[str, Any]) -> NodeResult:
    upstream = declared.get("depends_on", {}).get("nodes", [])
    attached = declared.get("attached_node")
    models = [attached] if attached else [node for node in upstream if node.startswith("model.")]
    return NodeResult(
        unique_id=result["unique_id"],
        name=declared.get("name", result["unique_id"]),
        kind=result["unique_id"].split(".")[0],
        status=result["status"],
        seconds=float(result["execution_time"]),
        message=str(result.get("message") or ""),
        failures=result.get("failures"),
        tested_models=tuple(model.split(".")[-1] for model in models),
        severity=str(declared.get("config", {}).get("severity", "error")).lower(),
    )


def _as_check(node: NodeResult) -> CheckResult:
    crashed = node.status in ("error", "runtime error", "skipped")
    outcome: Outcome = "crash" if crashed else "pass" if node.status == "pass" else "fail"
    return CheckResult(
        check=f"dbt.{node.name}",
        scope=", ".join(node.tested_models) or "warehouse",
        severity="warn" if node.severity == "warn" else "block",
        outcome=outcome,
        message=node.message or "no offending rows",
        unexpected_count=node.failures,
    )


def _failure(failed: list[NodeResult]) -> BuildFailed:
    causes = [node for node in failed if node.status != "skipped"] or failed
    lines = [f"\n  {node.kind} {node.name}: {node.message.strip()}" for node in causes[:SHOWN_FAILURES]]
    more = len(causes) - SHOWN_FAILURES
    tail = f"\n  and {more} more" if more > 0 else ""
    skipped = sum(node.status == "skipped" for node in failed)
    return BuildFailed(
        f"{len(causes)} models and tests failed, {skipped} were skipped behind:{''.join(lines)}{tail}\n",
        remedy="the candidate warehouse is kept for a look; nothing was published.",
    )


def as_of_variables(
    business_on: date, changed_months: Mapping[str, list[str]] | None, run_id: str
) -> dict[str, Any]:
    """The vars every build gets; everything is rebuilt when ``changed_months`` is None."""
    return {"as_of_date": business_on.isoformat(), "changed_months": changed_months, "run_id": run_id}


if __name__ == "__main__":
    fresh_manifest(Home(settings.home_root()).dbt)
