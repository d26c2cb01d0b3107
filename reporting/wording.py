"""English that more than one place of the publication writes."""

from __future__ import annotations


def counted(number: int, word: str) -> str:
    """A number with its noun, such as ``1 check`` or ``1,200 checks``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
