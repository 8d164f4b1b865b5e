"""`exact-optiply status`: how a tenant stands, for support people. Reads the published copy, changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer
from rich.table import Table

from cli.console import out
from cli.options import TenantOption
from cli.published import published
from load.exact.refusals import explain
from load.optiply.refusals import advice
from settings.tenant import load_tenant

RUNS = """
select run_id, command, strftime(started_at, '%Y-%m-%d %H:%M:%S'),
    coalesce(cast(exit_code as varchar), 'running or killed'), exact_requests, optiply_requests, exact_day_remaining,
    coalesce(message, '')
from runs.runs order by started_at desc limit $limit
"""
HELD_BY_LEDGER = """
select entity, count(*), strftime(max(accepted_at), '%Y-%m-%d %H:%M')
from ledger.records group by entity order by entity
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
select optiply_buy_order_id, state, coalesce(exact_number, ''), coalesce(strftime(sent_at, '%Y-%m-%d %H:%M'), ''),
    case when ordered_qty_purchase_unit > 0 then
        format('{:g} of {:g}', cast(received_qty_purchase_unit as double), cast(ordered_qty_purchase_unit as double))
    else '' end,
    coalesce(reason, '')
from marts.export_status
order by state in ('complete', 'cancelled', 'adopted'), reason is null, sent_at desc nulls first, marker
limit $limit
"""
QUALITY = """
select entity, rule_id, severity, record_count, example_remote_id, example_reason
from marts.data_quality_overview order by record_count desc, entity, rule_id limit $limit
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
            ("by", "entity", "remote id", "status", "the words of the API", "tries", "last (UTC)", "what to do"),
            add=_what_to_do,
        )  # fmt: skip
        _list(
            connection, OPEN_INTENTS, limit,
            "outcome unknown: the next push or export asks the other side before anything is sent again",
            ("to", "entity", "operation", "remote id", "sent (UTC)"),
        )  # fmt: skip
        _list(
            connection, ORDERS, limit, "buy orders of Optiply in Exact (all: marts.export_status)",
            ("Optiply id", "state", "Exact", "sent (UTC)", "received", "why"),
        )  # fmt: skip
        _list(
            connection, QUALITY, limit, "left out, changed or waiting (all rows: marts.data_quality)",
            ("entity", "rule", "severity", "records", "for example", "reason"),
        )  # fmt: skip
    _show_archive(settings.archive_folder)
    out.print(f"query it yourself: duckdb -readonly {settings.published_path}", markup=False, soft_wrap=True)


def _show_archive(folder: Path) -> None:
    """Where support finds what was sent and answered, if any of it is kept (`archive_days`)."""
    parts = sorted(folder.glob("*/*.parquet"))
    if parts:
        runs = len({part.parent for part in parts})
        megabytes = sum(part.stat().st_size for part in parts) / 1e6
        out.print(
            f"requests and answers of {runs} runs, {megabytes:.1f} MB: duckdb -c \"from '{folder}/*/*.parquet'\"",
            markup=False,
            soft_wrap=True,
        )


def _what_to_do(refusal: tuple[Any, ...]) -> str:
    """Plain advice for a row of REFUSALS."""
    target, words = refusal[0], refusal[4]
    if target == "optiply":
        return advice(words)
    explained = explain(words or "")
    return explained.remedy if explained else ""


def _list(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    limit: int | None,
    title: str,
    columns: tuple[str, ...],
    *,
    add: Callable[[tuple[Any, ...]], str] | None = None,
) -> None:
    """Print one list under its title; an empty one, or one whose tables no run has made yet, is left out.

    add: makes a last column of the row.
    """
    parameters: dict[str, Any] | None = None if limit is None else {"limit": limit}
    try:
        rows = connection.execute(query, parameters).fetchall()
    except duckdb.CatalogException:
        return  # before the first transform there is no plan and no mart
    if not rows:
        return
    table = Table(*columns, box=None, title=title, title_justify="left", title_style="bold")
    for row in rows:
        shown = ["" if value is None else str(value) for value in row]
        table.add_row(*shown, *([add(row)] if add else ()))
    out.print(table)
    out.print()
