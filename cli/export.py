"""`exact-optiply export`: Optiply's buy orders become purchase orders in Exact."""

from __future__ import annotations

from typing import Annotated

import typer

import apis.exact
import apis.optiply
from cli.console import out, say
from cli.options import TenantOption
from cli.published import published
from cli.run_steps import WaitOption
from cli.summary import show
from load.exact.export import export as export_orders
from pipeline import steps
from pipeline.run import begin, utc_now
from settings.tenant import load_tenant


def export(
    tenant: TenantOption,
    order: Annotated[
        list[str] | None, typer.Option("--order", help="Only this Optiply buy order id; repeatable.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the exact payloads and what is held back; send nothing.")
    ] = False,
    retry_refused: Annotated[
        bool, typer.Option("--retry-refused", help="Send also what Exact refused before, unchanged.")
    ] = False,
    wait: WaitOption = 0,
) -> None:
    """Bring the buy orders made in Optiply to Exact, each exactly once."""
    settings = load_tenant(tenant)
    if dry_run:
        with published(settings) as connection:
            result = export_orders(
                connection,
                apis.exact.connect(settings),
                apis.optiply.connect(settings),
                run_id="dry-run",
                now=utc_now,
                order_ids=order or None,
                dry_run=True,
                retry_refused=retry_refused,
                report=lambda line: out.print(line, markup=False, soft_wrap=True),
            )
        for notice in result.notices:
            out.print(f"{notice.remote_id} {notice.kind}: {notice.reason}", markup=False, soft_wrap=True)
        return
    with begin(settings, "export", say=say, wait_seconds=wait) as run:
        steps.export_step(run, order or (), retry_refused=retry_refused)
    show(run)
    if run.exit_code:
        raise typer.Exit(run.exit_code)
