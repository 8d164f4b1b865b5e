"""Stock first: changed stock levels from Exact to Optiply, every few minutes between the whole runs.

python -m flows.stock --tenant shop     an ad-hoc run, with a temporary Prefect server
"""

from __future__ import annotations

from typing import Annotated

import typer
from prefect import flow
from prefect.client.schemas.objects import State

from flows.recording import end_state, needs_a_look, recorded_run, run_once
from pipeline import steps
from warehouse.lease import LeaseTaken


@flow(name="exact-optiply-stock", flow_run_name="stock {tenant}", log_prints=False)
def stock(tenant: str, dry_run: bool = False) -> State[int]:
    """One run; its result is the exit code, 0 or 3 (state NeedsALook). One that finds a whole run under way
    leaves the stock to it."""
    try:
        with recorded_run(tenant, "flow stock") as run:
            steps.stock(run, dry_run=dry_run)
    except LeaseTaken as taken:
        return needs_a_look(str(taken))
    return end_state(run)


def main(
    tenant: Annotated[str, typer.Option(help="Name of a file in tenants/, or a path to one.")],
    dry_run: Annotated[bool, typer.Option(help="Read and plan only, send nothing.")] = False,
) -> None:
    """Send changed stock levels once, here and now. Exit codes are those of exact-optiply."""
    run_once(stock, tenant=tenant, dry_run=dry_run)


if __name__ == "__main__":
    typer.run(main)
