"""``daybook.yaml``: the one file that describes a company, validated.

An error names the file, the line, the key, what is wrong and the remedy.
Secrets stand as ``${NAME}`` and come from the environment only.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from daybook import settings
from daybook.errors import ConfigurationError, Where

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
Severity = Literal["block", "warn", "off"]
OnFailure = Literal["block", "use_last_good"]


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not a time zone name such as Europe/Paris")
    return name


def _month_and_day(text: str) -> str:
    try:
        date.fromisoformat(f"2001-{text}")
    except ValueError:
        raise ValueError('is not a month and day such as "04-01"') from None
    return text


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[list[str], BeforeValidator(_as_list)]
Fraction = Annotated[float, Field(ge=0, le=1)]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Strict(BaseModel):
    """A part of the file in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Company(Strict):
    """Who the company is and how it counts its time and money."""

    name: str
    currency: CurrencyCode
    timezone: Annotated[str, AfterValidator(_known_timezone)] = "UTC"
    locale: str = "en"
    fiscal_year_start: Annotated[str, AfterValidator(_month_and_day)] = "01-01"
    week_start: Weekday = "monday"
    working_days: list[Weekday] = Field(default=list(WEEKDAYS[:5]), min_length=1)
    holidays: list[str] = []
    """Country codes, or ``COUNTRY-REGION``, known to the ``holidays`` package."""
    revenue: Literal["net_sales", "bookings", "both"] = "net_sales"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that turns timestamps into business dates."""
        return ZoneInfo(self.timezone)


class TextFormats(Strict):
    """How a source writes numbers, dates and missing values as text."""

    decimal: Literal[".", ","] = "."
    thousands: list[str] = []
    """Signs dropped from numbers; spaces of any width are one sign ``" "``."""
    currency_signs: list[str] = []
    percent: bool = False
    """Whether the number is a percentage to be divided by 100."""
    date: Texts = ["%Y-%m-%d"]
    """``strftime`` formats tried in order; a timestamp whose time is midnight is also a date."""
    timestamp: Texts = ["%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d"]
    timezone: Annotated[str, AfterValidator(_known_timezone)] | None = None
    """Zone of timestamps without an offset; the company's when missing."""
    nulls: list[str] = [""]
    true: list[str] = ["true", "t", "yes", "y", "1"]
    false: list[str] = ["false", "f", "no", "n", "0"]
    trim: bool = True


class FileRead(Strict):
    """One file, or several of the same shape, and how to read them as text."""

    read: Texts
    """Paths or globs below the source's ``path``, or object-store URLs."""
    format: Literal["csv", "json", "ndjson", "parquet", "excel"] | None = None
    """Taken from the file's ending when missing."""
    delimiter: str | None = None
    """Between fields; several characters are allowed. Comma, or tab for ``.tsv``."""
    line_end: str | None = None
    """Between rows, where it is not a line break."""
    quote: str | None = '"'
    header: bool = True
    names: list[str] | None = None
    """Column names of a file without a header, in order."""
    surplus_fields: Literal["refuse", "drop"] = "refuse"
    """Rows with more fields than columns: refused, or read without what is too much.

    To drop is right only where no mapped column stands behind the place that is split once too often.
    """
    encoding: str = "utf-8"
    skip_rows: int = Field(default=0, ge=0)
    sheet: str | None = None
    """Excel: the sheet; the first when missing."""
    table: str | None = None
    """Excel: a named table."""
    range: str | None = None
    """Excel: a range such as ``A3:F40`` or a defined name."""
    header_row: int = Field(default=1, ge=1)
    """Excel: the row of the header within the sheet or range."""

    @model_validator(mode="after")
    def _names_without_header(self) -> FileRead:
        if not self.header and not self.names and self.format != "excel":
            raise ValueError("header: false needs names: with the column names in order")
        return self


class Unpivot(Strict):
    """Turns a wide table into a long one: a row for each of some columns."""

    columns: str
    """Regular expression of the columns to turn, e.g. ``M\\d\\d``."""
    name_to: str = "period"
    value_to: str = "value"
    skip_missing: bool = True
    """Cells with a null marker make no row (no target is not a target of zero)."""


