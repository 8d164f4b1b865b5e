"""`extract`, `transform`, `push`, `sync`: the steps of a run, one by one or all."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import out, say
from cli.options import AsOfOption, TenantOption, day_of
from cli.summary import show
from pipeline import steps
from pipeline.run import Run, begin
from settings.tenant import SettingsError, load_tenant

WaitOption = Annotated[
    float, typer.Option("--wait", min=0, help="Seconds to wait for another run of this tenant; 0 refuses.")
]


def extract(
    tenant: TenantOption,
    streams: Annotated[
        list[str] | None,
        typer.Argument(
            help="Streams to read, for example items; optiply.buy_orders for one of Optiply's. "
            "Default: those that the tenant's flags need.",
            show_default=False,
        ),
    ] = None,
    all_streams: Annotated[bool, typer.Option("--all", help="Every stream of the catalogue.")] = False,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete", help="Read from the beginning, to find what is gone in Exact without a trace."
        ),
    ] = False,
    as_of: AsOfOption = None,
    wait: WaitOption = 0,
) -> None:
    """Read what changed in Exact and Optiply into the raw tables of the warehouse."""
    with begin(load_tenant(tenant), "extract", say=say, as_of=day_of(as_of), wait_seconds=wait) as run:
        steps.extract_step(run, streams or (), all_streams=all_streams, complete=complete)
    _end(run)


def transform(
    tenant: TenantOption,
    select: Annotated[
        list[str] | None, typer.Option("--select", "-s", help="dbt's node selection; repeatable.")
    ] = None,
    as_of: AsOfOption = None,
    wait: WaitOption = 0,
) -> None:
    """Decide what Optiply and Exact should hold: `dbt build` with the tenant's flags, tests included."""
    with begin(load_tenant(tenant), "transform", say=say, as_of=day_of(as_of), wait_seconds=wait) as run:
        result = steps.transform_step(run, select=select or ())
        out.print(f"dbt built and tested {result.nodes} nodes, {len(result.warnings)} warnings")
    _end(run)


def push(
    tenant: TenantOption,
    entity: Annotated[
        list[str] | None,
        typer.Option("--entity", "-e", help="Only this one, for example products; repeatable."),
    ] = None,
    allow_mass_delete: Annotated[
        bool, typer.Option("--allow-mass-delete", help="Send also what the brake holds back.")
    ] = False,
    retry_refused: Annotated[
        bool, typer.Option("--retry-refused", help="Send also what Optiply refused before, unchanged.")
    ] = False,
    stock_only: Annotated[
        bool,
        typer.Option(
            "--stock-only", help="Read stock now and send changed stock levels, nothing else; takes seconds."
        ),
    ] = False,
    wait: WaitOption = 0,
) -> None:
    """Send the plan of the last transform to Optiply: exactly its rows, each once."""
    if stock_only and (entity or retry_refused):
        raise SettingsError(
            "--stock-only sends stock levels of products: leave --entity and --retry-refused out"
        )
    with begin(load_tenant(tenant), "push", say=say, wait_seconds=wait) as run:
        if stock_only:
            steps.stock(run, allow_mass_delete=allow_mass_delete)
        else:
            steps.push_step(
                run, entity or (), allow_mass_delete=allow_mass_delete, retry_refused=retry_refused
            )
    _end(run)


def sync(
    tenant: TenantOption,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Extract and plan, send nothing; then see `plan`.")
    ] = False,
    as_of: AsOfOption = None,
    wait: WaitOption = 0,
) -> None:
    """One whole run: extract, transform, push, export."""
    with begin(load_tenant(tenant), "sync", say=say, as_of=day_of(as_of), wait_seconds=wait) as run:
        steps.sync(run, dry_run=dry_run)
    _end(run)


def _end(run: Run) -> None:
    show(run)
    if run.exit_code:
        raise typer.Exit(run.exit_code)
