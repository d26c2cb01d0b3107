"""Control totals: what a source says it sent, against what the lake will hold of it after the night."""
# ruff: noqa: S608 - identifiers come from contracts and configuration, and are quoted; values are bound

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from quality.contracts import Contract
from quality.contracts.model import RuleSeverity
from quality.inputs import AuditInput
from quality.night import Night, after, known
from quality.results import CheckResult
from quality.rules import midnight_utc
from quality.sql import quoted

CONTROLS = "control_totals"

SHOWN = 5
"""Periods that a message lists."""

BUCKET = "interval '15 minutes'"
"""Timestamps are added up by this before they are put into periods: every zone's midnight starts one."""


@dataclass(frozen=True)
class _Period:
    """What a source says of a period, and what is there; None where it says nothing."""

    starts_on: date
    ends_on: date
    rows_sent: int | None
    amount_sent: Decimal | None
    rows: int = 0
    amount: Decimal = Decimal(0)

    @property
    def agrees(self) -> bool:
        """Whether what was sent is what is there."""
        return self.rows_sent in (None, self.rows) and self.amount_sent in (None, self.amount)

    @property
    def missing_rows(self) -> int:
        """Rows sent that are not there; below zero where there are more."""
        return 0 if self.rows_sent is None else self.rows_sent - self.rows

    def __str__(self) -> str:
        days = (
            str(self.starts_on) if self.starts_on == self.ends_on else f"{self.starts_on} to {self.ends_on}"
        )
        sent = [f"{self.rows_sent:,} rows"] if self.rows_sent is not None else []
        sent += [f"{self.amount_sent:,.2f}"] if self.amount_sent is not None else []
        return f"{days}: {' and '.join(sent)} sent, {self.rows:,} rows and {self.amount:,.2f} there"


def control_checks(
    night: Night, entry: AuditInput, severity: RuleSeverity, refused: int, zone: ZoneInfo
) -> list[CheckResult]:
    """Compare a batch's source with its control totals; nothing where it gives none.

    Rows count in the period of their event date in the company's zone. A dataset without an event
    date is compared as a whole with its newest period.

    Args:
        night: the rows.
        entry: the batch.
        severity: what a difference means.
        refused: rows of this source and dataset in quarantine that are not in the lake either. A
            difference that they may explain only warns.
        zone: the company's time zone.
    """
    if not night.surroundings.is_fed(CONTROLS) or not night.surroundings.is_fed(entry.dataset):
        return []
    periods = _declared(night, entry)
    if not periods:
        return []
    periods = _found(night, entry, periods, zone)
    differing = [period for period in periods if not period.agrees]
    check, scope = f"{entry.dataset}.control_totals", entry.scope
    if not differing:
        message = f"All {len(periods):,} periods hold the rows and amounts that {entry.source} says it sent."
        return [CheckResult(check=check, scope=scope, severity=severity, outcome="pass", message=message)]
    message = (
        f"{len(differing):,} of {len(periods):,} periods do not hold what {entry.source} says it sent: "
        f"{'; '.join(str(period) for period in differing[:SHOWN])}."
    )
    if _explained(differing, refused):
        severity = "warn"
        message += f" The {refused:,} refused rows may be the difference. Remedy: mend them in the source."
    else:
        message += (
            " Remedy: see whether the export is complete, and whether its control totals are of the same."
        )
    return [
        CheckResult(
            check=check,
            scope=scope,
            severity=severity,
            outcome="fail",
            message=message,
            unexpected_count=len(differing),
            sample=[str(period) for period in differing[:SHOWN]],
        )
    ]


def unknown_controls(night: Night, entry: AuditInput, severity: RuleSeverity) -> CheckResult:
    """Whether the batch of control totals speaks of sources and datasets that there are."""
    rows = night.connection.execute(
        f"select distinct source_system, dataset from {quoted(after(entry.source, CONTROLS))} order by all"
    ).fetchall()
    unknown = [f"{s}.{d}" for s, d in rows if s not in night.surroundings.sources.get(d, ())]
    if unknown:
        message = (
            f"Control totals are given for {', '.join(unknown[:SHOWN])}, which no source feeds; a source and "
            "a dataset as daybook.yaml names them are expected. Remedy: correct source_system and dataset."
        )
    else:
        message = f"All {len(rows)} sources and datasets that control totals are given for are known."
    return CheckResult(
        check=f"{CONTROLS}.dataset.reference",
        scope=entry.scope,
        severity=severity,
        outcome="fail" if unknown else "pass",
        message=message,
        unexpected_count=len(unknown),
        sample=unknown[:SHOWN],
    )


def _declared(night: Night, entry: AuditInput) -> list[_Period]:
    rows = night.connection.execute(
        "select period_start_on, coalesce(period_end_on, period_start_on), row_count, total_amount "
        f"from {quoted(known(CONTROLS))} where source_system = $source and dataset = $dataset order by 1",
        {"source": entry.source, "dataset": entry.dataset},
    ).fetchall()
    periods = [_Period(*row) for row in rows]
    return periods if entry.contract.event_date else periods[-1:]


def _found(night: Night, entry: AuditInput, periods: Sequence[_Period], zone: ZoneInfo) -> list[_Period]:
    contract = entry.contract
    bounds = [_bounds(contract, period, zone) for period in periods]
    rows = night.connection.execute(
        f"""
        with moments as (
            select {_moment(contract)} as moment, count(*) as found, sum({_money(contract)}) as amount
            from {quoted(after(entry.source, entry.dataset))} group by 1
        ),
        periods as (
            select unnest($numbers) as number, unnest($starts) as starts_at, unnest($ends) as ends_at
        )
        select periods.number, coalesce(sum(moments.found), 0), coalesce(sum(moments.amount), 0)
        from periods
        left join moments on moments.moment >= periods.starts_at and moments.moment < periods.ends_at
        group by 1 order by 1
        """,
        {
            "numbers": list(range(len(periods))),
            "starts": [start for start, _ in bounds],
            "ends": [end for _, end in bounds],
        },
    ).fetchall()
    return [
        _Period(p.starts_on, p.ends_on, p.rows_sent, _controlled(contract, p), int(found), Decimal(amount))
        for p, (_, found, amount) in zip(periods, rows, strict=True)
    ]


def _controlled(contract: Contract, period: _Period) -> Decimal | None:
    """The amount sent, unless the dataset has no money to compare it with."""
    return period.amount_sent if contract.money_column else None


def _bounds(contract: Contract, period: _Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a period starts and ends, in the terms of the dataset's event date."""
    if contract.event_date is None:
        return datetime.combine(date.min, time.min), datetime.combine(date.max, time.min)
    days = period.starts_on, period.ends_on + timedelta(days=1)
    if contract.by_name[contract.event_date].logical_type == "timestamp":
        return midnight_utc(days[0], zone), midnight_utc(days[1], zone)
    return datetime.combine(days[0], time.min), datetime.combine(days[1], time.min)


def _moment(contract: Contract) -> str:
    if contract.event_date is None:
        return "timestamp '2000-01-01'"
    column = quoted(contract.event_date)
    if contract.by_name[contract.event_date].logical_type == "timestamp":
        return f"time_bucket({BUCKET}, {column})"
    return f"cast({column} as timestamp)"


def _money(contract: Contract) -> str:
    return quoted(contract.money_column) if contract.money_column else "0"


def _explained(differing: Sequence[_Period], refused: int) -> bool:
    """Whether every difference is of missing rows, and no more rows than were refused."""
    return all(p.missing_rows > 0 for p in differing) and sum(p.missing_rows for p in differing) <= refused
