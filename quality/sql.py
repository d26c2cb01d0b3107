"""Pieces of SQL that every check shares."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(identifier: str) -> str:
    """An identifier in SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL, whatever signs it has."""
    told = "'" + text.replace("'", "''") + "'"
    # The parser takes this sign for the end of the statement.
    return "(" + told.replace("\0", "' || chr(0) || '") + ")" if "\0" in text else told


def names(columns: Iterable[str], table: str | None = None) -> str:
    """Columns as a list in SQL, of a table if one is named."""
    prefix = f"{quoted(table)}." if table else ""
    return ", ".join(prefix + quoted(column) for column in columns)


def same(columns: Iterable[str], left: str, right: str) -> str:
    """Condition that two tables agree in columns that are never null."""
    pairs = ((f"{quoted(left)}.{quoted(c)}", f"{quoted(right)}.{quoted(c)}") for c in columns)
    return " and ".join(f"{one} = {other}" for one, other in pairs)