class Table(Strict):
    """What feeds one contract from this source."""

    read: FileRead | str | None = None
    """A file, or the name of an entry of the source's ``files``."""
    query: str | None = None
    """Polars SQL over the source's ``files``."""
    unpivot: Unpivot | None = None
    load: Literal["snapshot", "incremental"] = "snapshot"
    cursor: str | None = None
    """Contract column that grows with every change; the latest version of a key wins."""
    overlap_days: int = Field(default=3, ge=0)
    deleted_when: str | None = None
    """SQL expression over the source columns that marks a deleted row."""
    on_failure: OnFailure | None = None
    optional: bool = False
    """Whether a missing file is an empty batch instead of an error."""
    columns: dict[str, str | int | float | bool] = {}
    """Contract column: source column, or a polars SQL expression over source columns."""
    formats: TextFormats | None = None
    column_formats: dict[str, TextFormats] = {}

    @model_validator(mode="before")
    @classmethod
    def _short_read(cls, data: Any) -> Any:
        """Let file options stand beside ``read``, as most tables are one file."""
        if not isinstance(data, dict) or isinstance(data.get("read"), dict) or "read" not in data:
            return data
        options = {key: data[key] for key in FileRead.model_fields if key in data and key != "read"}
        rest = {key: value for key, value in data.items() if key not in options}
        if options or isinstance(data["read"], list) or not _is_name(data["read"]):
            return rest | {"read": {"read": data["read"], **options}}
        return rest

    @model_validator(mode="after")
    def _one_origin(self) -> Table:
        if (self.read is None) == (self.query is None):
            raise ValueError("needs either read: (a file) or query: (SQL over files), not both")
        if self.load == "incremental" and self.cursor is None:
            raise ValueError("load: incremental needs cursor: the column that grows with every change")
        return self


def _is_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z_]\w*", value) is not None


class Retries(Strict):
    """How often a source that does not answer is asked again, and how patiently."""

    attempts: int = Field(default=3, ge=1)
    wait_seconds: float = Field(default=5.0, ge=0)
    """Pause before the second attempt; it doubles with each further one."""


class Source(Strict):
    """One system the company's figures come from."""

    connector: Literal["files", "calendar"]
    path: str = "."
    """Folder of the files, relative to ``daybook.yaml``, or an object-store URL."""
    owner: str | None = None
    """Who mends refused rows."""
    on_failure: OnFailure = "block"
    retries: Retries = Retries()
    key_prefix: str = ""
    """Put before every key of this source where two sources use the same keys for different things."""
    storage_options: dict[str, SecretStr] = {}
    formats: TextFormats = TextFormats()
    files: dict[str, FileRead] = {}
    tables: dict[str, Table] = {}

    @model_validator(mode="before")
    @classmethod
    def _short_files(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("files"), dict):
            files = {k: {"read": v} if isinstance(v, str | list) else v for k, v in data["files"].items()}
            return data | {"files": files}
        return data

    @model_validator(mode="after")
    def _reads_are_known(self) -> Source:
        for name, table in self.tables.items():
            if isinstance(table.read, str) and table.read not in self.files:
                raise ValueError(f"table {name} reads {table.read!r}, which is no entry of files:")
        return self


class Stage(Strict):
    """One stage of the sales funnel, in order."""

    stage: str
    probability: Fraction
    kind: Literal["open", "won", "lost"]
    norm_days: int | None = Field(default=None, ge=0)


class Gate(Strict):
    """Limits that a batch must keep; a part that is not given has the default."""

    quarantined_ratio: Fraction = 0.05
    quarantined_ratio_severity: Severity = "block"
    row_count_drop_ratio: Fraction = 0.5
    row_count_rise_ratio: float = Field(default=3.0, ge=0)
    row_count_severity: Severity = "warn"
    money_drift_ratio: float = Field(default=0.8, ge=0)
    money_drift_severity: Severity = "warn"
    freshness_days: float | None = Field(default=None, ge=0)
    """Overrides the contract's latency."""
    freshness_severity: Severity = "warn"
    references_severity: Severity = "warn"
    date_order_severity: Severity = "warn"
    """A date that lies before the one it must follow, such as a deal closed before it was created."""
    control_totals_severity: Severity = "block"
    future_severity: Severity = "block"
    trailing_batches: int = Field(default=14, ge=1)
    minimum_history: int = Field(default=3, ge=1)


class Gates(Strict):
    """Limits for all datasets, and for some."""

    default: Gate = Gate()
    datasets: dict[str, dict[str, Any]] = {}

    def of(self, dataset: str) -> Gate:
        """The limits of one dataset: its own where given, else the default."""
        return Gate.model_validate(self.default.model_dump() | self.datasets.get(dataset, {}))

    @model_validator(mode="after")
    def _datasets_are_gates(self) -> Gates:
        for dataset in self.datasets:
            self.of(dataset)
        return self


class Publish(Strict):
    """What is published, and how much of it is kept."""

    keep: int = Field(default=14, ge=1)
    allow_personal: list[str] = ["rep_name"]
    """Personal columns that may be published; every other one is left empty."""
    facts: bool = False
    """Whether the row-level facts are published beside dimensions and marts."""


class Schedule(Strict):
    """When the night runs, in the company's time zone."""

    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "02:30"
    start_on: date = date(2020, 1, 1)
    """First business date that a run or backfill may have."""


