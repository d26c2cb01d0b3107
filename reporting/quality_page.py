"""The page beside a published file that shows people what was checked.

One file that needs nothing else: no script, no font, no request. Everything on it that
comes from data or configuration is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC
from html import escape
from itertools import groupby

from quality.results import CheckResult
from reporting.publication import Publication, PublishedTable, SourceState, change_of
from reporting.wording import counted

STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6472; --line: #dfe3e8; --ground: #f6f7f9;
  --sheet: #fff; --good: #11693b; --good-ground: #e3f4ea; --warn: #7a4b00; --warn-ground: #fdf0d5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf0; --soft: #9aa4b3; --line: #303846;
  --ground: #12161d; --sheet: #1a202a; --good: #7fd8a4; --good-ground: #16301f; --warn: #f2c46d;
  --warn-ground: #352910; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); font-size: .875rem; }
.verdict { margin: 1rem 0; padding: .7rem 1rem; border-radius: .5rem; font-weight: 600; }
.good { background: var(--good-ground); color: var(--good); }
.warn { background: var(--warn-ground); color: var(--warn); }
.badge { display: inline-block; padding: 0 .5rem; border-radius: 1rem; font-size: .8rem;
  white-space: nowrap; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .6rem 1.5rem;
  margin: 0; }
.facts div:last-child { grid-column: 1 / -1; }
.facts dt { color: var(--soft); font-size: .8rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; overflow-x: auto; }
.notice { padding: .7rem 1rem; margin-bottom: .6rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: start; padding: .45rem .75rem; border-top: 1px solid var(--line); vertical-align: top; }
tr:first-child > * { border-top: 0; }
th { border-bottom: 1px solid var(--line); color: var(--soft); font-weight: 600; font-size: .8rem;
  white-space: nowrap; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide { min-width: 14rem; overflow-wrap: anywhere; }
.name { font-weight: 600; overflow-wrap: anywhere; }
td.name { min-width: 14rem; }
code { font: .9em ui-monospace, Menlo, Consolas, monospace; }
details { margin-bottom: .4rem; }
summary { cursor: pointer; padding: .5rem .75rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .stack thead { display: none; }
  .stack tr { display: block; padding: .5rem .75rem; border-top: 1px solid var(--line); }
  .stack tbody tr:first-child { border-top: 0; }
  .stack tr > td { display: block; border: 0; padding: .1rem 0; text-align: start; min-width: 0; }
  .stack td[data-label]:not([data-label=""])::before { content: attr(data-label) ": "; color: var(--soft); }
  .stack td:empty { display: none; }
}
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def quality_page(
    publication: Publication,
    sources: Sequence[SourceState],
    checks: Sequence[CheckResult],
    previous: Publication | None,
) -> str:
    """The page of one publication, as HTML.

    Args:
        publication: what is published.
        sources: what each source table gave.
        checks: everything behind the verdict.
        previous: the publication before, to show what changed; None when this is the first.
    """
    title = f"Quality of the figures of {publication.business_on.isoformat()}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        _verdict(publication, checks),
        _facts(publication, previous),
        _warnings(publication.warnings),
        _sources(sources),
        _tables(publication, previous),
        _checks(checks),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _verdict(publication: Publication, checks: Sequence[CheckResult]) -> str:
    count = len(publication.warnings)
    if not count:
        return f'<p class="verdict good">Passed: {counted(len(checks), "check")}, no warnings</p>'
    warnings = counted(count, "warning")
    return f'<p class="verdict warn">Passed with {warnings}, of {counted(len(checks), "check")}</p>'


def _facts(publication: Publication, previous: Publication | None) -> str:
    published_at = publication.published_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    facts = {
        "Published": published_at,
        "Run": publication.run_id,
        "File": publication.file,
        "Size": f"{publication.size_bytes / 1e6:,.1f} MB",
        "Publication before": previous.publication_id if previous else "none",
        "SHA-256": publication.sha256,
    }
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items()
    )
    return f'<dl class="facts">{items}</dl>'


def _warnings(warnings: Sequence[CheckResult]) -> str:
    if not warnings:
        return ""
    return "<h2>Warnings</h2>" + "".join(
        f'<div class="sheet notice"><span class="name">{escape(check.scope)}</span> {_badge(check)}'
        f'<p>{escape(check.message)}</p>{_sample(check)}<p class="soft">{escape(check.check)}</p></div>'
        for check in warnings
    )


def _sources(sources: Sequence[SourceState]) -> str:
    if not sources:
        return ""
    rows = [
        [
            _cell(f"{state.source}.{state.dataset}", kind="name"),
            _number(state.rows_read, "Read"),
            _number(state.rows_accepted, "Accepted"),
            _number(state.rows_quarantined, "Refused"),
            _cell(state.newest or "", label="Newest"),
            _number(len(state.files), "Files"),
            '<td><span class="badge warn">last good data</span></td>' if state.is_stale else "<td></td>",
        ]
        for state in sources
    ]
    return "<h2>Sources</h2>" + _table(
        ["Table", "#Read", "#Accepted", "#Refused", "Newest", "#Files", ""], rows
    )


def _tables(publication: Publication, previous: Publication | None) -> str:
    rows = [_table_row(table, publication.duckdb_version, previous) for table in publication.tables]
    return "<h2>Tables</h2>" + _table(["Table", "What it answers", "#Rows", "#Before", ""], rows)


def _table_row(table: PublishedTable, duckdb_version: str, previous: Publication | None) -> list[str]:
    change = change_of(table, duckdb_version, previous)
    withheld = f"Withheld: {', '.join(table.withheld)}" if table.withheld else ""
    notes = "".join(
        f'<p class="soft">{escape(note)}</p>'
        for note in (f"One row per {', '.join(table.grain)}", withheld)
        if note
    )
    return [
        _cell(table.name, kind="name"),
        f'<td class="wide">{_described(table.description)}{notes}</td>',
        _number(table.rows, "Rows"),
        _number(change.previous_rows, "Before"),
        _cell({True: "changed", False: "unchanged", None: ""}[change.is_changed]),
    ]


def _described(text: str) -> str:
    """A description of dbt's, which may hold code and strong words in Markdown."""
    with_code = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", with_code)


