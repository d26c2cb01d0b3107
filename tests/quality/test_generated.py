from __future__ import annotations

from pathlib import Path

import pytest

from quality.generated import keep_current


def test_a_generated_file_is_written(tmp_path: Path) -> None:
    file = tmp_path / "new" / "page.md"
    assert keep_current(file, "now\n", "make docs", []) == 0
    assert file.read_text() == "now\n"


@pytest.mark.parametrize("before", [None, "old\n", "now"])
def test_a_stale_or_missing_file_fails_the_check_and_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str | None
) -> None:
    file = tmp_path / "page.md"
    if before is not None:
        file.write_text(before)
    assert keep_current(file, "now\n", "make docs", ["--check"]) == 1
    assert (file.read_text() if file.exists() else None) == before
    assert "Remedy: run `make docs` and commit the file." in capsys.readouterr().out


def test_a_current_file_passes_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "page.md"
    file.write_text("now\n")
    assert keep_current(file, "now\n", "make docs", ["--check"]) == 0
    assert capsys.readouterr().out == ""
