"""The one place that reads or sets the environment."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds ``dbt_project`` and the packages."""

DEFAULT_CONFIG = "daybook.yaml"


def home_root() -> Path:
    """State folder: ``DAYBOOK_HOME``, or ``./var``; absolute."""
    return Path(os.environ.get("DAYBOOK_HOME", "var")).expanduser().resolve()


def config_path() -> Path:
    """Configuration file: ``DAYBOOK_CONFIG``, or ``./daybook.yaml``; absolute."""
    return Path(os.environ.get("DAYBOOK_CONFIG", DEFAULT_CONFIG)).expanduser().resolve()


def variable(name: str) -> str | None:
    """An environment variable that ``daybook.yaml`` refers to as ``${NAME}``; None when unset."""
    return os.environ.get(name)


def subprocess_environment(**added: str) -> dict[str, str]:
    """The environment for a command we start, with some variables set."""
    return {**os.environ, **added}


def use_dagster_home(folder: Path) -> None:
    """Point this process, and the commands it starts, to a Dagster instance."""
    os.environ["DAGSTER_HOME"] = str(folder)
