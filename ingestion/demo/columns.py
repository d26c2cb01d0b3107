"""Turns the simulation's positions, numbers, days and cents into what source systems write."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ingestion.demo.timeline import DAY_SECONDS, ZONE


def named(names: Sequence[str | int | None], position: str) -> pl.Expr:
    """The name at a position; null where there is no position."""
    return pl.lit(pl.Series(names)).gather(pl.col(position))


def money(cents: str | pl.Expr) -> pl.Expr:
    """Cents as an amount; the double nearest to a whole number of cents prints exactly that."""
    return _column(cents) / 100


def on(day: str | pl.Expr) -> pl.Expr:
    """A day count as a date."""
    return _column(day).cast(pl.Int32).cast(pl.Date)


def at(day: str | pl.Expr, second: str | pl.Expr) -> pl.Expr:
    """A second of a day in the company's zone as a timestamp in UTC, without a zone."""
    local = pl.from_epoch(_column(day) * DAY_SECONDS + _column(second), time_unit="s")
    return local.dt.replace_time_zone(ZONE).dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def account_key(number: str | pl.Expr) -> pl.Expr:
    """The CRM's key of an account: text with significant leading zeros."""
    return _column(number).cast(pl.String).str.zfill(7)


def contact_key(account: str, which: str) -> pl.Expr:
    """The CRM's key of one of an account's contacts."""
    return pl.format("P{}-{}", account_key(account), pl.col(which) + 1)


def customer_key(number: str) -> pl.Expr:
    """The shop's key of a customer; null for a guest."""
    return "C-" + pl.col(number).cast(pl.String).str.zfill(6)


def _column(of: str | pl.Expr) -> pl.Expr:
    return pl.col(of) if isinstance(of, str) else of
