"""Makes the functions that SQL calls known to DuckDB; dbt loads it as the profile says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb.sqltypes import DOUBLE, VARCHAR

from orchestration.forecasting import smoothed_total

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Plugin(BasePlugin):
    """Registers the functions with every connection dbt opens."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register them."""
        conn.create_function("smoothed_total", smoothed_total, [VARCHAR, VARCHAR, DOUBLE], DOUBLE)
