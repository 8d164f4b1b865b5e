"""`exact-optiply export`: Optiply's buy orders, or records of a file, become records in Exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import duckdb
import typer

import apis.exact
import apis.optiply
from cli.console import out, say
from cli.options import TenantOption
from cli.published import published
from cli.run_steps import WaitOption
from cli.summary import show
from load.exact.export import export as export_orders
from load.exact.sinks.catalogue import SINKS, Sink
from load.exact.sinks.records import read_records
from load.exact.sinks.send import send_records
from pipeline import steps
from pipeline.run import Run, begin, utc_now
from settings.tenant import SettingsError, Tenant, load_tenant
from warehouse.connection import connect

NOT_KNOWN = "is no buy order of Optiply's that the last transform knows: sync reads new ones"
ASKED = """
select asked.id, export_status.state, export_status.exact_number, export_status.reason
from (select unnest($order_ids) as id) as asked
left join marts.export_status on asked.id = export_status.optiply_buy_order_id
order by asked.id, export_status.marker
"""


def export(
    tenant: TenantOption,
    sink: Annotated[
        str | None,
        typer.Argument(help=f"Send records of --from there: {', '.join(SINKS)}.", show_default=False),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", help="file.jsonl, file.parquet, or schema.table of the warehouse."),
    ] = None,
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
    """Bring the buy orders made in Optiply to Exact, each exactly once; or records of a file, with SINK and --from."""
    settings = load_tenant(tenant)
    chosen = _chosen(sink, source, order)
    if dry_run:
        _dry_run(settings, chosen, source, order, retry_refused)
        return
    with begin(settings, "export", say=say, wait_seconds=wait) as run:
        if chosen is None or source is None:
            steps.export_step(run, order or (), retry_refused=retry_refused)
            if order:
                run.notices += _unknown(run, order)
        else:
            _send(run, chosen, source, retry_refused)
    show(run)
    if run.exit_code:
        raise typer.Exit(run.exit_code)


def _chosen(sink: str | None, source: str | None, order: list[str] | None) -> Sink | None:
    """None: the buy orders of Optiply. Raises SettingsError for arguments that do not go together."""
    if sink is None and source is None:
        return None
    if sink is None or source is None:
        raise SettingsError("records of a file need both: exact-optiply export SINK --from FILE")
    if order:
        raise SettingsError("--order chooses among Optiply's buy orders, not among records of --from")
    if sink not in SINKS:
        raise SettingsError(f"no sink {sink!r}: there are {', '.join(SINKS)}")
    return SINKS[sink]


def _defaults(tenant: Tenant, sink: Sink) -> dict[str, str]:
    """X5: the warehouse that orders are written to, as id or code."""
    warehouse = tenant.flags.warehouse_uuid or tenant.flags.default_warehouse_id
    return {"Warehouse": warehouse} if warehouse and sink.name == "BuyOrders" else {}


def _dry_run(
    settings: Tenant, sink: Sink | None, source: str | None, order: list[str] | None, retry_refused: bool
) -> None:
    shown = 0

    def show_one(line: str) -> None:
        nonlocal shown
        shown += 1
        _print(line)

    with published(settings) as connection:
        exact, optiply = apis.exact.connect(settings), apis.optiply.connect(settings)
        if sink is None or source is None:
            result = export_orders(
                connection,
                exact,
                optiply,
                run_id="dry-run",
                now=utc_now,
                order_ids=order or None,
                dry_run=True,
                retry_refused=retry_refused,
                report=show_one,
            )
            for line in _standing(connection, order or ()):
                show_one(line)
        else:
            records = read_records(connection, source)
            result = send_records(
                connection,
                exact,
                optiply,
                sink,
                records,
                run_id="dry-run",
                now=utc_now,
                defaults=_defaults(settings, sink),
                dry_run=True,
                report=show_one,
            )
    for notice in result.notices:
        show_one(f"{notice.remote_id} {notice.kind}: {notice.reason}")
    if not shown:
        _print("nothing would be sent")


def _standing(connection: duckdb.DuckDBPyConnection, order_ids: Sequence[str]) -> list[str]:
    """One line per order that was asked for, and per document that it became: how it stood at the last transform."""
    return [
        f"{order_id} {NOT_KNOWN if state is None else ' '.join(filter(None, (state, number, reason)))}"
        for order_id, state, number, reason in _asked(connection, order_ids)
    ]


def _unknown(run: Run, order_ids: Sequence[str]) -> list[str]:
    """What to say of orders that were asked for and that no transform has seen."""
    with connect(run.tenant.warehouse_path, read_only=True) as connection:
        asked = _asked(connection, order_ids)
    return [f"export: {order_id} {NOT_KNOWN}" for order_id, state, _, _ in asked if state is None]


def _asked(connection: duckdb.DuckDBPyConnection, order_ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows of ASKED; none where no order was named."""
    return connection.execute(ASKED, {"order_ids": list(order_ids)}).fetchall() if order_ids else []


def _send(run: Run, sink: Sink, source: str, retry_refused: bool) -> None:
    with run.timed("export"), connect(run.tenant.warehouse_path) as connection:
        result = send_records(
            connection,
            run.exact,
            run.optiply,
            sink,
            read_records(connection, source),
            run_id=run.run_id,
            now=run.now,
            defaults=_defaults(run.tenant, sink),
            retry_refused=retry_refused,
            report=run.say,
        )
    run.counts["exact", sink.name] = result.counts
    for notice in result.notices:
        run.say(f"  Exact {notice.remote_id} {notice.kind}: {notice.reason}")
    if result.stopped:
        (run.notices if result.is_daily_limit else run.problems).append(f"export stopped: {result.stopped}")
    elif result.needs_a_look:
        run.notices.append(f"export: some records of {source} are refused")


def _print(line: str) -> None:
    out.print(line, markup=False, soft_wrap=True)