def _checks(checks: Iterable[CheckResult]) -> str:
    ordered = sorted(checks, key=lambda check: (check.scope, check.check))
    groups = groupby(ordered, key=lambda check: check.scope)
    return "<h2>All checks</h2>" + "".join(_scope(scope, list(found)) for scope, found in groups)


def _scope(scope: str, checks: list[CheckResult]) -> str:
    failed = sum(check.outcome != "pass" for check in checks)
    note = f' <span class="badge warn">{counted(failed, "warning")}</span>' if failed else ""
    rows = [
        [
            _cell(check.check, kind="name"),
            f"<td>{_badge(check)}</td>",
            f'<td class="wide">{escape(check.message)}{_sample(check)}</td>',
        ]
        for check in checks
    ]
    return (
        f'<details class="sheet"><summary><span class="name">{escape(scope)}</span> '
        f'<span class="soft">{counted(len(checks), "check")}</span>{note}</summary>'
        f"{_rows(rows)}</details>"
    )


def _badge(check: CheckResult) -> str:
    if check.outcome == "pass":
        return '<span class="badge good">passed</span>'
    return f'<span class="badge warn">{"could not run" if check.outcome == "crash" else "warning"}</span>'


def _sample(check: CheckResult) -> str:
    return f'<p class="soft">Such as: {escape("; ".join(check.sample))}</p>' if check.sample else ""


def _table(headings: Sequence[str], rows: Iterable[list[str]]) -> str:
    """A table that a phone shows as a list; a heading that starts with # stands over numbers."""
    heads = "".join(
        f'<th class="number">{escape(heading[1:])}</th>'
        if heading.startswith("#")
        else f"<th>{escape(heading)}</th>"
        for heading in headings
    )
    return f'<div class="sheet">{_rows(rows, f"<thead><tr>{heads}</tr></thead>")}</div>'


def _rows(rows: Iterable[list[str]], head: str = "") -> str:
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f'<table class="stack">{head}<tbody>{body}</tbody></table>'


def _cell(text: str, kind: str = "", label: str = "") -> str:
    return f'<td class="{kind}" data-label="{escape(label)}">{escape(text)}</td>'


def _number(value: int | None, label: str) -> str:
    shown = "" if value is None else f"{value:,}"
    return f'<td class="number" data-label="{escape(label)}">{shown}</td>'
