"""How the columns of a source feed the columns of a contract."""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
from polars.exceptions import PolarsError

from daybook.config import Config, TextFormats
from daybook.errors import ConfigurationError, ContractViolation, Where
from ingestion.cells import BOOLEAN, Column, Notation, Target
from ingestion.connectors import FILE, ROW
from quality.contracts.model import Contract

RAW = "raw:"
"""Prefix of the source's own columns as they travel beside the converted ones."""

FED = "fed:"
"""Prefix of what feeds a contract column, before conversion."""

DELETED = "deleted_when"
"""The mark of rows that only say their key is gone, treated as one more column."""

CLOCK = re.compile(r"\b(current_(date|time|timestamp)|local(time|timestamp)|now|today)\b", re.IGNORECASE)
WORDS = re.compile(r"[\w .#/%&-]+")
DELIMITERS = ";\t|,"
"""What else than the set delimiter may stand between the columns of a header."""
QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")


@dataclass(frozen=True)
class Feed:
    """What feeds one contract column."""

    name: str
    """The contract column, or ``DELETED``."""
    column: Column
    source_column: str | None
    """The source column, where the feed is one as it stands."""
    expression: pl.Expr
    origin: str
    """The source column, SQL or constant, as written in ``daybook.yaml``."""


@dataclass(frozen=True)
class Mapping:
    """How one source table becomes one contract.

    ``feeds`` holds a feed for each contract column that has one, in contract order, and
    last the deletion mark where the table declares one.
    """

    contract: Contract
    feeds: tuple[Feed, ...]
    columns: tuple[str, ...]
    """The source's own columns."""
    nulls: tuple[str, ...]
    """The table's null markers."""
    where: Where

    @functools.cached_property
    def by_name(self) -> dict[str, Feed]:
        """Feeds by contract column."""
        return {feed.name: feed for feed in self.feeds}

    @property
    def unmapped(self) -> list[str]:
        """Source columns that feed nothing."""
        used = {root for feed in self.feeds for root in feed.expression.meta.root_names()}
        return [name for name in self.columns if name not in used]

    @property
    def unfed(self) -> list[str]:
        """Contract columns that nothing feeds; they stay null."""
        return [name for name in self.contract.by_name if name not in self.by_name]

    def require_fed(self) -> None:
        """Refuse a table that leaves a required contract column empty.

        Raises:
            ContractViolation: nothing feeds a required column.
        """
        missing = [name for name in self.contract.required if name in self.unfed]
        if missing:
            raise ContractViolation(
                f"Nothing feeds {', '.join(missing)}, which {self.contract.name} must have."
                f"{_nearest(missing[0], self.unmapped, self.columns)} "
                f"The source's columns are: {', '.join(self.columns)}.",
                remedy="map them under columns:, to a source column, an SQL expression or a constant.",
                where=self.where,
            )

    def apply(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """File, row number, the source's columns (``raw:``) and what feeds the contract (``fed:``).

        In expressions the source's null markers are null, as in any SQL.

        Raises:
            ConfigurationError: an expression does not fit the types of its columns.
        """
        own = [pl.col(name).alias(RAW + name) for name in self.columns]
        found = frame.select(FILE, ROW, *own, *self._operands(frame.collect_schema()))
        for feed in self.feeds:
            self._require_type(found, feed)
        fed = [self._source(feed).alias(FED + feed.name) for feed in self.feeds]
        return found.select(FILE, ROW, *(RAW + name for name in self.columns), *fed)

    def _operands(self, schema: pl.Schema) -> list[pl.Expr]:
        """The columns that expressions reckon with."""
        used = {
            root
            for feed in self.feeds
            if not feed.source_column
            for root in feed.expression.meta.root_names()
        }
        names = [name for name in self.columns if name in used]
        texts = [name for name in names if schema[name] == pl.String]
        return [
            pl.when(~pl.col(name).is_in(self.nulls)).then(pl.col(name)) if name in texts else pl.col(name)
            for name in names
        ]

    @staticmethod
    def _source(feed: Feed) -> pl.Expr:
        return pl.col(RAW + feed.source_column) if feed.source_column else feed.expression

    def _require_type(self, found: pl.LazyFrame, feed: Feed) -> None:
        try:
            dtype = found.select(self._source(feed)).collect_schema().dtypes()[0]
        except PolarsError as error:
            raise self._misfit(feed, str(error).splitlines()[0]) from error
        if dtype.is_nested() or dtype == pl.Object:
            raise self._misfit(feed, f"it holds {dtype}, not one value per row")

    def _misfit(self, feed: Feed, reason: str) -> ConfigurationError:
        return ConfigurationError(
            f"{feed.origin!r} cannot feed {feed.name}: {reason}.",
            remedy="source columns are text: use CAST(column AS type) before reckoning with them.",
            where=_at(self.where, feed.name),
        )


def plan_mapping(
    config: Config, source: str, contract: Contract, schema: pl.Schema, file: str | None = None
) -> Mapping:
    """Work out what feeds each contract column.

    Args:
        config: the company's configuration.
        source: name of the source.
        contract: the dataset that the table of the same name feeds.
        schema: the source's columns, as the connector gives them.
        file: the file to name in errors.

    Raises:
        ConfigurationError: an unknown contract column, or an expression that is not SQL.
        ContractViolation: a mapped column is missing in the source.
    """
    where = Where(source=source, dataset=contract.name, file=file)
    table = config.sources[source].tables[contract.name]
    _require_known([*table.columns, *table.column_formats], contract, where)
    columns = tuple(name for name in schema.names() if name not in (FILE, ROW))
    reader = _Reader(config, source, contract, columns, where)
    # A contract column that is not listed is fed by the source's column of the same name.
    declared = {name: table.columns.get(name, name if name in columns else None) for name in contract.by_name}
    feeds = [
        reader.feed(name, Target.of(contract.by_name[name]), text)
        for name, text in declared.items()
        if text is not None
    ]
    if table.deleted_when is not None:
        feeds.append(reader.feed(DELETED, BOOLEAN, table.deleted_when))
    nulls = tuple(reader.formats().nulls)
    return Mapping(contract, tuple(feeds), columns, nulls, where)


@dataclass(frozen=True)
class _Reader:
    """Reads the right-hand sides of ``columns:``."""

    config: Config
    source: str
    contract: Contract
    columns: tuple[str, ...]
    where: Where

    def feed(self, name: str, target: Target, declared: str | float) -> Feed:
        formats = self.formats(name)
        notation = Notation(formats, formats.timezone or self.config.company.timezone)
        source_column = declared if isinstance(declared, str) and declared in self.columns else None
        expression = self._expression(name, declared)
        return Feed(name, Column(target, notation), source_column, expression, str(declared))

    def _expression(self, column: str, declared: str | float) -> pl.Expr:
        if not isinstance(declared, str):
            return pl.lit(declared)
        return pl.col(declared) if declared in self.columns else self._sql(column, declared)

    def formats(self, column: str | None = None) -> TextFormats:
        """The source's formats, overridden key by key by the table's, then the column's."""
        declared = self.config.sources[self.source]
        table = declared.tables[self.contract.name]
        merged = declared.formats
        for nearer in (table.formats, table.column_formats.get(column or "")):
            if nearer is not None:
                given = {key: getattr(nearer, key) for key in nearer.model_fields_set}
                merged = merged.model_copy(update=given)
        return merged

    def _sql(self, column: str, text: str) -> pl.Expr:
        if CLOCK.search(QUOTED.sub("", text)):
            raise ConfigurationError(
                f"{text!r} reads the clock, so the same file would give other rows on another day.",
                remedy="take the date from the source's columns.",
                where=_at(self.where, column),
            )
        try:
            expression = pl.sql_expr(text)
        except PolarsError as error:
            close = difflib.get_close_matches(text, self.columns, n=1, cutoff=0.6)
            if close and WORDS.fullmatch(text):
                raise self._missing(column, text) from error
            raise ConfigurationError(
                f"{text!r} is neither a column of the source nor valid SQL: {str(error).splitlines()[0]}.",
                remedy="correct the expression, or name a column exactly as the source writes it.",
                where=_at(self.where, column),
            ) from error
        # 'Order Date' reads as "Order AS Date": a column whose name has a space, and is gone.
        if not expression.meta.undo_aliases().meta.eq(expression):
            raise self._missing(column, text)
        unknown = set(expression.meta.root_names()) - {*self.columns, FILE, ROW}
        if unknown:
            raise self._missing(column, min(unknown))
        return expression

    def _missing(self, column: str, name: str) -> ContractViolation:
        return ContractViolation(
            f"The source has no column {name!r}, which feeds {column}."
            f"{_nearest(name, self.columns, self.columns)} "
            f"Its columns are: {', '.join(self.columns)}.",
            remedy=f"correct columns.{column}, or ask the source's owner; a constant is written \"'text'\".",
            where=_at(self.where, column),
        )


def _require_known(names: Sequence[str], contract: Contract, where: Where) -> None:
    for name in names:
        if name not in contract.by_name:
            raise ConfigurationError(
                f"{contract.name} has no column {name!r}.{_closest(name, contract.by_name)}",
                remedy=f"use one of: {', '.join(contract.by_name)}.",
                where=_at(where, name),
            )


def _nearest(name: str, names: Iterable[str], columns: Sequence[str]) -> str:
    """What may be meant by a name that a source's columns do not have, as a sentence."""
    [header, *others] = columns or [""]
    delimiter = next((mark for mark in DELIMITERS if mark in header and not others), None)
    if delimiter is None:
        return _closest(name, names)
    return f" The header looks separated by {delimiter!r}: set delimiter: {json.dumps(delimiter)}."


def _closest(name: str, names: Iterable[str]) -> str:
    """A sentence that names the nearest spelling, where one is near."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" The closest is {close[0]!r}." if close else ""


def _at(where: Where, column: str) -> Where:
    return Where(source=where.source, dataset=where.dataset, file=where.file, column=column)
