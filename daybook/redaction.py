"""Leaves out of a text what URLs carry of secrets: user names with passwords, and queries."""

from __future__ import annotations

import re

USER_AND_KEY = r"[^/\s?#:@]*:(?!\d+(?:/|$))\S*"
"""User and password of a URL, up to its last ``@``; digits alone after the colon are a port."""

USERINFO = re.compile(rf"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?:{USER_AND_KEY}|[^/\s?#]*)@")
"""What stands before a URL's host; passwords written with a slash or a ``@`` in them included."""

OPEN_KEY = re.compile(r"://[^/\s?#:@]*:(?!\d+(?:/|$))[^\s@]+@")

WEB_QUERY = re.compile(r"(https?://[^\s?]*)\?\S*", re.IGNORECASE)
QUERY = re.compile(r"(?<=\S)(?:\?|%3F)\S*?(?:=|%3D)\S*", re.IGNORECASE)
"""In an object store's URL a question mark without an equals sign is a wildcard."""

CONTAINER_SCHEMES = ("abfs", "abfss")
"""Azure names the container where other URLs name the user."""


def without_secrets(text: str) -> str:
    """The text with every URL reduced to scheme, host and path."""
    return QUERY.sub("", WEB_QUERY.sub(r"\1", USERINFO.sub(_host_only, text)))


def holds_password(text: str) -> bool:
    """Whether a URL in the text has a password written into it."""
    return OPEN_KEY.search(text) is not None


def _host_only(match: re.Match[str]) -> str:
    scheme = match["scheme"]
    is_container = scheme.lower() in CONTAINER_SCHEMES and ":" not in match[0].removeprefix(f"{scheme}:")
    return match[0] if is_container else f"{scheme}://"
