"""What a person hears while a night runs; the steps speak, the command line or Dagster listens."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """Hears each step begin, go on and end."""

    def started(self, step: str, total: int | None = None) -> None:
        """A step begins; ``total`` is how many parts it has, where known."""

    def advanced(self, step: str, detail: str) -> None:
        """One part of a step is done."""

    def ended(self, step: str, detail: str) -> None:
        """A step is done; the detail says with what."""

    def warned(self, message: str) -> None:
        """Something a person should know, that does not stop the night."""

    def traced(self, traceback: str) -> None:
        """Where in the code a step failed."""


class Silent:
    """Hears and says nothing."""

    def started(self, step: str, total: int | None = None) -> None:
        """Say nothing."""

    def advanced(self, step: str, detail: str) -> None:
        """Say nothing."""

    def ended(self, step: str, detail: str) -> None:
        """Say nothing."""

    def warned(self, message: str) -> None:
        """Say nothing."""

    def traced(self, traceback: str) -> None:
        """Say nothing."""
