"""`exact-optiply ledger`: what we know each side to hold."""

from __future__ import annotations

import typer
from rich.table import Table

from cli.console import out, say
from cli.options import TenantOption
from load.optiply.rebuild import rebuild as rebuild_ledger
from pipeline.run import NEEDS_A_LOOK, begin
from settings.tenant import load_tenant
from warehouse.connection import connect

app = typer.Typer(no_args_is_help=True, help="What each side has accepted: rebuild it when it was lost.")


@app.callback()
def ledger() -> None:
    """A group, so that `rebuild` keeps its name when others join it."""


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
