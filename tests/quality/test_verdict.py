from __future__ import annotations

import pytest

from quality.results import CheckResult, Outcome
from quality.verdict import decide


def check(severity: str, outcome: Outcome) -> CheckResult:
    return CheckResult.model_validate(
        {
            "check": "deals.deal_id.unique",
            "scope": "crm.deals",
            "severity": severity,
            "outcome": outcome,
            "message": ".",
        }
    )


PASSED, WARNED = check("block", "pass"), check("warn", "fail")

VERDICTS = [
    ([], "fail", "Nothing was checked."),
    ([PASSED], "pass", "All 1 checks passed."),
    ([PASSED, check("warn", "pass")], "pass", "All 2 checks passed."),
    ([PASSED, WARNED], "pass_with_warnings", "No check blocks; 1 of 2 warn."),
    ([PASSED, check("warn", "crash")], "pass_with_warnings", "No check blocks; 1 of 2 warn."),
    ([PASSED, check("block", "fail")], "fail", "1 of 2 checks did not pass and block."),
    ([PASSED, check("block", "crash")], "fail", "1 of 2 checks did not pass and block."),
    ([WARNED, check("block", "fail")], "fail", "1 of 2 checks did not pass and block."),
]


@pytest.mark.parametrize(("checks", "outcome", "reason"), VERDICTS)
def test_one_blocking_check_or_none_at_all_is_enough_to_fail(
    checks: list[CheckResult], outcome: str, reason: str
) -> None:
    verdict = decide(checks)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)
    assert verdict.checks == checks


def test_a_verdict_tells_what_blocks_from_what_warns() -> None:
    blocking = check("block", "crash")
    verdict = decide([PASSED, WARNED, blocking])
    assert verdict.blocking == [blocking]
    assert verdict.warnings == [WARNED]
