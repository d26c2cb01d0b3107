"""``python -m ingestion.demo``: write the demo company's source systems into a folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from daybook.errors import DaybookError
from ingestion.demo.setting import DEFAULT_SEED, DEMO_BUSINESS_ON
from ingestion.demo.simulation import write_demo

DEFAULT_DATE = datetime.combine(DEMO_BUSINESS_ON, datetime.min.time())

app = typer.Typer(add_completion=False)


@app.command()
def main(
    to: Annotated[Path, typer.Option(help="Folder to write; a demo written there before is replaced.")],
    date: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day the source systems know.")
    ] = DEFAULT_DATE,
    scale: Annotated[float, typer.Option(help="1 is some 57,000 order lines.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = DEFAULT_SEED,
) -> None:
    """Write the CRM, shop and head-office exports of the demo company."""
    try:
        truth = write_demo(to, date.date(), scale, seed)
    except DaybookError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    rows = sum(truth.good_rows.values())
    typer.echo(
        f"Demo company as of {truth.business_on}: {rows:,} rows, "
        f"{truth.good_rows['shop.order_lines']:,} of them order lines, in {to}; "
        f"what is planted in them is in {to / 'truth.json'}."
    )


if __name__ == "__main__":
    app()