class Config(Strict):
    """A validated ``daybook.yaml``."""

    company: Company
    sources: dict[str, Source] = Field(min_length=1)
    funnel: list[Stage] = []
    gates: Gates = Gates()
    publish: Publish = Publish()
    schedule: Schedule = Schedule()
    path: Path = Field(default=Path(), exclude=True)

    @property
    def folder(self) -> Path:
        """Folder that relative paths start from."""
        return self.path.parent

    def tables(self) -> list[tuple[str, str]]:
        """All (source, dataset) pairs that feed something, in the file's order."""
        return [(name, dataset) for name, source in self.sources.items() for dataset in source.tables]

    @model_validator(mode="after")
    def _names_are_plain(self) -> Config:
        for name in self.sources:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                raise ValueError(f"source name {name!r} must be lower-case letters, digits and underscores")
        stages = [stage.stage for stage in self.funnel]
        if len(set(stages)) < len(stages):
            raise ValueError("funnel names a stage twice")
        return self


def load_config(path: Path) -> Config:
    """Read and validate a ``daybook.yaml``.

    Raises:
        ConfigurationError: the file is missing, is not YAML, refers to an unset
            variable, or a key is unknown, missing or wrong. All faults are listed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"The configuration cannot be read: {error.strerror}.",
            remedy="name the file with --config, or start in its folder.",
            where=Where(file=str(path)),
        ) from error
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _not_yaml(path, error) from error
    if not isinstance(data, dict):
        raise ConfigurationError(
            "The configuration is not a mapping.",
            remedy="start it with company: and sources:.",
            where=Where(file=str(path), line=1),
        )
    filled = _fill(data, (), path, tree)
    try:
        return Config.model_validate(filled | {"path": path})
    except ValidationError as error:
        raise _invalid(path, tree, error) from None


def _fill(value: Any, at: tuple[Any, ...], path: Path, tree: yaml.Node | None) -> Any:
    """Replace every ``${NAME}`` by the environment's value."""
    if isinstance(value, dict):
        return {key: _fill(item, (*at, key), path, tree) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, (*at, index), path, tree) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value

    def lookup(match: re.Match[str]) -> str:
        found = settings.variable(match[1])
        if found is None:
            raise ConfigurationError(
                f"{_dotted(at)} needs the environment variable {match[1]}, which is not set.",
                remedy=f"export {match[1]} before starting.",
                where=Where(file=str(path), line=_line(tree, at)),
            )
        return found

    if "storage_options" in at and not REFERENCE.fullmatch(value):
        raise ConfigurationError(
            f"{_dotted(at)} holds a value in the file; credentials come from the environment only.",
            remedy="write ${NAME} there and export NAME.",
            where=Where(file=str(path), line=_line(tree, at)),
        )
    return REFERENCE.sub(lookup, value)


def _not_yaml(path: Path, error: yaml.YAMLError) -> ConfigurationError:
    mark = getattr(error, "problem_mark", None)
    return ConfigurationError(
        f"The configuration is not valid YAML: {getattr(error, 'problem', None) or error}.",
        remedy="mend the indentation, quotes or brackets there.",
        where=Where(file=str(path), line=mark.line + 1 if mark else None),
    )


def _invalid(path: Path, tree: yaml.Node | None, error: ValidationError) -> ConfigurationError:
    faults = []
    for fault in error.errors():
        at = tuple(part for part in fault["loc"] if not _is_branch(part))
        message, remedy = _say(fault)
        faults.append((_line(tree, at) or 0, f"{_dotted(at) or 'file'}: {message}", remedy))
    faults.sort()
    line, first, remedy = faults[0]
    others = "".join(f"\n  also line {n}: {text} Remedy: {mend}" for n, text, mend in faults[1:])
    return ConfigurationError(first, remedy=remedy + others, where=Where(file=str(path), line=line or None))


def _is_branch(part: object) -> bool:
    """Whether pydantic put a union branch's name into the path."""
    return part in ("FileRead", "str")


def _say(fault: Any) -> tuple[str, str]:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        return "this key is not known.", "remove it, or look its spelling up in docs/configuration.md."
    if kind == "missing":
        return "this key is missing.", "add it; docs/configuration.md says what it takes."
    if kind == "literal_error":
        return f"{fault['input']!r} is not allowed.", f"use one of {context['expected']}."
    if kind == "value_error":
        return f"{context['error']}.", "correct it as said."
    shown = "a nested value" if isinstance(fault["input"], dict | list) else repr(fault["input"])
    return f"{shown}: {fault['msg']}.", "correct the value."


def _dotted(at: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in at)


def _line(tree: yaml.Node | None, at: tuple[Any, ...]) -> int | None:
    """1-based line of the deepest part of a path that stands in the file."""
    node, line = tree, None
    for part in at:
        found = _child(node, part)
        if found is None:
            break
        line, node = found
    return line if line is not None else (tree.start_mark.line + 1 if tree is not None else None)


def _child(node: yaml.Node | None, part: Any) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    return None
