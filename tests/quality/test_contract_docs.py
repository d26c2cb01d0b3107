from __future__ import annotations

from quality.contract_docs import main, render
from quality.contracts import load_contracts


def test_the_committed_page_is_current() -> None:
    assert main(["--check"]) == 0


def test_every_column_of_every_dataset_is_on_the_page() -> None:
    sections = render(load_contracts()).split("\n## ")[1:]
    assert [section.split("\n")[0] for section in sections] == list(load_contracts())
    for section, contract in zip(sections, load_contracts().values(), strict=True):
        rows = [line for line in section.split("\n") if line.startswith(("| `", "| **`"))]
        assert len(rows) == len(contract.fields)
        assert all(field.description in row for row, field in zip(rows, contract.fields, strict=True))


def test_a_row_tells_type_unit_null_rule_limits_and_whether_it_is_personal() -> None:
    page = render(load_contracts())
    assert (
        "| `amount` | decimal(18,4) | currency_code | not valued yet: counted, not priced |  | "
        "Contract value, tax excluded. |"
    ) in page
    probability = "decimal(9,4) | fraction, 1 = certain | the stage's probability | at least 0; at most 1"
    assert f"| `probability` | {probability} | Chance of closing, as a fraction. |" in page
    assert "| **`rep_id`** | varchar |  | required |  |" in page
    assert "| `team_id` | varchar |  | the rep is in no team | [teams](#teams).`team_id` |" in page
    assert "Name shown on scorecards. *Personal.* |" in page
    assert "- Freshness: newest `ordered_at` at most 2 days before the business date" in page
