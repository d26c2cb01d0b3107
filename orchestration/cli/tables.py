"""Prints rows as a table where it fits the width, and one below the other where it does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

Cell = str | Text

WRAPPED_WIDTH = 24
"""Characters that a column of prose needs to be readable."""

FRAME_WIDTH = 3
"""Characters that a column needs beside its content."""


def show(
    console: Console,
    rows: Sequence[Mapping[str, Cell]],
    *,
    title: str | None = None,
    prose: Collection[str] = (),
) -> None:
    """Print rows; nothing of them is ever cut.

    Args:
        console: where to.
        rows: the cells of each row by column; all have the columns of the first, none means print nothing.
        title: what the rows are.
        prose: columns that may be wrapped; ids, names, dates and figures stay whole.
    """
    if not rows:
        return
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in rows[0]}
    needed = sum(min(width, WRAPPED_WIDTH) if name in prose else width for name, width in widths.items())
    if needed + FRAME_WIDTH * len(widths) < console.width:
        console.print(_table(rows, title, prose))
    else:
        _print_records(console, rows, title)


def _table(rows: Sequence[Mapping[str, Cell]], title: str | None, prose: Collection[str]) -> Table:
    table = Table(title=Text(title) if title else None, title_justify="left")
    for name in rows[0]:
        table.add_column(Text(name), no_wrap=name not in prose, overflow="fold")
    for row in rows:
        table.add_row(*(_text(cell) for cell in row.values()))
    return table


def _print_records(console: Console, rows: Sequence[Mapping[str, Cell]], title: str | None) -> None:
    if title:
        console.print(Text(title, "italic"), soft_wrap=True)
    width = max(map(len, rows[0]))
    for row in rows:
        for name, cell in row.items():
            label = Text(f"  {name:<{width}}  ", "bold")
            console.print(Text.assemble(label, _text(cell)), soft_wrap=True)
        console.print()


def _text(cell: Cell) -> Text:
    return Text(cell) if isinstance(cell, str) else cell
