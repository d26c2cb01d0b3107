"""What goes wrong at night, and what comes of it.

Each fault is a small change to a sound company. Whatever it is, no row is lost silently, nothing
ends in a traceback, and what the last good night published stays as it was, byte for byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from daybook.errors import (
    CommitFailed,
    ConfigurationError,
    ContractViolation,
    SourceUnavailable,
    StagingFailed,
)
from tests.faults.changes import (
    Change,
    Trouble,
    append,
    content,
    cut,
    damaged,
    edit,
    folder,
    full_disk,
    gone,
    parquet,
    remade,
    setting,
    table,
    unreadable,
    zipped,
)
from tests.faults.outcomes import (
    Accepted,
    Blocked,
    Outcome,
    Quarantined,
    Row,
    StandsIn,
    Stopped,
    Warned,
    adds_up,
)
from tests.faults.workbooks import bomb, with_text, without_computed_value, workbook
from tests.orchestration.company import FILES

pytestmark = pytest.mark.xdist_group("faults")


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong."""

    name: str
    table: str
    """The table it befalls: ``source.dataset``."""
    changes: list[Change]
    outcome: Outcome
    trouble: dict[str, Trouble] = field(default_factory=dict)
    """What the machine does from a step on."""

    @property
    def id(self) -> str:
        """The name as a test's id."""
        return re.sub(r"\W+", "-", self.name.lower()).strip("-")


LINES = "shop/order_lines.csv"
ORDERS = "shop/orders.csv"
REPS = "crm/reps.csv"
DEALS = "crm/deals.csv"
TARGETS = "plan/targets.csv"
PRODUCTS = "shop/products.csv"

LINES_READ = "sources.shop.tables.order_lines.read"
LINES_COLUMNS = "sources.shop.tables.order_lines.columns"
HEADER = "order_id,line_number,ordered_at,product_id,quantity,net_amount,discount_amount"
FIRST, SECOND = FILES[LINES].splitlines()[1:]
TARGET = FILES[TARGETS].splitlines()[1]
HOSTILE = [
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "🦀 et ses amies",
    "x" * 5000,
    "'; drop table reps; --",
]

