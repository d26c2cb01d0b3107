"""``daybook.yaml``: the one file that describes a company, validated.

An error names the file, the line, the key, what is wrong and the remedy.
Secrets stand as ``${NAME}`` and come from the environment only.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    Tag,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from daybook import settings
from daybook.config_faults import (
    FILE_BRANCH,
    NAME_BRANCH,
    did_you_mean,
    faults_of,
    wrong_part,
    wrong_value,
)
from daybook.document import At, Document, Fault, read_document
from daybook.redaction import holds_password

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


@dataclass(frozen=True)
class Names:
    """Names that the contracts know, and that a configuration may therefore use."""

    datasets: Collection[str]
    personal_columns: Collection[str]


def _known_dataset(name: str, info: ValidationInfo) -> str:
    names = info.context
    if isinstance(names, Names) and name not in names.datasets:
        near = did_you_mean(name, names.datasets)
        raise wrong_part(
            f"no contract is named {name!r}", f"{near}docs/contracts.md lists the datasets; correct the name."
        )
    return name


def _known_personal_column(name: str, info: ValidationInfo) -> str:
    names = info.context
    if isinstance(names, Names) and name not in names.personal_columns:
        near, known = did_you_mean(name, names.personal_columns), ", ".join(sorted(names.personal_columns))
        raise wrong_value("is no personal column of a contract", f"{near}use some of {known}.")
    return name


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        near = did_you_mean(name, available_timezones())
        raise wrong_value("is not a time zone name", f"{near}use a name such as Europe/Paris or UTC.")
    return name


def _currency_code(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise wrong_value(
            "is not a currency code", "write the three capital letters of ISO 4217, such as EUR."
        )
    return text


def _month_and_day(text: str) -> str:
    try:
        if re.fullmatch(r"[0-9]{2}-[0-9]{2}", text) and date.fromisoformat(f"2001-{text}"):
            return text
    except ValueError:
        pass
    raise wrong_value(
        "is not a month and day that every year has",
        'write two digits each, the month first, such as "04-01"; 02-29 is not in every year.',
    )


def _time_of_day(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise wrong_value("is not a time of day", 'write hours and minutes, quoted, from "00:00" to "23:59".')
    return text


def _closing_time(text: str) -> str:
    return text if text == "24:00" else _time_of_day(text)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[list[str], BeforeValidator(_as_list)]
Fraction = Annotated[float, Field(ge=0, le=1)]
CurrencyCode = Annotated[str, AfterValidator(_currency_code)]
Dataset = Annotated[str, AfterValidator(_known_dataset)]
PersonalColumn = Annotated[str, AfterValidator(_known_personal_column)]


class Strict(BaseModel):
    """A part of the file in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def known_keys(cls) -> list[str]:
        """The keys that this part of the file may have."""
        return [name for name, field in cls.model_fields.items() if not field.exclude]


class Company(Strict):
    """Who the company is and how it counts its time and money."""

    name: str
    formerly: list[str] = []
    """Names that its state may still bear."""
    currency: CurrencyCode
    timezone: Annotated[str, AfterValidator(_known_timezone)] = "UTC"
    locale: str = "en"
    fiscal_year_start: Annotated[str, AfterValidator(_month_and_day)] = "01-01"
    week_start: Weekday = "monday"
    working_days: list[Weekday] = Field(default=list(WEEKDAYS[:5]), min_length=1)
    opens_at: Annotated[str, AfterValidator(_time_of_day)] = "09:00"
    closes_at: Annotated[str, AfterValidator(_closing_time)] = "17:00"
    holidays: list[str] = []
    """Country codes, or ``COUNTRY-REGION``, known to the ``holidays`` package."""
    revenue: Literal["net_sales", "bookings", "both"] = "net_sales"

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Company:
        if self.opens_at >= self.closes_at:
            raise wrong_part(
                f"closes_at is {self.closes_at} and opens_at {self.opens_at}",
                "let the company open before it closes; hours over midnight are written as 00:00 to 24:00.",
            )
        return self

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
            raise wrong_part(
                "header: false needs names", "add names: with the names of all columns, in order."
            )
        return self


