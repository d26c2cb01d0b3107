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

from benchmarks import pipeline
from benchmarks.company import LAST_DAY, BenchCompany
from benchmarks.measure import Measured, measure
from benchmarks.pipeline import MOVES_PER_DEAL, PipelineCompany

STEPS = ("load", "build", "publish")
RESULTS = Path(__file__).with_name("RESULTS.md")

Row = tuple[str, Measured, str]


def main(
    lines: Annotated[list[int], typer.Option(help="Order lines of history.")] = [1_000_000, 10_000_000],  # noqa: B006
    deals: Annotated[list[int], typer.Option(help="Deals of history, with five moves each.")] = [200_000],  # noqa: B006
    folder: Annotated[
        Path | None, typer.Option(help="Scratch folder; a temporary one when not given.")
    ] = None,
) -> None:
    """Measure every size and write the table."""
    sections = []
    for size in lines:
        with _scratch(folder) as scratch:
            rows = _measure(BenchCompany(scratch, size))
        sections.append(_section(f"{size:,} order lines", rows))
    for size in deals:
        with _scratch(folder) as scratch:
            rows = _measure_pipeline(PipelineCompany(scratch, size))
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


def _ours(company: BenchCompany | PipelineCompany, day: date) -> list[Measured]:
    """The steps of our night."""
    return [
        measure(
            [
                sys.executable,
                "-m",
                "benchmarks.ours",
                step,
                str(company.config),
                str(company.home),
                str(day),
            ],
            {},
            company.root / f"ours-{step}-{day}.log",
        )
        for step in STEPS
    ]


def _measure_pipeline(company: PipelineCompany) -> list[Row]:
    company.write_history()
    night = _ours(company, pipeline.LAST_DAY)
    company.write_next_day()
    increment = _ours(company, company.next_day)
    whole, day = _together(night), _together(increment)
    return [
        ("extract + audit + commit", night[0], ""),
        ("dbt build, everything with tests", night[1], ""),
        ("verify + publish", night[2], ""),
        ("whole night", whole, "1"),
        ("one more day, whole night", day, _ratio(day, whole)),
        *((f"one more day, {name}", part, "") for name, part in zip(STEPS, increment, strict=True)),
    ]


def _measure(company: BenchCompany) -> list[Row]:
    company.write_history()
    scratch = company.root

    def peer(name: str, target: str) -> Measured:
        command = [
            sys.executable,
            "-m",
            "benchmarks.peers",
            name,
            str(company.sources),
            str(scratch / target),
        ]
        return measure(command, {}, scratch / f"peer-{name}.log")

    copied, script, dlt = peer("copy", "copied"), peer("sql", "script.duckdb"), peer("dlt", "dlt.duckdb")
    night = _ours(company, LAST_DAY)
    company.write_next_day()
    increment = _ours(company, company.next_day)
    return _rows(copied, script, dlt, night, increment)


def _rows(
    copied: Measured, script: Measured, dlt: Measured, night: list[Measured], increment: list[Measured]
) -> list[Row]:
    load, build, publish = night
    whole, day = _together(night), _together(increment)
    return [
        ("peer: hand-written COPY, CSV to Parquet by month", copied, "1"),
        ("peer: dlt, CSV to DuckDB", dlt, _ratio(dlt, copied)),
        ("extract + audit + commit", load, _ratio(load, copied)),
        ("peer: hand-written SQL, fact and heavy marts", script, "1"),
        ("dbt build, everything with tests", build, _ratio(build, script)),
        ("verify + publish", publish, ""),
        ("whole night", whole, "1"),
        ("one more day, whole night", day, _ratio(day, whole)),
        *((f"one more day, {name}", part, "") for name, part in zip(STEPS, increment, strict=True)),
    ]


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
