"""Whether what was checked may be published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from quality.results import CheckResult


class Verdict(BaseModel):
    """The judgement over all checks of a night."""

    model_config = ConfigDict(frozen=True)

    outcome: Literal["pass", "pass_with_warnings", "fail"]
    checks: list[CheckResult]

    @property
    def blocking(self) -> list[CheckResult]:
        """Checks that stop the publication, in order."""
        return [check for check in self.checks if check.blocks]

    @property
    def warnings(self) -> list[CheckResult]:
        """Checks that did not pass and do not stop it, in order."""
        return [check for check in self.checks if check.outcome != "pass" and not check.blocks]

    @property
    def reason(self) -> str:
        """The judgement in one sentence."""
        if not self.checks:
            return "Nothing was checked."
        if self.blocking:
            return f"{len(self.blocking)} of {len(self.checks)} checks did not pass and block."
        if self.warnings:
            return f"No check blocks; {len(self.warnings)} of {len(self.checks)} warn."
        return f"All {len(self.checks)} checks passed."


def decide(checks: Sequence[CheckResult]) -> Verdict:
    """Judge the checks: one blocking check that failed or crashed is enough, and so is no check at all."""
    if not checks or any(check.blocks for check in checks):
        return Verdict(outcome="fail", checks=list(checks))
    if all(check.outcome == "pass" for check in checks):
        return Verdict(outcome="pass", checks=list(checks))
    return Verdict(outcome="pass_with_warnings", checks=list(checks))
