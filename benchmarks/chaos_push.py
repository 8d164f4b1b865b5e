"""Kill a push with SIGKILL at random instants, under faults, until enough kills are counted.

    python -m benchmarks.chaos_push --kills 200

After every few kills the push is run to its end and Optiply is compared with the desired state, row by row.
Ends with 1 at the first difference.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock
from tests.load.optiply.chaos import PACE, Chaos

KILLS_A_ROUND = 5


def main(
    kills: Annotated[int, typer.Option(min=1, help="How many kills.")] = 200,
    seed: Annotated[int, typer.Option(help="Of all that is left to chance here.")] = 0,
) -> None:
    """Attack until so many pushes were killed."""
    clock = Clock(pace=PACE)
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        OptiplySandbox(clock=clock.seconds, sleep=clock.sleep) as sandbox,
    ):
        chaos = Chaos(sandbox, Path(folder) / "warehouse.duckdb", random.Random(seed), clock)
        while chaos.kills < kills:
            if found := chaos.round(KILLS_A_ROUND):
                typer.echo("\n".join(found))
                raise typer.Exit(1)
            typer.echo(f"{chaos.kills} kills in {chaos.shop.rounds} rounds: no difference", err=True)
        writes = len(sandbox.traffic.summary()["writes"])
    typer.echo(
        f"{chaos.kills} kills in {chaos.shop.rounds} rounds, {writes} writes on the wire: Optiply holds the "
        f"desired state, nothing lost, nothing twice ({time.monotonic() - begun:.0f} s)"
    )


if __name__ == "__main__":
    typer.run(main)
