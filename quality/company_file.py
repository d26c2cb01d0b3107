"""Loads a ``daybook.yaml`` whose datasets and personal columns are those of the contracts."""

from __future__ import annotations

from pathlib import Path

from daybook.config import Config, Names, load_config
from quality.contracts import load_contracts


def load_company(path: Path) -> Config:
    """Read and validate a company's file.

    Raises:
        ConfigurationError: as ``load_config``, or it names a dataset or a personal
            column that no contract has.
    """
    contracts = load_contracts()
    personal = {field.name for contract in contracts.values() for field in contract.fields if field.personal}
    fed = [name for name, contract in contracts.items() if contract.is_fed]
    return load_config(path, Names(fed, personal))
