"""The errors people see.

Every error says what is wrong, where, and what to do about it. The class says
who can help: a retry, the source's owner, whoever edits ``daybook.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Where:
    """The place an error speaks of; only what is known is shown."""

    source: str | None = None
    dataset: str | None = None
    file: str | None = None
    line: int | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        named = {
            "source": self.source,
            "dataset": self.dataset,
            "file": self.file,
            "line": self.line,
            "row": self.row,
            "column": self.column,
        }
        return ", ".join(f"{name} {value}" for name, value in named.items() if value is not None)


class DaybookError(Exception):
    """Base of every error that is shown without a traceback.

    Args:
        reason: what is wrong, in one sentence.
        remedy: what the reader can do about it.
        where: the place it happened.
    """

    def __init__(self, reason: str, *, remedy: str, where: Where | None = None) -> None:
        self.reason = reason
        self.remedy = remedy
        self.where = where or Where()
        place = str(self.where)
        super().__init__(f"{place + ': ' if place else ''}{reason} Remedy: {remedy}")


class ConfigurationError(DaybookError):
    """``daybook.yaml`` or the environment is wrong; editing it helps."""


class SourceUnavailable(DaybookError):  # noqa: N818 - the name says what happened, as in the design
    """The source did not answer; the only error a retry can mend."""


class ContractViolation(DaybookError):  # noqa: N818
    """The source answered with something its contract forbids; a retry cannot help."""


class StagingFailed(DaybookError):  # noqa: N818
    """A batch could not be written; the one before stays."""


class AuditFailed(DaybookError):  # noqa: N818
    """A blocking check failed; the batch does not reach the lake."""


class CommitFailed(DaybookError):  # noqa: N818
    """The lake could not be written; the last one stays."""


class BuildFailed(DaybookError):  # noqa: N818
    """dbt could not build or test the warehouse."""


class PublicationRefused(DaybookError):  # noqa: N818
    """The verdict is not a pass; the last publication stays."""


class ReportsUnavailable(DaybookError):  # noqa: N818
    """There are no reports to show, or they could not be made."""


class MailFailed(DaybookError):  # noqa: N818
    """A digest could not be sent; the publication stands."""


class RunLocked(DaybookError):  # noqa: N818
    """Another run holds the lock."""


class StateDamaged(DaybookError):  # noqa: N818
    """What ``DAYBOOK_HOME`` holds does not fit together; a person must look."""
