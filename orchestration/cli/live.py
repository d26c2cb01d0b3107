"""Shows a night as it goes."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn


class LiveListener:
    """Prints a line per finished step and a spinner for the one at work."""

    def __init__(self, console: Console, *, debug: bool) -> None:
        self._console = console
        self._debug = debug
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}

    def __enter__(self) -> LiveListener:
        """Start drawing."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        self._progress.stop()

    def traced(self, traceback: str) -> None:
        """Show where a step failed to those who asked for it."""
        if self._debug:
            self._console.print(escape(traceback))

    def started(self, step: str, total: int | None = None) -> None:
        """Show a step at work."""
        self._began[step] = time.perf_counter()
        self._tasks[step] = self._progress.add_task(step, total=total)

    def advanced(self, step: str, detail: str) -> None:
        """Show what a step has just done."""
        self._progress.update(self._tasks[step], advance=1, description=f"{step} [dim]{escape(detail)}[/]")

    def ended(self, step: str, detail: str) -> None:
        """Print a finished step with its time."""
        self._progress.remove_task(self._tasks.pop(step))
        seconds = time.perf_counter() - self._began[step]
        self._console.print(f"[green]✓[/] {escape(step):<34} {escape(detail)} [dim]{seconds:.1f} s[/]")

    def warned(self, message: str) -> None:
        """Print a warning."""
        self._console.print(f"[yellow]![/] {escape(message)}", soft_wrap=True)
