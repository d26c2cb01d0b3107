"""A wrong configuration is told with file, line, key, fault and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from daybook.config import Config, load_config
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


def refusal(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_config(path)
    return str(caught.value)


def test_a_minimal_file_gets_the_documented_defaults(write):
    config = load_config(write(MINIMAL))
    assert config.company.timezone == "UTC"
    assert config.company.working_days == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert config.sources["crm"].on_failure == "block"
    assert config.publish.keep == 14
    assert config.folder == config.path.parent


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
        ("read: reps.csv", "read: reps.csv\n        load: incremental", 8, "needs cursor:"),
        ("read: reps.csv", "read: people", 5, "which is no entry of files:"),
        ("read: reps.csv", "read: reps.csv\n        header: false", 9, "needs names:"),
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
