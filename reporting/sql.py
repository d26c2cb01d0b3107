"""SQL of the publication that ``quality.sql`` does not have."""

from __future__ import annotations

from quality.sql import quoted


def relation(*parts: str) -> str:
    """A qualified name, every part quoted."""
    return ".".join(quoted(part) for part in parts)
