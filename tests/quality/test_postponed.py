from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from quality.postponed import postponed


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library that leaves a mark when it is loaded."""
    mark = tmp_path / "loaded"
    (tmp_path / "heavy_library.py").write_text(
        f"from pathlib import Path\nPath({str(mark)!r}).touch()\ndef weigh():\n    return 42\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "heavy_library", raising=False)
    return mark


def test_a_postponed_module_is_loaded_when_it_is_first_used(library: Path) -> None:
    with postponed("heavy_library"):
        import heavy_library
    assert not library.exists()
    assert heavy_library.weigh() == 42
    assert library.exists()


def test_other_imports_are_not_postponed(library: Path) -> None:
    with postponed("another_library"):
        import heavy_library  # noqa: F401
    assert library.exists()


def test_imports_after_the_block_are_not_postponed(library: Path) -> None:
    with postponed("heavy_library"):
        pass
    import heavy_library  # noqa: F401

    assert library.exists()


def test_a_missing_module_is_missed_at_once() -> None:
    with postponed("no_such_library"), pytest.raises(ModuleNotFoundError):
        import no_such_library  # noqa: F401


def test_great_expectations_works_without_the_libraries_it_draws_and_computes_with() -> None:
    program = (
        "import sys\n"
        "import quality.validation\n"
        "assert 'altair.vegalite' not in sys.modules and 'scipy.stats._stats_py' not in sys.modules\n"
        "from scipy import stats\n"
        "assert stats.norm.cdf(0) == 0.5\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
