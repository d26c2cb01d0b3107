"""What a table's column names must be like, and how several files' columns come together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from daybook.errors import ContractViolation
from ingestion.connectors.origin import Origin
from ingestion.connectors.raw import RESERVED

ANOTHER_HEADER = "have the export changed, or pass over its header with header: false and names:."


def named(header: Sequence[str | None]) -> list[str]:
    """Column names from the cells of a header; a nameless one is called by its position."""
    return [(name or "").strip() or f"column_{number}" for number, name in enumerate(header, start=1)]


def distinct(names: Sequence[str], file: str, origin: Origin) -> list[str]:
    """The names, if each can stand for one column.

    Raises:
        ContractViolation: a name stands twice, or is one of this program's own.
    """
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ContractViolation(
            f"The header names {', '.join(map(repr, repeated))} more than once.",
            remedy=ANOTHER_HEADER,
            where=origin.where(file),
        )
    if set(names) & set(RESERVED):
        raise ContractViolation(
            f"The header names {' or '.join(RESERVED)}, which are this program's own.",
            remedy=ANOTHER_HEADER,
            where=origin.where(file),
        )
    return list(names)
