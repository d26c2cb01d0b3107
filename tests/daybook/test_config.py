"""A wrong configuration is told with file, line, key, fault and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from daybook.config import Config, Names, load_config
from daybook.errors import ConfigurationError

MINIMAL = """\
company:
  name: Fixture
  currency: EUR
sources:
  crm:
    connector: files
    tables:
      reps:
        read: reps.csv
"""


@pytest.fixture
def write(tmp_path: Path):
    def _write(text: str) -> Path:
        path = tmp_path / "daybook.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


NAMES = Names(datasets=("deals", "refunds", "reps"), personal_columns=("email", "rep_name"))


def refusal(path: Path, names: Names | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_config(path, names)
    return str(caught.value)


def test_a_minimal_file_gets_the_documented_defaults(write):
    config = load_config(write(MINIMAL))
    assert config.company.timezone == "UTC"
    assert config.company.working_days == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert config.sources["crm"].on_failure == "block"
    assert config.publish.keep == 14
    assert config.folder == config.path.parent


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ('opens_at: "9:00"', "opens_at: '9:00' is not a time of day"),
        ('closes_at: "24:30"', "closes_at: '24:30' is not a time of day"),
        ('closes_at: "08:00"', "closes_at is 08:00 and opens_at 09:00"),
    ],
)
def test_a_company_opens_before_it_closes(write, hours, said):
    assert said in refusal(write(MINIMAL.replace("currency: EUR", f"currency: EUR\n  {hours}")))


def test_a_company_may_work_around_the_clock(write):
    hours = 'opens_at: "00:00"\n  closes_at: "24:00"'
    company = load_config(write(MINIMAL.replace("currency: EUR", f"currency: EUR\n  {hours}"))).company
    assert (company.opens_at, company.closes_at) == ("00:00", "24:00")


def test_file_options_may_stand_beside_read(write):
    text = MINIMAL.replace(
        "read: reps.csv", 'read: "*.csv"\n        delimiter: ";"\n        encoding: cp1252'
    )
    read = load_config(write(text)).sources["crm"].tables["reps"].read
    assert not isinstance(read, str | None)
    assert (read.read, read.delimiter, read.encoding) == (["*.csv"], ";", "cp1252")


def test_a_plain_name_reads_an_entry_of_files(write):
    text = MINIMAL.replace("    tables:", "    files: {people: people.csv}\n    tables:").replace(
        "reps.csv", "people"
    )
    assert load_config(write(text)).sources["crm"].tables["reps"].read == "people"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("  currency: EUR", "  currency: EUR\n  colour: red", 4, "company.colour: this key is not known"),
        ("  name: Fixture\n", "", 1, "company.name: this key is missing"),
        ("currency: EUR", "currency: euro", 3, "company.currency: 'euro'"),
        ("currency: EUR", "currency: EUR\n  timezone: Mars/Base", 4, "is not a time zone name"),
        ("currency: EUR", 'currency: EUR\n  fiscal_year_start: "13-01"', 4, "is not a month and day"),
        ("connector: files", "connector: telepathy", 6, "sources.crm.connector: 'telepathy' is not allowed"),
        ("read: reps.csv", "load: snapshot", 8, "needs either read: (a file) or query:"),
        ("read: reps.csv", "read: reps.csv\n        load: incremental", 8, "needs cursor"),
        ("read: reps.csv", "read: people", 9, "tables.reps.read: this is no entry of files"),
        ("read: reps.csv", "read: reps.csv\n        header: false", 9, "needs names"),
    ],
)
def test_every_fault_is_told_with_its_line_and_key(write, old, new, line, said):
    message = refusal(write(MINIMAL.replace(old, new)))
    assert f"line {line}:" in message
    assert said in message
    assert "Remedy:" in message


def test_all_faults_are_listed_at_once(write):
    message = refusal(write(MINIMAL.replace("currency: EUR", "currency: euro\n  colour: red")))
    assert "company.currency" in message
    assert "also line 4: company.colour" in message


def test_a_missing_file_names_the_option_that_sets_it(tmp_path):
    assert "--config" in refusal(tmp_path / "nowhere.yaml")


def test_broken_yaml_is_told_with_its_line(write):
    assert "line 2" in refusal(write("company: {name: x\nsources: ]"))


def test_a_reference_is_filled_from_the_environment(write, monkeypatch):
    monkeypatch.setenv("SHOP_FOLDER", "exports")
    text = MINIMAL.replace("connector: files", "connector: files\n    path: data/${SHOP_FOLDER}")
    assert load_config(write(text)).sources["crm"].path == "data/exports"


def test_an_unset_reference_names_variable_and_line(write, monkeypatch):
    monkeypatch.delenv("SHOP_FOLDER", raising=False)
    message = refusal(
        write(MINIMAL.replace("connector: files", "connector: files\n    path: ${SHOP_FOLDER}"))
    )
    assert "SHOP_FOLDER" in message
    assert "line 7" in message


def test_a_credential_in_the_file_is_refused_and_not_repeated(write):
    text = MINIMAL.replace("connector: files", "connector: files\n    storage_options: {key: hunter2}")
    message = refusal(write(text))
    assert "hunter2" not in message
    assert "credentials come from the environment only" in message


def test_a_credential_from_the_environment_is_not_shown(write, monkeypatch):
    monkeypatch.setenv("BUCKET_KEY", "hunter2")
    text = MINIMAL.replace(
        "connector: files", "connector: files\n    storage_options: {key: '${BUCKET_KEY}'}"
    )
    config = load_config(write(text))
    assert "hunter2" not in repr(config)
    assert config.sources["crm"].storage_options["key"].get_secret_value() == "hunter2"


def test_a_dataset_gate_overrides_only_what_it_names(write):
    config: Config = load_config(
        write(
            MINIMAL
            + "gates:\n  default: {freshness_days: 9}\n  datasets:\n    deals: {quarantined_ratio: 0.5}\n"
        )
    )
    assert config.gates.of("deals").quarantined_ratio == 0.5
    assert config.gates.of("deals").freshness_days == 9
    assert config.gates.of("orders").quarantined_ratio == 0.05


@pytest.mark.parametrize(
    ("added", "line", "said"),
    [
        ("company: {name: Other, currency: USD}\n", 10, "company: this key stands twice, in lines 1 and 10"),
        ("  crm: {connector: files}\n", 10, "sources.crm: this key stands twice, in lines 5 and 10"),
        ("        delimiter: ';'\n        delimiter: ','\n", 11, "crm.tables.reps.delimiter: this key"),
        ("funnel:\n  - {stage: Won, kind: won, kind: lost}\n", 11, "funnel.0.kind: this key stands twice"),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_both_lines(write, added, line, said):
    message = refusal(write(MINIMAL + added))
    assert f"line {line}:" in message
    assert said in message


def test_a_key_may_stand_beside_what_is_merged_in(write):
    text = (
        MINIMAL
        + "      teams: &base {read: teams.csv, delimiter: ';'}\n      deals: {<<: *base, read: deals.csv}\n"
    )
    read = load_config(write(text)).sources["crm"].tables["deals"].read
    assert not isinstance(read, str | None)
    assert (read.read, read.delimiter) == (["deals.csv"], ";")


def test_a_file_in_another_encoding_is_told_with_byte_line_and_remedy(tmp_path):
    path = tmp_path / "daybook.yaml"
    path.write_bytes(MINIMAL.replace("Fixture", "Société").encode("cp1252"))
    message = refusal(path)
    assert f"file {path}, line 2" in message
    assert "not UTF-8: byte 22 is 0xE9" in message
    assert "save the file as UTF-8" in message


@pytest.mark.parametrize(
    ("added", "line", "said"),
    [
        ("schedule: {start_on: 2024-02-30}\n", 10, "2024-02-30 is not a day of the calendar"),
        ("publish: \x07\n", 10, "U+0007"),
    ],
)
def test_what_yaml_cannot_hold_is_told_with_its_line(write, added, line, said):
    message = refusal(write(MINIMAL + added))
    assert f"line {line}:" in message
    assert said in message


@pytest.mark.parametrize("day", ["W14-1", "02-29", "4-1", "13-01", "0401"])
def test_the_fiscal_year_starts_on_a_day_that_every_year_has(write, day):
    message = refusal(write(MINIMAL.replace("currency: EUR", f'currency: EUR\n  fiscal_year_start: "{day}"')))
    assert f"company.fiscal_year_start: {day!r} is not a month and day" in message


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("gates: {datasets: {deals: {quarantined_ratio: 2}}}", "gates.datasets.deals.quarantined_ratio: '2'"),
        ("gates: {datasets: {deals: {freshnes_days: 2}}}", "gates.datasets.deals.freshnes_days: this key"),
        ("        encoding: [utf-8]", "sources.crm.tables.reps.encoding: a list is not allowed"),
        ("    files: {people: 7}", "sources.crm.files.people: '7' is not allowed"),
        ("publish: {keep: 0}", "publish.keep: '0' is not allowed. Remedy: the value should be greater"),
        ("path: elsewhere", "path: this key is not known"),
    ],
)
def test_a_fault_is_told_with_its_whole_path_and_its_value(write, added, said):
    message = refusal(write(MINIMAL + added + "\n"))
    assert said in message
    assert "also line" not in message


@pytest.mark.parametrize(
    ("added", "near"),
    [
        ("gate: {default: {}}", "gates"),
        ("gates: {datasets: {deals: {freshnes_days: 2}}}", "freshness_days"),
        ("        delimeter: ';'", "delimiter"),
        ("    formats: {decimals: ','}", "decimal"),
        ("    files: {people: {read: a.csv, encodng: x}}", "encoding"),
        ("funnel: [{stag: Won, stage: Won, probability: 1, kind: won}]", "stage"),
    ],
)
def test_an_unknown_key_is_told_with_its_nearest_spelling(write, added, near):
    assert f"did you mean {near}?" in refusal(write(MINIMAL + added + "\n"))


@pytest.mark.parametrize(
    ("added", "line", "said", "near"),
    [
        ("      refundz: {read: a.csv}", 10, "sources.crm.tables.refundz: no contract is named", "refunds"),
        ("gates: {datasets: {deal: {}}}", 10, "gates.datasets.deal: no contract is named", "deals"),
        ("publish: {allow_personal: [emial]}", 10, "publish.allow_personal.0: 'emial' is no", "email"),
    ],
)
def test_a_name_that_no_contract_knows_is_refused(write, added, line, said, near):
    path = write(MINIMAL + added + "\n")
    message = refusal(path, NAMES)
    assert f"line {line}:" in message
    assert said in message
    assert f"did you mean {near}?" in message


def test_no_error_repeats_what_comes_from_the_environment(write, monkeypatch):
    monkeypatch.setenv("TOKEN", "hunter2")
    for key in (
        "storage_options",
        "key_prefix: 1\n    retries",
        "connector",
        "files",
        "formats",
        "on_failure",
    ):
        text = MINIMAL.replace(
            "    connector: files\n", "" if key == "connector" else "    connector: files\n"
        )
        message = refusal(write(text.replace("  crm:\n", f"  crm:\n    {key}: ${{TOKEN}}\n")))
        assert "hunter2" not in message
        assert "${TOKEN}" in message
    message = refusal(write(MINIMAL.replace("reps.csv", "${TOKEN}")))
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "added",
    [
        "    storage_options: {key: 20071999}",
        "    storage_options: hunter2",
        "    path: https://ana:hunter2@exports/crm",
        "    path: https://ana:hun/ter2@exports/crm",
        "    files: {deals: 'ftp://ana:hunter2@exports/deals.csv'}",
    ],
)
def test_a_credential_written_anywhere_is_refused_and_not_repeated(write, added):
    message = refusal(write(MINIMAL + added + "\n"))
    assert "credentials come from the environment only" in message
    assert "hun" not in message
    assert "20071999" not in message


def test_a_url_may_have_a_port_and_take_its_credentials_from_the_environment(write, monkeypatch):
    monkeypatch.setenv("TOKEN", "hunter2")
    for path in ("https://exports:8080/a@b", "abfss://crm@exports/a", "https://ana:${TOKEN}@exports/crm"):
        source = load_config(write(MINIMAL + f"    path: {path}\n")).sources["crm"]
        assert source.path == path.replace("${TOKEN}", "hunter2")


def test_a_calendar_is_read_as_the_documentation_writes_it(write):
    days = "  days: {connector: calendar, tables: {holidays: {read: calendar}}}\n"
    assert ("days", "holidays") in load_config(write(MINIMAL + days)).tables()
