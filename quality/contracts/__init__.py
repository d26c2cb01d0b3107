"""Data contracts in the Open Data Contract Standard, and what is derived from them."""

from quality.contracts.model import Contract, Field, Reference, load_contracts

__all__ = ["Contract", "Field", "Reference", "load_contracts"]
