"""How deep the tests go: everything once, or everything in all its kinds, as `.ci/run` asks for."""

from __future__ import annotations

import os

import pytest

IS_DEEP = os.environ.get("DAYBOOK_TEST_DEPTH") == "deep"

deep_only = pytest.mark.skipif(
    not IS_DEEP, reason="one more kind of what another test tries: DAYBOOK_TEST_DEPTH=deep asks for it"
)


def times(once: int, deep: int) -> int:
    """How often to try what chance decides."""
    return deep if IS_DEEP else once
