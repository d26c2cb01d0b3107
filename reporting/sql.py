"""Quoting, for the few places of SQL where a value cannot be bound."""

from __future__ import annotations


def identifier(name: str) -> str:
    """A name of a table or column, quoted."""
    return '"' + name.replace('"', '""') + '"'


def relation(*parts: str) -> str:
    """A qualified name, every part quoted."""
    return ".".join(identifier(part) for part in parts)


def literal(text: str) -> str:
    """A text constant, quoted; for ``ATTACH`` and ``COMMENT``, which take no parameters."""
    return "'" + text.replace("'", "''") + "'"