class Unpivot(Strict):
    """Turns a wide table into a long one: a row for each of some columns."""

    columns: str
    """Regular expression of the columns to turn, e.g. ``M\\d\\d``."""
    name_to: str = "period"
    value_to: str = "value"
    skip_missing: bool = True
    """Cells with a null marker make no row (no target is not a target of zero)."""


def _branch(value: object) -> str:
    return NAME_BRANCH if isinstance(value, str) else FILE_BRANCH


FileOrName = Annotated[
    Annotated[FileRead, Tag(FILE_BRANCH)] | Annotated[str, Tag(NAME_BRANCH)], Discriminator(_branch)
]


class Table(Strict):
    """What feeds one contract from this source."""

    read: FileOrName | None = None
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

    @classmethod
    def known_keys(cls) -> list[str]:
        """Its own keys, and those of a file, which may stand beside ``read``."""
        return [*super().known_keys(), *FileRead.known_keys()]

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
            raise wrong_part(
                "needs either read: (a file) or query: (SQL over files), not both",
                "add the one that is missing, or remove one of the two.",
            )
        if self.load == "incremental" and self.cursor is None:
            raise wrong_part(
                "load: incremental needs cursor",
                "add cursor: with the contract column that grows with every change, such as updated_at.",
            )
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
    tables: dict[Dataset, Table] = {}

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
            if self.connector == "files" and isinstance(table.read, str) and table.read not in self.files:
                raise wrong_part(
                    "this is no entry of files, and no path with an ending",
                    f"name an entry of files ({', '.join(self.files) or 'there is none'}), "
                    "or write a path without an ending as a list: [name].",
                    below=("tables", name, "read"),
                )
        return self


class Stage(Strict):
    """One stage of a sales funnel, in the order of its funnel."""

    stage: str
    funnel: str = "default"
    probability: Fraction
    kind: Literal["open", "won", "lost", "discarded"]
    norm_days: int | None = Field(default=None, ge=0)
    retired: bool = False
    """No deal comes to it any more: it keeps its place for those that did."""


class Gate(Strict):
    """Limits that a batch must keep; a part that is not given has the default."""

    quarantined_ratio: Fraction = 0.05
    quarantined_ratio_severity: Severity = "block"
    row_count_drop_ratio: Fraction = 0.5
    row_count_rise_ratio: float = Field(default=3.0, ge=0)
    row_count_severity: Severity = "warn"
    money_drift_ratio: float = Field(default=0.8, ge=0)
    money_drift_severity: Severity = "warn"
    open_deals_drop_ratio: Fraction = 0.5
    """Of the deals that were open, and of their value: the share that may vanish in one night."""
    open_deals_severity: Severity = "block"
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
    datasets: dict[Dataset, Gate] = {}
    """Of these limits only those that the file gives count."""

    def of(self, dataset: str) -> Gate:
        """The limits of one dataset: its own where given, else the default."""
        own = self.datasets.get(dataset, Gate())
        return self.default.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


class Publish(Strict):
    """What is published, and how much of it is kept."""

    keep: int = Field(default=14, ge=1)
    allow_personal: list[PersonalColumn] = ["rep_name"]
    """Personal columns that may be published; every other one is left empty."""
    facts: bool = False
    """Whether the row-level facts are published beside dimensions and marts."""


EditionKind = Literal["rep", "lead", "supervisor", "director", "board"]
Language = Literal["en", "fr", "he"]


class Digest(Strict):
    """A mail with the day's figures of one edition."""

    edition: EditionKind
    of: str | None = None
    """The rep or team whose edition it is; editions of the whole company have none."""
    language: Language = "en"
    to: list[str] = Field(min_length=1)
    """Mail addresses."""
    workbook: bool = False
    """Whether the edition's workbook is attached."""

    @model_validator(mode="after")
    def _whose_edition_is_told(self) -> Digest:
        if (self.of is None) != (self.edition in ("director", "board")):
            raise wrong_part(
                f"an edition for {self.edition} is not told apart so",
                "name the rep or team in of; the director's and the board's edition have none.",
                below=("of",),
            )
        return self


