"""Kill an export with SIGKILL at random instants, under faults, until enough kills are counted.

    python -m benchmarks.export_chaos --orders 200 --kills 50

At the end each order that can be sent must stand in Exact once, with its lines, and carry its ids in Optiply;
each of the others must be explained. Ends with 1 at a difference.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock
from tests.load.exact.chaos import ExportChaos
from tests.load.exact.conftest import company


def main(
    orders: Annotated[int, typer.Option(min=10, help="How many buy orders.")] = 200,
    kills: Annotated[int, typer.Option(min=1, help="How many kills.")] = 50,
    seed: Annotated[int, typer.Option(help="Of all that is left to chance here.")] = 0,
) -> None:
    """Attack until so many exports were killed, or nothing is left to send."""
    clock = Clock()
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        ExactSandbox(company(), clock=clock.seconds, sleep=lambda _: None, minute_limit=None) as exact,
        OptiplySandbox(clock=clock.seconds, sleep=lambda _: None) as optiply,
    ):
        warehouse = Path(folder) / "warehouse.duckdb"
        chaos = ExportChaos(exact, optiply, warehouse, random.Random(seed), clock, orders=orders)
        tries = 0
        while chaos.kills < kills and tries < 4 * kills:
            tries += 1
            chaos.kill_one()
            typer.echo(
                f"{chaos.kills} kills, {len(exact.store.rows('purchase_orders'))} orders in Exact", err=True
            )
        if found := chaos.end():
            typer.echo("\n".join(found))
            raise typer.Exit(1)
        typer.echo(
            f"{chaos.kills} kills: {len(chaos.orders)} orders stand in Exact once each, "
            f"{len(chaos.unsendable)} are refused and explained ({time.monotonic() - begun:.0f} s)"
        )


if __name__ == "__main__":
    typer.run(main)
