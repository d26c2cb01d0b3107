"""A browser for the tests of the report pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
WAIT = 120_000
"""Milliseconds for what takes a second, or twenty on a busy machine."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; skips where there is none. Of a module: its event loop must not outlive its tests."""
    executable = next((found for name in NAMES if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip(f"no Chromium to load the pages in: none of {', '.join(NAMES)} is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield started
        started.close()


@contextmanager
def loaded(browser: Any, path: Path, anchor: str = "", **options: Any) -> Iterator[Any]:
    """A page that is open; when left, it must have asked for nothing and said nothing.

    Args:
        browser: starts the page.
        path: the page's file.
        anchor: part of it to go to, with its #.
        options: of the browser's context: viewport, color_scheme and so on.
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    try:
        page = context.new_page()
        page.set_default_timeout(WAIT)
        told: list[str] = []
        page.on("console", lambda message: told.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: told.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (told.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("requestfailed", lambda request: told.append(f"not found: {request.url}"))
        page.on("request", lambda request: _is_outside(request.url) and told.append(request.url))
        page.goto(path.as_uri() + anchor)
        yield page
        assert told == [], f"{path}: {told}"
    finally:
        context.close()


def _is_outside(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:"))