class Mail(Strict):
    """How and to whom digests are sent."""

    server: SecretStr
    """Mail server as an apprise URL, such as mailtos://user:password@smtp.example.com."""
    sender: str
    """Address that the mails come from."""
    digests: list[Digest] = []


class Reports(Strict):
    """The pages, workbooks and mails that people read."""

    languages: list[Language] = Field(default=["en"], min_length=1)
    editions: list[EditionKind] = ["rep", "lead", "supervisor", "director", "board"]
    """Which editions are made; none at all when empty."""
    smallest_group: int = Field(default=5, ge=2)
    """Reps that a figure of others must at least be summed over to be shown to a rep or the board."""
    mail: Mail | None = None


class Schedule(Strict):
    """When the night runs, in the company's time zone."""

    at: Annotated[str, AfterValidator(_time_of_day)] = "02:30"
    start_on: date = date(2020, 1, 1)
    """First business date that a run or backfill may have."""


class Config(Strict):
    """A validated ``daybook.yaml``."""

    company: Company
    sources: dict[str, Source] = Field(min_length=1)
    funnel: list[Stage] = []
    gates: Gates = Gates()
    publish: Publish = Publish()
    reports: Reports = Reports()
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
                raise wrong_part(
                    f"{name!r} is no name for a source",
                    "use lower-case letters, digits and underscores, a letter first, such as crm.",
                    below=("sources", name),
                )
        stages = [(stage.funnel, stage.stage) for stage in self.funnel]
        for index, stage in enumerate(stages):
            if stage in stages[:index]:
                raise wrong_part(
                    "this stage stands twice", "keep one of the two.", below=("funnel", index, "stage")
                )
        return self


def load_config(path: Path, names: Names | None = None) -> Config:
    """Read and validate a ``daybook.yaml``.

    Args:
        path: the file.
        names: what datasets and personal columns there are; any will do when not given.

    Raises:
        ConfigurationError: the file is missing, is not YAML, has a key twice, refers to an
            unset variable, or a key or name is unknown, missing or wrong. All faults are listed.
    """
    document = read_document(path)
    faults: list[Fault] = []
    filled = _fill(document.data, (), document, faults)
    if "path" in filled:
        remedy = "remove it; each source has a path of its own."
        faults.append(document.fault(("path",), "this key is not known.", remedy))
    if faults:
        raise document.refusal(faults)
    try:
        return Config.model_validate(filled | {"path": path}, context=names)
    except ValidationError as error:
        # Its text holds the values that were filled in.
        raise document.refusal(faults_of(document, Config, error)) from None


def _fill(value: Any, at: At, document: Document, faults: list[Fault]) -> Any:
    """Replace every ``${NAME}`` by the environment's value; what cannot be filled is a fault."""
    if isinstance(value, dict):
        return {key: _fill(item, (*at, key), document, faults) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, (*at, index), document, faults) for index, item in enumerate(value)]
    if _is_open_credential(value, at):
        reason = "a credential stands in the file; credentials come from the environment only."
        faults.append(document.fault(at, reason, "write ${NAME} in its place and export NAME."))
        return value
    if not isinstance(value, str):
        return value
    for name in REFERENCE.findall(value):
        if settings.variable(name) is None:
            reason = f"the environment variable {name} is not set."
            faults.append(document.fault(at, reason, f"export {name} before starting."))
    return REFERENCE.sub(lambda match: settings.variable(match[1]) or "", value)


def _is_open_credential(value: object, at: At) -> bool:
    if "storage_options" in at or at == ("reports", "mail", "server"):
        return value is not None and not REFERENCE.fullmatch(str(value))
    is_place = not {"path", "read", "files"}.isdisjoint(at)
    return is_place and isinstance(value, str) and holds_password(REFERENCE.sub("", value))
