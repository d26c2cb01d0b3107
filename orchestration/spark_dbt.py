"""dbt with a Spark session that knows the functions SQL calls.

``python -m orchestration.spark_dbt COMMAND...``, on dbt's own arguments, in the environment that
``make setup-spark`` makes.
"""

from __future__ import annotations

import os
import sys

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from orchestration.forecasting import smoothed_total


def main(arguments: list[str]) -> int:
    """Run a dbt command; returns 0 when all of it went well, else 1."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = SparkSession.builder.enableHiveSupport().getOrCreate()
    session.udf.register("smoothed_total", smoothed_total, "double")
    return 0 if dbtRunner().invoke(arguments).success else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
