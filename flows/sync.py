"""Exact to Optiply and back for one tenant: extract, transform, push, export.

python -m flows.sync --tenant shop      an ad-hoc run, with a temporary Prefect server
prefect deploy --all                    the schedule of prefect.yaml, run by a process worker
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

import flows.settings  # noqa: F401  (before prefect)
from pipeline import steps
from pipeline.run import FAILED, Run, begin
from pipeline.summary import markdown_summary
from settings.tenant import load_tenant

extract = task(name="extract", cache_policy=NO_CACHE)(steps.extract_step)
transform = task(name="transform", cache_policy=NO_CACHE)(steps.transform_step)
push = task(name="push", cache_policy=NO_CACHE)(steps.push_step)
export = task(name="export", cache_policy=NO_CACHE)(steps.export_step)


class SyncFailed(Exception):
    """A step or stream failed; the message is the run's own."""


@flow(name="exact-optiply-sync", log_prints=False)
def sync(tenant: str, dry_run: bool = False) -> int:
    """One run; returns the exit code (0, or 3 when something needs a look). Retries sit in the API clients."""
    with begin(load_tenant(tenant), "flow sync", say=get_run_logger().info) as run:
        extract(run)
        transform(run)
        if not dry_run:
            push(run)
            export(run)
    publish_summary(run)
    if run.exit_code == FAILED:
        raise SyncFailed("; ".join(run.problems))
    return run.exit_code


def publish_summary(run: Run) -> None:
    create_markdown_artifact(
        markdown_summary(run), key=f"sync-{run.tenant.name}", description="What the run did"
    )


def main(
    tenant: Annotated[str, typer.Option(help="Name of a file in tenants/, or a path to one.")],
    dry_run: Annotated[bool, typer.Option(help="Extract and plan only, send nothing.")] = False,
) -> None:
    """Run the sync flow once, here and now."""
    try:
        code = sync(tenant, dry_run)
    except SyncFailed:
        code = FAILED
    sys.exit(code)


if __name__ == "__main__":
    typer.run(main)
