"""The catalogue of figures is written from dbt's own descriptions."""

from __future__ import annotations

import yaml

from quality.mart_docs import MARTS, TARGET, render

KNOWN_MODEL_KEYS = {
    "name",
    "description",
    "config",
    "data_tests",
    "columns",
    "meta",
    "constraints",
    "unit_tests",
    "docs",
}
KNOWN_COLUMN_KEYS = {"name", "description", "data_type", "data_tests", "constraints", "meta", "config"}


def models():
    for file in sorted(MARTS.rglob("*.yml")):
        yield from yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])


def test_the_committed_catalogue_is_current():
    assert TARGET.read_text(encoding="utf-8") == render()


def test_every_mart_names_its_grain_and_describes_every_column():
    for model in models():
        assert "**Grain:**" in model["description"], model["name"]
        for column in model["columns"]:
            assert len(column["description"].split()) >= 3, (model["name"], column["name"])


def test_no_key_of_a_mart_is_misspelt():
    """dbt ignores an unknown key in silence, and with it the test it should have been."""
    for model in models():
        assert set(model) <= KNOWN_MODEL_KEYS, model["name"]
        for column in model["columns"]:
            assert set(column) <= KNOWN_COLUMN_KEYS, (model["name"], column["name"])
