"""`exact-optiply ledger`: what we know each side to hold."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import out, say
from cli.options import TenantOption
from load.optiply.rebuild import rebuild as rebuild_ledger
from pipeline import steps
from pipeline.run import NEEDS_A_LOOK, begin
from settings.tenant import load_tenant
from warehouse.connection import connect

app = typer.Typer(
    no_args_is_help=True,
    help="What each side has accepted: rebuild it when it was lost, verify it when in doubt.",
)


@app.command()
def rebuild(tenant: TenantOption) -> None:
    """Read the whole Optiply account and write down which remote id is which record.

    Needed once when the warehouse is new and the account is not (an older integration has filled it), or when
    the warehouse was lost. Sends nothing to either side; a record already in the ledger keeps its payload.
    """
    settings = load_tenant(tenant)
    with begin(settings, "ledger rebuild", say=say) as run, connect(settings.warehouse_path) as connection:
        result = rebuild_ledger(
            connection,
            run.optiply,
            coupling_id=settings.optiply.coupling_id,
            run_id=run.run_id,
            now=run.now,
            report=say,
        )
    table = Table("entity", "read", "of ours", "new in the ledger", box=None)
    for entity, count in result.read.items():
        table.add_row(entity, str(count), str(result.linked[entity]), str(result.remembered[entity]))
    out.print(table)
    for twice in result.duplicates:
        out.print(
            f"{twice.entity} {twice.remote_id} stands more than once in Optiply: {', '.join(twice.optiply_ids)}. "
            f"The ledger keeps {twice.optiply_ids[0]}; remove the others in Optiply.",
            markup=False,
        )
    if result.duplicates:
        raise typer.Exit(NEEDS_A_LOOK)


@app.command()
def verify(
    tenant: TenantOption,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Correct the ledger, so that the next sync mends what differs in Optiply."
        ),
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="Differences to show.")] = 50,
) -> None:
    """Read the whole Optiply account and compare it with the ledger and with the plan. Exit code 3: they differ.

    Sends nothing. Without --repair nothing is written either.
    """
    with begin(load_tenant(tenant), "ledger verify", say=say) as run:
        result = steps.verify_step(run, repair=repair)
    counts = Table("entity", "of ours in Optiply", "differ", "still to be sent", box=None)
    for entity, count in result.checked.items():
        differ = sum(drift.entity == entity for drift in result.drift)
        counts.add_row(entity, str(count), str(differ), str(result.pending.get(entity, 0)))
    out.print(counts)
    if result.drift:
        table = Table("entity", "remote id", "Optiply id", "what", "detail", box=None)
        for drift in result.drift[:limit]:
            table.add_row(drift.entity, drift.remote_id, drift.optiply_id, drift.kind, escape(drift.detail))
        out.print(table)
    for notice in run.notices:
        out.print(notice, markup=False)
    if run.exit_code:
        raise typer.Exit(run.exit_code)
