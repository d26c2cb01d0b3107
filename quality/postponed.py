"""Imports that wait until they are needed: for libraries that import much more than we use of them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader
from typing import Any


@contextmanager
def postponed(*modules: str) -> Iterator[None]:
    """Load modules that are imported inside the block only when they are first used.

    Modules that are loaded already stay as they are, and a module that is not installed is missed
    at once, as ever.
    """
    finder = _Postponing(frozenset(modules))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Postponing(MetaPathFinder):
    """Finds modules as the other finders do, and loads them lazily."""

    def __init__(self, modules: frozenset[str]) -> None:
        self._modules = modules
        self._is_asking = False

    def find_spec(self, fullname: str, *_: Any, **__: Any) -> ModuleSpec | None:
        """How to load a module; None where the other finders may say so themselves."""
        if self._is_asking or fullname not in self._modules:
            return None
        self._is_asking = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._is_asking = False
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec
