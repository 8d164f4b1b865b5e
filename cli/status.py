"""`exact-optiply status`: how a tenant stands, for support people. Reads the published copy, changes nothing."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb
import typer
from rich.table import Table

from cli.console import out
from cli.options import TenantOption
from cli.published import published
from settings.tenant import load_tenant

RUNS = """
select run_id, command, strftime(started_at, '%Y-%m-%d %H:%M:%S'),
    coalesce(cast(exit_code as varchar), 'running or killed'), exact_requests, optiply_requests, exact_day_remaining,
    coalesce(message, '')
from runs.runs order by started_at desc limit $limit
"""
HELD_BY_LEDGER = """
select entity, count(*), max(accepted_at) from ledger.records group by entity order by entity
"""
REFUSALS = """
select target, entity, remote_id, status_code, message, attempts, strftime(last_at, '%Y-%m-%d %H:%M')
from ledger.refusals order by last_at desc limit $limit
"""
OPEN_INTENTS = """
select target, entity, operation, remote_id, strftime(intended_at, '%Y-%m-%d %H:%M:%S')
from ledger.intents where outcome is null or outcome = 'unknown' order by intended_at limit $limit
"""
ORDERS = """
select optiply_buy_order_id, state, coalesce(exact_number, ''), coalesce(strftime(sent_at, '%Y-%m-%d %H:%M'), '')
from ledger.exports order by sent_at desc nulls last limit $limit
"""
WAITING_ORDERS = """
select optiply_buy_order_id, case when blocked_by is null then 'waiting for the next export' else blocked_by end
from plan.plan_exact
where optiply_buy_order_id not in (select optiply_buy_order_id from ledger.exports)
order by 1 limit $limit
"""
QUALITY = """
select entity, rule_id, severity, count(*), min(remote_id), any_value(reason)
from marts.data_quality group by all order by count(*) desc limit $limit
"""


def status(
    tenant: TenantOption,
    limit: Annotated[int, typer.Option(min=1, help="Rows of each list.")] = 10,
) -> None:
    """Show the last runs, what Optiply holds, what was refused and why, open requests, and exported orders."""
    settings = load_tenant(tenant)
    with published(settings) as connection:
        _list(
            connection, RUNS, limit, "last runs",
            ("run", "command", "started (UTC)", "exit", "Exact", "Optiply", "left today", "message"),
        )  # fmt: skip
        _list(connection, HELD_BY_LEDGER, None, "accepted by Optiply", ("entity", "records", "last (UTC)"))
        _list(
            connection, REFUSALS, limit,
            "refused: mend the record at its source (it is sent again when it changes), or push --retry-refused",
            ("by", "entity", "remote id", "status", "the words of the API", "tries", "last (UTC)"),
        )  # fmt: skip
        _list(
            connection, OPEN_INTENTS, limit,
            "outcome unknown: the next push or export asks the other side before anything is sent again",
            ("to", "entity", "operation", "remote id", "sent (UTC)"),
        )  # fmt: skip
        _list(
            connection, ORDERS, limit, "buy orders in Exact", ("Optiply id", "state", "Exact", "sent (UTC)")
        )
        _list(connection, WAITING_ORDERS, limit, "buy orders not in Exact", ("Optiply id", "why"))
        _list(
            connection, QUALITY, limit, "left out or changed (all rows: marts.data_quality)",
            ("entity", "rule", "severity", "rows", "for example", "reason"),
        )  # fmt: skip
    out.print(f"query it yourself: duckdb -readonly {settings.published_path}", markup=False, soft_wrap=True)


def _list(
    connection: duckdb.DuckDBPyConnection, query: str, limit: int | None, title: str, columns: tuple[str, ...]
) -> None:
    """Print one list under its title; an empty one, or one whose tables no run has made yet, is left out."""
    parameters: dict[str, Any] | None = None if limit is None else {"limit": limit}
    try:
        rows = connection.execute(query, parameters).fetchall()
    except duckdb.CatalogException:
        return  # before the first transform there is no plan and no mart
    if not rows:
        return
    table = Table(*columns, box=None, title=title, title_justify="left", title_style="bold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    out.print(table)
    out.print()
