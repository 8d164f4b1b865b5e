"""Every night: does Optiply still hold what the ledger says?

python -m flows.verify --tenant shop    an ad-hoc run, with a temporary Prefect server
"""

from __future__ import annotations

from typing import Annotated

import typer
from prefect import flow
from prefect.client.schemas.objects import State

from flows.recording import end_state, needs_a_look, recorded_run, run_once
from pipeline import steps
from warehouse.lease import LeaseTaken


@flow(name="exact-optiply-verify", flow_run_name="verify {tenant}", log_prints=False)
def verify(tenant: str, repair: bool = False) -> State[int]:
    """One comparison; state NeedsALook and exit code 3 where they differ. `repair`: correct the ledger, so that
    the next sync mends Optiply."""
    try:
        with recorded_run(tenant, "flow verify") as run:
            steps.verify_step(run, repair=repair)
    except LeaseTaken as taken:
        return needs_a_look(str(taken))
    return end_state(run)


def main(
    tenant: Annotated[str, typer.Option(help="Name of a file in tenants/, or a path to one.")],
    repair: Annotated[bool, typer.Option(help="Correct the ledger where it differs.")] = False,
) -> None:
    """Compare once, here and now. Exit codes are those of exact-optiply."""
    run_once(verify, tenant=tenant, repair=repair)


if __name__ == "__main__":
    typer.run(main)
