"""Numbers, days and amounts as the reader writes them. Rounding happens here and nowhere before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel import Locale, dates, numbers

from daybook.config import Language
from reporting.site.results import Kind
from reporting.site.words import Words, spelled

NOTHING = "\N{EN DASH}"
"""A figure that is undefined: not 0."""

NUMBERING_WEEKS: frozenset[Language] = frozenset({"fr"})
"""Languages whose readers number weeks as ISO 8601 does: others would take it for another week's number."""

# What would turn the text around it, or hide: shown as the replacement character instead.
INVISIBLE = dict.fromkeys(
    [
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0x09),
        0x0B,
        0x0C,
        *range(0x0E, 0x20),
        0x7F,
    ],
    "\N{REPLACEMENT CHARACTER}",
)


def plain(text: str) -> str:
    """Text of the data without what steers how other text is shown."""
    return text if text.isprintable() else text.translate(INVISIBLE)


class Formats:
    """Formats values in one language and one currency."""

    def __init__(self, words: Words, currency: str) -> None:
        self.words = words
        self.currency = currency
        self.locale: Locale = words.locale
        self._whole = numbers.parse_pattern("#,##0")
        self._tenths = numbers.parse_pattern("#,##0.#")
        self._cents = numbers.parse_pattern("#,##0.00")
        self._percent = numbers.parse_pattern(
            self.locale.percent_formats[None].pattern.replace("#,##0", "#,##0.0")
        )
        self._money_and_cents = self.locale.currency_formats["standard"]
        self._money = numbers.parse_pattern(self._money_and_cents.pattern.replace(".00", ""))
        self._cells: dict[Kind, Callable[[Any], str]] = {
            "amount": self.amount,
            "ratio": lambda value: self._number(self._percent, value),
            "count": lambda value: self._number(self._whole, value),
            "number": lambda value: self._number(self._tenths, value),
            "day": self.day,
            "month": self.month,
            "moment": self.moment,
            "flag": lambda value: words.of("yes") if value else words.of("no"),
            "code": self.code,
        }

    def cell(self, kind: Kind, value: Any) -> str:
        """A value of a table; ``(none)`` is nobody or nothing."""
        if value is None or value == "(none)":
            return NOTHING
        return self._cells.get(kind, lambda text: plain(str(text)))(value)

    def figure(self, kind: Kind, value: Any) -> str:
        """A value that stands alone, with its unit."""
        if kind != "amount" or value is None:
            return self.cell(kind, value)
        pattern = self._money if abs(value) >= 1000 or value == 0 else self._money_and_cents
        return str(pattern.apply(value, self.locale, currency=self.currency, currency_digits=False))

    def amount(self, value: Decimal) -> str:
        """Money in whole units; cents where they matter."""
        return self._number(self._whole if abs(value) >= 1000 or value == 0 else self._cents, value)

    def day(self, value: date) -> str:
        """A day, such as 3 Jun 2026."""
        return str(dates.format_date(value, "medium", locale=self.locale))

    def weekday(self, value: date) -> str:
        """A day with its weekday, in full."""
        return str(dates.format_date(value, "full", locale=self.locale))

    def month(self, value: date) -> str:
        """A month, such as Jun 2026."""
        return str(dates.format_skeleton("yMMM", value, locale=self.locale))

    def moment(self, value: datetime) -> str:
        """An instant, UTC."""
        return f"{self.day(value)}, {dates.format_time(value, 'short', locale=self.locale)} UTC"

    def period(self, period_type: str, start_on: date, end_on: date) -> str:
        """A week, month, quarter or year, or any other span of days."""
        if period_type == "week":
            if self.words.language not in NUMBERING_WEEKS:
                return self.words.of("Week from %(day)s", day=self.day(start_on))
            _, week, _ = start_on.isocalendar()
            return self.words.of("Week %(week)s, from %(day)s", week=week, day=self.day(start_on))
        if period_type == "month" and start_on.day == 1:
            return str(dates.format_skeleton("yMMMM", start_on, locale=self.locale))
        return f"{self.day(start_on)} \N{EN DASH} {self.day(end_on)}"

    def code(self, value: str) -> str:
        """A word that the warehouse has for something, such as on_track."""
        return plain(self.words.word(spelled(value)))

    def _number(self, pattern: numbers.NumberPattern, value: Any) -> str:
        return str(pattern.apply(value, self.locale))
