"""The charts, as Vega-Lite specifications made by altair: one look, drawn by the reader's browser.

Colours are Okabe and Ito's, which colour-blind readers tell apart (Okabe and Ito, *Color Universal
Design*, 2008); line styles and shapes say the same a second time. Text and axes take their colours
from the page, so that a chart follows light and dark.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import altair as alt

from reporting.site.formats import Formats
from reporting.site.results import Result, Row

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
SERIES = [BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY]
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [1, 3]]
GREY = "#8A8F98"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans Hebrew', sans-serif"
"""The page's: labels are given the room that they are measured to need."""
AMOUNTS = {"amount": "~s", "ratio": ".0%", "count": "~s", "number": "~g"}
TOLD = {"~s": ",.0f", ".0%": ".1%", "~g": ",.1f"}
"""How an amount is told where a reader points at it, by the format of its axis."""

Spec = dict[str, Any]


class Charts:
    """Makes a chart's specification from a result; labels are in the reader's language."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats

    def lines(self, result: Result, x: str, y: Sequence[str], height: int = 220) -> Spec:
        """One line for each of some columns over days."""
        labels = tuple(self._label(result, name) for name in y)
        data = [
            {"x": _plain(row[x]), "series": label, "y": _plain(row[name])}
            for name, label in zip(y, labels, strict=True)
            for row in result
        ]
        words = self._formats.words
        told = self._label(result, x), words.of("Metric"), words.of("Value")
        days = "%b %Y" if result.column(x).kind == "month" else "%-d %b"
        return _with(_lines(labels, told, AMOUNTS[result.column(y[0]).kind], days), data, height)

    def bars(
        self,
        result: Result,
        x: str,
        y: str | Sequence[str],
        mark: str | None = None,
        tone: str | None = None,
    ) -> Spec:
        """A bar for each row, longest where the query says; a tick beside it where a goal stands.

        Args:
            result: what is shown, in the order of the query.
            x: the amount.
            y: what the bar is of, in one column or several.
            mark: the goal, if it has one.
            tone: a flag; bars where it is true stand out.
        """
        data = [
            {
                "y": self._name(result, row, y),
                "x": _plain(row[x]),
                "mark": _plain(row[mark]) if mark else None,
                "tone": bool(row[tone]) if tone else False,
            }
            for row in result
        ]
        told = self._label(result, y if isinstance(y, str) else y[0]), self._label(result, x)
        has_mark = any(row["mark"] is not None for row in data)
        goal = self._label(result, mark) if mark and has_mark else None
        return _with(_bars(told, goal, AMOUNTS[result.column(x).kind]), data, max(60, 24 * len(data)))

    def waterfall(self, result: Result, label: str, amount: str, total: str) -> Spec:
        """Steps that lead from a first amount to a last one.

        Args:
            result: the steps in order.
            label: a code: what the step is.
            amount: how far it goes up or down; of a total, the total itself.
            total: a flag: whether the step is a total and stands on the ground.
        """
        data: list[dict[str, Any]] = []
        level = Decimal(0)
        for place, row in enumerate(result):
            start = Decimal(0) if row[total] else level
            level = start + row[amount]
            kind = "total" if row[total] else ("up" if row[amount] >= 0 else "down")
            name = self._formats.cell("code", row[label])
            data.append(
                {
                    "x": name,
                    "place": place,
                    "from": _plain(start),
                    "to": _plain(level),
                    "amount": _plain(row[amount]),
                    "kind": kind,
                }
            )
        told = self._label(result, label), self._formats.words.of("Value")
        return _with(_waterfall(told), data, 260)

    def intervals(
        self, result: Result, y: str | Sequence[str], middle: str, bounds: Sequence[tuple[str, str]]
    ) -> Spec:
        """A point for each row with its intervals, the widest first."""
        wide, narrow = bounds
        data = [
            {
                "y": self._name(result, row, y),
                "place": place,
                "middle": _plain(row[middle]),
                **_bounds("wide", row, wide),
                **_bounds("narrow", row, narrow),
            }
            for place, row in enumerate(result)
        ]
        told = self._label(result, y if isinstance(y, str) else y[0]), self._label(result, middle)
        return _with(_intervals(told), data, max(60, 28 * len(data)))

    def _name(self, result: Result, row: Row, columns: str | Sequence[str]) -> str:
        """What a bar or point is of; of several columns those that have a value."""
        if isinstance(columns, str):
            return self._formats.cell(result.column(columns).kind, row[columns])
        return ", ".join(
            self._formats.cell(result.column(name).kind, row[name])
            for name in columns
            if row[name] is not None
        )

    def _label(self, result: Result, name: str) -> str:
        return self._formats.words.of(result.column(name).label)


def _bounds(name: str, row: Row, columns: tuple[str, str]) -> dict[str, Any]:
    low, high = columns
    return {f"{name}_low": _plain(row[low]), f"{name}_high": _plain(row[high])}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _with(spec: Spec, data: list[dict[str, Any]], height: int) -> Spec:
    return {**spec, "data": {"values": data}, "height": height}


def _spec(chart: Any) -> Spec:
    """A specification without data and height; tests check it against the grammar, which takes long."""
    return dict(
        chart.properties(width="container")
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(domain=False, ticks=False, labelFontSize=11)
        .configure_legend(orient="top", title=None, labelFontSize=12)
        .to_dict(validate=False)
    )


def _amounts(number: str) -> alt.Axis:
    # Vega gives 0 the prefix of the other labels.
    return alt.Axis(format=number, tickCount=5, labelExpr="datum.value === 0 ? '0' : datum.label")


NO_DATA = alt.InlineData(values=[])
PLACE = alt.EncodingSortField(field="place", op="min")
"""The order of the rows, also where a layer has not all of them."""


@lru_cache
def _lines(labels: tuple[str, ...], told: tuple[str, str, str], number: str, days: str) -> Spec:
    # Built once per language and shape: making one takes longer than a page.
    # A day has no hour: in the reader's zone it would be the day before, west of Greenwich.
    scale = alt.Scale(domain=list(labels), range=SERIES[: len(labels)])
    dash = alt.Scale(domain=list(labels), range=DASHES[: len(labels)])
    chart = (
        alt.Chart(NO_DATA)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X(
                "utcyearmonthdate(x):T",
                title=None,
                axis=alt.Axis(format=days, grid=False, labelOverlap=True, tickCount=10),
            ),
            y=alt.Y("y:Q", title=None, axis=_amounts(number)),
            color=alt.Color("series:N", scale=scale),
            strokeDash=alt.StrokeDash("series:N", scale=dash),
            tooltip=[
                alt.Tooltip("utcyearmonthdate(x):T", title=told[0], format="%-d %b %Y"),
                alt.Tooltip("series:N", title=told[1]),
                alt.Tooltip("y:Q", title=told[2], format=TOLD[number]),
            ],
        )
    )
    return _spec(chart)


@lru_cache
def _bars(told: tuple[str, str], goal: str | None, number: str) -> Spec:
    name, title = told
    y = alt.Y("y:N", sort=None, title=None, axis=alt.Axis(grid=False, labelLimit=160))
    base = alt.Chart(NO_DATA).encode(y=y)
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        x=alt.X("x:Q", title=title, axis=_amounts(number)),
        color=alt.Color(
            "tone:N", legend=None, scale=alt.Scale(domain=[False, True], range=[BLUE, VERMILION])
        ),
        tooltip=[
            alt.Tooltip("y:N", title=name),
            alt.Tooltip("x:Q", title=title, format=TOLD[number]),
            *([alt.Tooltip("mark:Q", title=goal, format=TOLD[number])] if goal else []),
        ],
    )
    layers = [bars]
    if goal:
        layers.append(
            base.mark_tick(thickness=3, size=18, color=ORANGE, opacity=1).encode(
                x=alt.X("mark:Q", title=title)
            )
        )
    return _spec(alt.layer(*layers))


@lru_cache
def _waterfall(told: tuple[str, str]) -> Spec:
    scale = alt.Scale(domain=["total", "up", "down"], range=[GREY, BLUE, VERMILION])
    chart = (
        alt.Chart(NO_DATA)
        .mark_bar(width=alt.RelativeBandSize(band=0.75))
        .encode(
            x=alt.X("x:N", sort=PLACE, title=None, axis=alt.Axis(labelAngle=-35, grid=False, labelLimit=120)),
            y=alt.Y("from:Q", title=None, axis=_amounts("~s")),
            y2="to:Q",
            color=alt.Color("kind:N", scale=scale, legend=None),
            tooltip=[
                alt.Tooltip("x:N", title=told[0]),
                alt.Tooltip("amount:Q", title=told[1], format=TOLD["~s"]),
            ],
        )
    )
    return _spec(chart)


@lru_cache
def _intervals(told: tuple[str, str]) -> Spec:
    name, title = told
    base = alt.Chart(NO_DATA).encode(
        y=alt.Y("y:N", sort=PLACE, title=None, axis=alt.Axis(grid=False, labelLimit=200))
    )
    wide = base.mark_rule(strokeWidth=2, color=SKY).encode(
        x=alt.X("wide_low:Q", title=title, axis=_amounts("~s")), x2="wide_high:Q"
    )
    narrow = base.mark_rule(strokeWidth=7, color=SKY, opacity=0.7).encode(
        x="narrow_low:Q", x2="narrow_high:Q"
    )
    middle = base.mark_point(size=80, fill=BLUE, stroke="white", strokeWidth=1.5, opacity=1).encode(
        x="middle:Q",
        tooltip=[alt.Tooltip("y:N", title=name), alt.Tooltip("middle:Q", title=title, format=TOLD["~s"])],
    )
    return _spec(alt.layer(wide, narrow, middle))
