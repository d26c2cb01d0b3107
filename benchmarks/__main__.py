"""Measures the night at several sizes and writes ``benchmarks/RESULTS.md``."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import duckdb
import psutil
import typer

from benchmarks.company import LAST_DAY, NEXT_DAY, Company
from benchmarks.measure import Measured, measure
from benchmarks.pipeline import MOVES_PER_DEAL, Pipeline
from benchmarks.shop import Shop

STEPS = ("load", "build", "publish")
RESULTS = Path(__file__).with_name("RESULTS.md")

Row = tuple[str, Measured, str]


def main(
    lines: Annotated[
        list[int],
        typer.Option(default_factory=lambda: [1_000_000, 10_000_000], help="Order lines of history."),
    ],
    deals: Annotated[
        list[int],
        typer.Option(
            default_factory=lambda: [200_000, 2_000_000], help="Deals of history, with five moves each."
        ),
    ],
    folder: Annotated[
        Path | None, typer.Option(help="Scratch folder; a temporary one when not given.")
    ] = None,
) -> None:
    """Measure every size and write the table."""
    sections = []
    for size in lines:
        with _scratch(folder) as scratch:
            rows = _measure_sales(Shop(scratch, size))
        sections.append(_section(f"{size:,} order lines", rows))
    for size in deals:
        with _scratch(folder) as scratch:
            rows = _measure_pipeline(Pipeline(scratch, size))
        sections.append(_section(f"{size:,} deals, {size * MOVES_PER_DEAL:,} stage changes", rows))
    RESULTS.write_text(_page(sections), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


@contextmanager
def _scratch(folder: Path | None) -> Iterator[Path]:
    """A folder that is gone afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix="bench-", dir=folder))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch)


def _measure_sales(company: Shop) -> list[Row]:
    company.write_history()
    copied = _peer(company, "copy", "copied")
    script = _peer(company, "sql", "script.duckdb")
    dlt = _peer(company, "dlt", "dlt.duckdb")
    (load, build, publish), whole, increment = _nights(company)
    return [
        ("peer: hand-written COPY, CSV to Parquet by month", copied, "1"),
        ("peer: dlt, CSV to DuckDB", dlt, _ratio(dlt, copied)),
        ("extract + audit + commit", load, _ratio(load, copied)),
        ("peer: hand-written SQL, fact and heavy marts", script, "1"),
        ("dbt build, everything with tests", build, _ratio(build, script)),
        ("verify + publish", publish, ""),
        ("whole night", whole, "1"),
        *increment,
        ("report site, 200 reps, one language", _ours(company, "report", NEXT_DAY), ""),
    ]


def _measure_pipeline(company: Pipeline) -> list[Row]:
    company.write_history()
    (load, build, publish), whole, increment = _nights(company)
    return [
        ("extract + audit + commit", load, ""),
        ("dbt build, everything with tests", build, ""),
        ("verify + publish", publish, ""),
        ("whole night", whole, "1"),
        *increment,
    ]


def _nights(company: Company) -> tuple[list[Measured], Measured, list[Row]]:
    """The first night's steps, the night as a whole, and the rows of the night after it."""
    first = [_ours(company, step, LAST_DAY) for step in STEPS]
    company.write_next_day()
    second = [_ours(company, step, NEXT_DAY) for step in STEPS]
    whole, day = _together(first), _together(second)
    increment: list[Row] = [
        ("one more day, whole night", day, _ratio(day, whole)),
        *((f"one more day, {step}", cost, "") for step, cost in zip(STEPS, second, strict=True)),
    ]
    return first, whole, increment


def _ours(company: Company, step: str, day: date) -> Measured:
    arguments = ["benchmarks.ours", step, company.config, company.home, day]
    return _module(arguments, company.root / f"ours-{step}-{day}.log")


def _peer(company: Company, name: str, target: str) -> Measured:
    arguments = ["benchmarks.peers", name, company.sources, company.root / target]
    return _module(arguments, company.root / f"peer-{name}.log")


def _module(arguments: list[object], log: Path) -> Measured:
    return measure([sys.executable, "-m", *map(str, arguments)], log)


def _together(steps: list[Measured]) -> Measured:
    return Measured(
        sum(step.wall_seconds for step in steps),
        sum(step.cpu_seconds for step in steps),
        max(step.peak_bytes for step in steps),
    )


def _ratio(part: Measured, whole: Measured) -> str:
    return f"{part.wall_seconds / whole.wall_seconds:.2f}"


def _section(title: str, rows: list[Row]) -> str:
    shown = [
        f"| {name} | {cost.wall_seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.peak_bytes / 2**20:.0f} | {ratio} |"
        for name, cost, ratio in rows
    ]
    head = "| what | wall s | CPU s | peak MiB | ratio |\n|---|---:|---:|---:|---:|"
    return f"## {title}\n\n{head}\n" + "\n".join(shown) + "\n"


def _page(sections: list[str]) -> str:
    memory = psutil.virtual_memory().total / 2**30
    machine = f"{psutil.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, Python {platform.python_version()}"
    stamp = datetime.now(UTC).date().isoformat()
    return (
        f"# Benchmarks\n\n`make bench` on {stamp}: {machine}, DuckDB {duckdb.__version__}. Ratios are wall time against "
        "the nearest row above that says 1. Every figure includes the start of its process; steps of a night are "
        "processes of their own here, while `daybook run` is one.\n\n" + "\n".join(sections)
    )


if __name__ == "__main__":
    typer.run(main)
