"""Exact to Optiply and back for one tenant: extract, transform, push, export.

python -m flows.sync --tenant shop      an ad-hoc run, with a temporary Prefect server
prefect deploy --all                    the schedule of prefect.yaml, run by a process worker
"""

from __future__ import annotations

from typing import Annotated

import typer
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from flows.recording import end_state, needs_a_look, recorded_run, run_once
from pipeline import steps
from warehouse.lease import LeaseTaken

extract = task(name="extract", cache_policy=NO_CACHE)(steps.extract_step)
transform = task(name="transform", cache_policy=NO_CACHE)(steps.transform_step)
push = task(name="push", cache_policy=NO_CACHE)(steps.push_step)
export = task(name="export", cache_policy=NO_CACHE)(steps.export_step)


@flow(name="exact-optiply-sync", flow_run_name="sync {tenant}", log_prints=False)
def sync(tenant: str, dry_run: bool = False) -> State[int]:
    """One run; its result is the exit code, 0 or 3 (state NeedsALook); a failure raises, its words are the
    state's message. Retries sit in the API clients."""
    try:
        with recorded_run(tenant, "flow sync") as run:
            extract(run)
            transform(run)
            if not dry_run:
                push(run)
                export(run)
    except LeaseTaken as taken:
        return needs_a_look(str(taken))
    return end_state(run)


def main(
    tenant: Annotated[str, typer.Option(help="Name of a file in tenants/, or a path to one.")],
    dry_run: Annotated[bool, typer.Option(help="Extract and plan only, send nothing.")] = False,
) -> None:
    """Run the sync flow once, here and now. Exit codes are those of exact-optiply."""
    run_once(sync, tenant=tenant, dry_run=dry_run)


if __name__ == "__main__":
    typer.run(main)