FAULTS = [
    # The file is not what it was.
    Fault(
        "A CSV file is cut off within quotes",
        "shop.order_lines",
        [edit(LINES, "P1,1,10.00,", '"P1,1,10.00,')],
        Stopped(ContractViolation, "truncated", LINES, line=3),
    ),
    Fault(
        "A gzip file is cut off",
        "shop.order_lines",
        [
            remade(LINES, lambda data: cut(0.6)(zipped(data)), f"{LINES}.gz"),
            setting(LINES_READ, "order_lines.csv.gz"),
        ],
        Stopped(ContractViolation, "cannot be read", f"{LINES}.gz"),
    ),
    Fault(
        "A file is in cp1252 and said to be UTF-8",
        "crm.reps",
        [content(REPS, FILES[REPS].replace("Ana Ruiz", "José").encode("cp1252"))],
        Stopped(ContractViolation, "cp1252", REPS, line=2),
    ),
    Fault(
        "A file is in UTF-16 without saying so",
        "crm.reps",
        [content(REPS, FILES[REPS].encode("utf-16-le"))],
        Stopped(ContractViolation, "set encoding: utf-16-le", REPS),
    ),
    Fault(
        "A file starts with a byte order mark",
        "crm.reps",
        [content(REPS, "\ufeff" + FILES[REPS])],
        Accepted(2, {"rep_id": ["007", "008"]}),
    ),
    Fault(
        "A file is in UTF-16 and says so",
        "crm.reps",
        [content(REPS, FILES[REPS].encode("utf-16"))],
        Accepted(2, {"rep_name": ["Ana Ruiz", "Bo Chen"]}),
    ),
    Fault(
        "A file was damaged to runs of NUL bytes",
        "shop.order_lines",
        [edit(LINES, "20.00", "\0\0\0\0\0")],
        Stopped(ContractViolation, "run of NUL bytes", LINES, line=2),
    ),
    Fault(
        "The lines of a file end with carriage returns alone",
        "shop.order_lines",
        [edit(LINES, "\n", "\r")],
        Stopped(ContractViolation, 'set line_end: "\\r"', LINES),
    ),
    Fault(
        "A file has blank lines",
        "shop.order_lines",
        [edit(LINES, "\n", "\n\n")],
        Accepted(2),
    ),
    Fault(
        "A file is empty",
        "shop.order_lines",
        [content(LINES, "")],
        Stopped(ContractViolation, "not even a header", LINES),
    ),
    Fault(
        "A snapshot has a header and no rows",
        "shop.order_lines",
        [content(LINES, f"{HEADER}\n")],
        Blocked("order_lines.not_emptied", "would remove every row"),
    ),
    Fault(
        "An increment has a header and no rows",
        "shop.orders",
        [content(ORDERS, FILES[ORDERS].splitlines()[0] + "\n")],
        Accepted(0),
    ),
    # The file is not there.
    Fault(
        "A file is missing",
        "shop.order_lines",
        [gone(LINES)],
        Stopped(SourceUnavailable, "does not exist", LINES),
    ),
    Fault(
        "A file is missing where the last good one may stand in",
        "plan.targets",
        [gone(TARGETS)],
        StandsIn("does not exist"),
    ),
    Fault(
        "A glob matches nothing",
        "shop.order_lines",
        [setting(LINES_READ, "lines_*.csv")],
        Stopped(SourceUnavailable, "No file matches shop/lines_*.csv"),
    ),
    Fault(
        "A folder stands where a file should",
        "shop.order_lines",
        [folder(LINES)],
        Stopped(ConfigurationError, "a folder", LINES),
    ),
    Fault(
        "A file may not be read",
        "shop.order_lines",
        [],
        Stopped(SourceUnavailable, "may not be read", LINES),
        trouble={"extract": unreadable(LINES)},
    ),
    # The columns are not what they were.
    Fault(
        "A column is missing",
        "shop.order_lines",
        [content(LINES, "order_id,line_number,ordered_at,quantity\nA,1,2026-06-01,2\n")],
        Stopped(ContractViolation, "Nothing feeds net_amount", LINES),
    ),
    Fault(
        "A column has another name",
        "shop.order_lines",
        [edit(LINES, "net_amount", "net_amout")],
        Stopped(ContractViolation, "The closest is 'net_amout'", LINES),
    ),
    Fault(
        "A mapped column has another name",
        "shop.order_lines",
        [setting(LINES_COLUMNS, {"net_amount": "net_amuont"})],
        Stopped(ContractViolation, "The closest is 'net_amount'", LINES, column="net_amount"),
    ),
    Fault(
        "The header names a column twice",
        "shop.order_lines",
        [edit(LINES, "discount_amount", "quantity")],
        Stopped(ContractViolation, "'quantity' more than once", LINES),
    ),
    Fault(
        "A row has too many fields",
        "shop.order_lines",
        [append(LINES, f"{SECOND.replace('B,1', 'B,2')},extra")],
        Quarantined(3, [Row(3, None, "too_many_fields", {"order_id": "B", "(field 8)": "extra"})]),
    ),
    Fault(
        "A row has too few fields",
        "shop.order_lines",
        [append(LINES, "B,2")],
        Quarantined(3, [Row(3, None, "too_few_fields", {"order_id": "B", "line_number": "2"})]),
    ),
    Fault(
        "One of several files lacks a column",
        "shop.order_lines",
        [
            content("shop/order_lines_2.csv", f"{HEADER.removesuffix(',discount_amount')}\n"),
            setting(LINES_READ, "order_lines*.csv"),
        ],
        Stopped(
            ContractViolation, "lacks discount_amount", "shop/order_lines_2.csv", column="discount_amount"
        ),
    ),
    # Cells are not what their column says.
    Fault(
        "A number is a text",
        "shop.order_lines",
        [edit(LINES, "20.00", "twenty")],
        Quarantined(2, [Row(1, "net_amount", "not_a_number", {"net_amount": "twenty"}, LINES)]),
    ),
    Fault(
        "A zero is the letter O",
        "shop.order_lines",
        [edit(LINES, "20.00", "2O.00")],
        Quarantined(2, [Row(1, "net_amount", "not_a_number", {"net_amount": "2O.00"}, LINES)]),
    ),
    Fault(
        "A decimal comma stands where points are configured",
        "shop.order_lines",
        [edit(LINES, "20.00", '"20,00"')],
        Quarantined(2, [Row(1, "net_amount", "not_a_number", {"net_amount": "20,00"}, LINES)]),
    ),
    Fault(
        "A number overflows",
        "shop.order_lines",
        [edit(LINES, "20.00", "1e30")],
        Quarantined(2, [Row(1, "net_amount", "too_large", {"net_amount": "1e30"}, LINES)]),
    ),
    Fault(
        "A number is NaN",
        "shop.order_lines",
        [edit(LINES, "20.00", "NaN")],
        Quarantined(2, [Row(1, "net_amount", "not_a_number", {"net_amount": "NaN"}, LINES)]),
    ),
    Fault(
        "A number is infinite",
        "shop.order_lines",
        [edit(LINES, "20.00", "inf")],
        Quarantined(2, [Row(1, "net_amount", "not_a_number", {"net_amount": "inf"}, LINES)]),
    ),
    Fault(
        "An integer has a fraction",
        "shop.order_lines",
        [append(LINES, SECOND.replace("B,1", "B,5.5"))],
        Quarantined(3, [Row(3, "line_number", "not_an_integer", {"line_number": "5.5"}, LINES)]),
    ),
    Fault(
        "A quantity is negative",
        "shop.order_lines",
        [edit(LINES, "P1,2", "P1,-2")],
        Quarantined(2, [Row(1, "quantity", "below_minimum", {"quantity": "-2"}, LINES)]),
    ),
    Fault(
        "A text holds a NUL byte",
        "shop.order_lines",
        [edit(LINES, "P1,2", "P\0001,2")],
        Quarantined(2, [Row(1, None, "nul_byte", {"product_id": "P\x001"}, LINES)]),
    ),
    Fault(
        "A key is missing",
        "shop.order_lines",
        [append(LINES, SECOND.replace("B,1", ",1"))],
        Quarantined(3, [Row(3, "order_id", "missing", {"order_id": ""}, LINES)]),
    ),
    Fault(
        "A value is not in the list",
        "plan.targets",
        [append(TARGETS, TARGET.replace("net_sales", "net_sails"))],
        Quarantined(2, [Row(2, "metric", "not_allowed", {"metric": "net_sails"}, TARGETS)]),
    ),
    Fault(
        "A probability is a percentage",
        "crm.deals",
        [
            content(DEALS, "deal_id,stage,probability\n1,Open,0.4\n2,Open,40\n"),
        ],
        Quarantined(2, [Row(2, "probability", "above_maximum", {"probability": "40"}, DEALS)]),
    ),
    Fault(
        "A currency is in small letters or a sign",
        "shop.order_lines",
        [
            content(
                LINES,
                f"{HEADER},currency_code\n{FIRST},EUR\n{SECOND},eur\n{SECOND.replace('B,1', 'B,2')},€\n",
            )
        ],
        Quarantined(
            3,
            [
                Row(2, "currency_code", "wrong_pattern", {"currency_code": "eur"}),
                Row(3, "currency_code", "wrong_pattern", {"currency_code": "€"}),
            ],
        ),
    ),
    Fault(
        "A date does not exist",
        "crm.deals",
        [content(DEALS, "deal_id,stage,created_on\n1,Open,2026-05-01\n2,Open,2026-02-30\n")],
        Quarantined(2, [Row(2, "created_on", "not_a_date", {"created_on": "2026-02-30"}, DEALS)]),
    ),
    Fault(
        "A date starts with its day where ISO is configured",
        "crm.deals",
        [content(DEALS, "deal_id,stage,created_on\n1,Open,2026-05-01\n2,Open,03/05/2026\n")],
        Quarantined(2, [Row(2, "created_on", "not_a_date", {"created_on": "03/05/2026"}, DEALS)]),
    ),
    Fault(
        "A row comes twice",
        "shop.order_lines",
        [append(LINES, SECOND)],
        Quarantined(3, [Row(3, "order_id, line_number", "duplicate_key", {"order_id": "B"}, LINES)]),
    ),
    Fault(
        "Two rows of one key contradict each other",
        "shop.order_lines",
        [append(LINES, SECOND.replace("10.00", "99.00"))],
        Quarantined(
            3,
            [
                Row(2, "order_id, line_number", "duplicate_key", {"net_amount": "10.00"}, LINES),
                Row(3, "order_id, line_number", "duplicate_key", {"net_amount": "99.00"}, LINES),
            ],
        ),
    ),
    # Odd, and no fault.
    Fault(
        "A cell holds ten megabytes",
        "crm.reps",
        [append(REPS, f"009,{'x' * 10_000_000},T1")],
        Accepted(3),
    ),
    Fault(
        "Texts are hostile",
        "crm.reps",
        [append(REPS, *(f'{number},"{text}",T1' for number, text in enumerate(HOSTILE)))],
        Accepted(7, {"rep_name": ["Ana Ruiz", "Bo Chen", *HOSTILE]}),
    ),
    Fault(
        "A local time falls into the hour that summer time skips",
        "shop.orders",
        [append(ORDERS, "C,2026-03-29T02:30:00,007,online,2026-06-03T10:00:00Z")],
        Accepted(3, {"ordered_at": ["2026-06-01 10:00:00", "2026-06-02 22:30:00", "2026-03-29 01:30:00"]}),
    ),
    Fault(
        "A currency has no rate",
        "shop.order_lines",
        [content(LINES, f"{HEADER},currency_code\n{FIRST},USD\n{SECOND},EUR\n")],
        Accepted(2, {"currency_code": ["USD", "EUR"]}),
    ),
    # Workbooks.
    Fault(
        "A workbook is none",
        "plan.targets",
        [table("plan.targets", "targets.xlsx", "scope_type,scope_id\n", on_failure="block")],
        Stopped(ContractViolation, "cannot be read", "plan/targets.xlsx"),
    ),
    Fault(
        "A workbook is a zip bomb",
        "plan.targets",
        [table("plan.targets", "targets.xlsx", bomb(300), on_failure="block")],
        Stopped(ContractViolation, "zip bomb", "plan/targets.xlsx"),
    ),
    Fault(
        "A cell of a workbook lies at its far end",
        "plan.targets",
        [table("plan.targets", "targets.xlsx", workbook((1_048_575, 16_383, "x")), on_failure="block")],
        Stopped(ContractViolation, "span 1,048,576 rows and 16,384 columns", "plan/targets.xlsx"),
    ),
    Fault(
        "A workbook is cut off",
        "plan.targets",
        [table("plan.targets", "targets.xlsx", cut(0.7)(workbook()), on_failure="block")],
        Stopped(ContractViolation, "cannot be read", "plan/targets.xlsx"),
    ),
    Fault(
        "A workbook lacks the sheet",
        "plan.targets",
        [table("plan.targets", "targets.xlsx", workbook(sheet="Old"), sheet="Targets", on_failure="block")],
        Stopped(ContractViolation, "no sheet 'Targets', only Old", "plan/targets.xlsx"),
    ),
    Fault(
        "A formula was never computed",
        "plan.targets",
        [table("plan.targets", "targets.xlsx", without_computed_value("G2*2"))],
        Quarantined(2, [Row(2, "target_amount", "formula_without_value", {"period_start_on": "2026-07-01"})]),
    ),
    Fault(
        "A text looks like a formula",
        "plan.targets",
        [table("plan.targets", "targets.xlsx", with_text(1, 1, "=cmd()"))],
        Accepted(2, {"scope_id": ["=cmd()", "company"]}),
    ),
    Fault(
        "Cells are merged",
        "plan.targets",
        [table("plan.targets", "targets.xlsx", workbook(merged="A2:A3"))],
        Quarantined(2, [Row(2, "scope_type", "missing", {"scope_type": None, "scope_id": "company"})]),
    ),
    # JSON and Parquet.
    Fault(
        "A JSON file is no array of objects",
        "crm.reps",
        [table("crm.reps", "reps.json", '{"rep_id": "007"}')],
        Stopped(ContractViolation, "array of objects", "crm/reps.json", line=1),
    ),
    Fault(
        "A JSON file ends within its array",
        "crm.reps",
        [table("crm.reps", "reps.json", '[{"rep_id": "007", "rep_name": "Ana"},\n{"rep_id"')],
        Stopped(ContractViolation, "cannot be read", "crm/reps.json", line=2),
    ),
    Fault(
        "A line of an NDJSON file is broken",
        "crm.reps",
        [table("crm.reps", "reps.ndjson", '{"rep_id": "007", "rep_name": "Ana"}\n{"rep_id": "008",\n')],
        Quarantined(2, [Row(2, None, "not_json", {"(text)": '{"rep_id": "008",'}, "crm/reps.ndjson")]),
    ),
    Fault(
        "A Parquet file is cut off",
        "crm.reps",
        [table("crm.reps", "reps.parquet", cut(0.8)(parquet(rep_id=["007"], rep_name=["Ana"])))],
        Stopped(ContractViolation, "cannot be read", "crm/reps.parquet"),
    ),
    Fault(
        "A Parquet column has another type",
        "crm.deals",
        [
            table(
                "crm.deals",
                "deals.parquet",
                parquet(deal_id=[1, 2], stage=["Won", "Won"], amount=[None, True]),
            )
        ],
        Quarantined(
            2, [Row(2, "amount", "not_a_number", {"deal_id": "2", "amount": "true"}, "crm/deals.parquet")]
        ),
    ),
    # The configuration does not fit.
    Fault(
        "A query is no SQL",
        "crm.reps",
        [
            setting("sources.crm.files", {"people": "reps.csv"}),
            setting("sources.crm.tables.reps", {"query": "select from from people"}),
        ],
        Stopped(ConfigurationError, "The query cannot be run"),
    ),
    Fault(
        "A query names an unknown file",
        "crm.reps",
        [
            setting("sources.crm.files", {"people": "reps.csv"}),
            setting("sources.crm.tables.reps", {"query": "select * from persons"}),
        ],
        Stopped(ConfigurationError, "people"),
    ),
    Fault(
        "A mapping is no SQL",
        "shop.order_lines",
        [setting(LINES_COLUMNS, {"net_amount": "quantity *"})],
        Stopped(ConfigurationError, "nor valid SQL", LINES, column="net_amount"),
    ),
    Fault(
        "A mapping names an unknown contract column",
        "shop.order_lines",
        [setting(LINES_COLUMNS, {"net_amonut": "net_amount"})],
        Stopped(ConfigurationError, "The closest is 'net_amount'", LINES, column="net_amonut"),
    ),
    Fault(
        "An expression meets a value that it cannot convert",
        "shop.order_lines",
        [
            edit(LINES, "20.00", "2O.00"),
            setting(LINES_COLUMNS, {"net_amount": "CAST(net_amount AS DOUBLE) * 2"}),
        ],
        Stopped(ContractViolation, "TRY_CAST"),
    ),
    Fault(
        "A source is configured with an unknown key",
        "shop.order_lines",
        [setting("sources.shop.pth", "shop")],
        Stopped(
            ConfigurationError,
            "sources.shop.pth: this key is not known",
            "daybook.yaml",
            line=45,
            at="configuration",
        ),
    ),
    # Rows are sound one by one, and wrong together.
    Fault(
        "Rows lie in the future",
        "shop.order_lines",
        [append(LINES, SECOND.replace("B,1,2026-06-02", "B,2,2027-06-02"))],
        Blocked("order_lines.ordered_at.not_ahead", "1 of 3 rows"),
    ),
    Fault(
        "A line belongs to no order",
        "shop.order_lines",
        [append(LINES, SECOND.replace("B,1", "Z,1"))],
        Warned("order_lines.order_id.reference", "Z", read=3),
    ),
    Fault(
        "A line lies in another month than its order",
        "shop.order_lines",
        [append(LINES, SECOND.replace("B,1,2026-06", "B,2,2026-05"))],
        Blocked("order_lines.ordered_at.month_of_order", "order_id=B"),
    ),
    Fault(
        "A target is for an unknown rep",
        "plan.targets",
        [append(TARGETS, TARGET.replace("company,company", "rep,099"))],
        Warned("targets.scope_id.rep_reference", "099", read=2),
    ),
    Fault(
        "The window of a target ends before it starts",
        "plan.targets",
        [
            content(
                TARGETS,
                FILES[TARGETS]
                .replace("target_amount", "target_amount,period_end_on")
                .replace("660", "660,2026-05-31"),
            )
        ],
        StandsIn("have period_end_on before period_start_on"),
    ),
    Fault(
        "A deal closed before it was created",
        "crm.deals",
        [edit(DEALS, "2026-05-05,2026-06-03", "2026-05-05,2026-05-03")],
        Warned("deals.closed_on.not_before_created_on", "deal_id=2", read=3),
    ),
    Fault(
        "The splits of a deal add up to more than one",
        "crm.deal_splits",
        [table("crm.deal_splits", "deal_splits.csv", "deal_id,rep_id,split_ratio\n1,007,0.6\n1,008,0.5\n")],
        Blocked("deal_splits.split_ratio.adds_up", "deal_id=1, sum=1.1"),
    ),
    Fault(
        "Too many rows are refused",
        "shop.order_lines",
        [edit(LINES, "20.00", "2O.00"), setting("gates.datasets.order_lines", {"quarantined_ratio": 0.05})],
        Blocked("order_lines.quarantined", "1 of 2 rows read were refused"),
    ),
    Fault(
        "A batch has far fewer rows than usual",
        "shop.order_lines",
        [
            content(LINES, f"{HEADER}\n{FIRST}\n"),
            setting("gates.datasets.order_lines", {"minimum_history": 1, "row_count_drop_ratio": 0.4}),
        ],
        Warned("order_lines.row_count", "-50% against 2", read=1),
    ),
    Fault(
        "A source says that it sent more than there is",
        "shop.order_lines",
        [
            table(
                "plan.control_totals",
                "control_totals.csv",
                "source_system,dataset,period_start_on,period_end_on,row_count,total_amount\n"
                "shop,order_lines,2026-06-01,2026-06-30,3,45\n",
            )
        ],
        Blocked("order_lines.control_totals", "3 rows and 45.00 sent, 2 rows and 30.00 there"),
    ),
    Fault(
        "Two sources use the same key",
        "web.reps",
        [
            setting("sources.web", {"connector": "files", "path": "web"}),
            table("web.reps", "reps.csv", "rep_id,rep_name\n007,James\n"),
        ],
        Blocked("reps.rep_id.not_in_crm", "rep_id=007"),
    ),
    # The machine fails.
    Fault(
        "The disk is full while a table is extracted",
        "shop.order_lines",
        [],
        Stopped(StagingFailed, "No space left on device"),
        trouble={"extract": full_disk},
    ),
    Fault(
        "The disk is full while the audit is written down",
        "shop.order_lines",
        [],
        Stopped(StagingFailed, "No space left on device", at="audit"),
        trouble={"audit": full_disk},
    ),
    Fault(
        "A staged batch is damaged before the audit",
        "shop.order_lines",
        [],
        Blocked("order_lines.columns", "The staged rows cannot be read"),
        trouble={"audit": damaged("2026-06-04/shop/order_lines")},
    ),
    Fault(
        "A staged batch is damaged between audit and commit",
        "shop.order_lines",
        [append(LINES, SECOND.replace("B,1", "B,2"))],
        Stopped(CommitFailed, "shop/order_lines", at="commit"),
        trouble={"commit": damaged("2026-06-04/shop/order_lines")},
    ),
    Fault(
        "The disk is full while the lake is written",
        "shop.order_lines",
        [append(LINES, SECOND.replace("B,1", "B,2"))],
        Stopped(CommitFailed, "No space left on device", at="commit"),
        trouble={"commit": full_disk},
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_is_told_and_touches_nothing_that_was_good(scene, monkeypatch, fault):
    good = scene.good()
    for change in fault.changes:
        change(scene.company)
    trouble = {
        step: lambda begin=begin: begin(monkeypatch, scene.company) for step, begin in fault.trouble.items()
    }
    ending = scene.run(*fault.table.split("."), trouble)
    monkeypatch.undo()
    fault.outcome.check(ending, fault.table)
    adds_up(ending)
    assert scene.good() == good


def test_every_fault_has_a_name_of_its_own():
    assert len({fault.id for fault in FAULTS}) == len(FAULTS) >= 45
