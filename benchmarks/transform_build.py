"""What `transform` takes for a large shop: seconds and memory of dbt as a run starts it.

    python -m benchmarks.transform_build --lines 10000 --lines 100000 --lines 1000000

`--lines` sales-order lines, as many invoice lines, a tenth of it items (with 3 stock positions, 3 prices and a
supplier product each). The raw tables are written with SQL (transform_raw.sql). Both sources of sell orders are on, so
that invoices are compared with orders (SO2). Builds: the first, with an empty ledger, so that everything is planned
as new; one after Optiply accepted all of that; one after 50 order lines and 50 items changed.
"""

from __future__ import annotations

import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, NamedTuple

import duckdb
import typer

from settings.flags import Flags
from settings.tenant import ExactSettings, OptiplySettings, Tenant
from tests.dbt.slim_project import create_raw_tables
from warehouse.connection import connect
from warehouse.dbt import build
from warehouse.tables import ensure_tables

RAW = Path(__file__).with_name("transform_raw.sql")
TODAY = date(2026, 3, 18)
READ = """
    insert into runs.stream_reads (run_id, source, stream, status, started_at)
    select 'r', replace(schema_name, 'raw_', ''), table_name, 'complete', timestamp '2026-03-18'
    from duckdb_tables() where starts_with(schema_name, 'raw_')
"""
CHANGES = """
    update raw_exact.sales_order_lines set quantity = quantity + 1, timestamp = timestamp + 1000000000
    where timestamp < 1050;
    update raw_exact.items set description = description || ' (new)', timestamp = timestamp + 1000000000
    where timestamp < 1050;
"""
ACCEPTED = """
    insert into ledger.records by name
    select
        entity, remote_id, entity || remote_id as optiply_id, payload, payload_hash,
        timestamp '2026-03-18' as accepted_at
    from plan.plan_optiply
    where blocked_by is null
"""


class Cost(NamedTuple):
    """Of one build: wall seconds, CPU seconds and the most memory (MiB, resident) of dbt's process."""

    seconds: float
    cpu_seconds: float
    mebibytes: float
    nodes: int


def tenant_in(folder: Path) -> Tenant:
    """Its APIs are never asked."""
    nowhere = "http://127.0.0.1:9"
    return Tenant(
        name="large",
        exact=ExactSettings(base_url=nowhere, division=1234567, client_id="none"),
        optiply=OptiplySettings(base_url=nowhere, token_url=nowhere, account_id=1, coupling_id=1),
        data_folder=folder,
        secrets_folder=folder,
        flags=Flags(use_sales_orders=True),
    )


def fill(connection: duckdb.DuckDBPyConnection, lines: int) -> None:
    """The raw tables, read to their end."""
    create_raw_tables(connection)
    connection.execute(f"set variable lines = {lines}")
    connection.execute(f"set variable today = date '{TODAY}'")
    connection.execute(RAW.read_text(encoding="utf-8"))
    connection.execute(READ)


def built(tenant: Tenant) -> Cost:
    """To be called in a process of its own: what the operating system counts is that of all children together."""
    started = time.monotonic()
    result = build(tenant, TODAY, say=lambda _: None)
    seconds = time.monotonic() - started
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, result.nodes)


def measure(tenant: Tenant, what: str) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        cost = alone.submit(built, tenant).result()
    typer.echo(
        f"{what}: {cost.seconds:.1f} s ({cost.cpu_seconds:.1f} s of CPU), at most {cost.mebibytes:.0f} MiB, "
        f"{cost.nodes} models and tests"
    )


def measure_all(folder: Path, lines: int) -> None:
    """All builds of one size."""
    tenant = tenant_in(folder)
    with connect(tenant.warehouse_path) as connection:
        ensure_tables(connection)
        fill(connection, lines)
    measure(tenant, f"{lines} lines, first build")
    with connect(tenant.warehouse_path) as connection:
        connection.execute(ACCEPTED)
    measure(tenant, f"{lines} lines, nothing changed")
    with connect(tenant.warehouse_path) as connection:
        if planned(connection):
            raise SystemExit(f"planned although nothing has changed: {planned(connection)}")
        connection.execute(CHANGES)
    measure(tenant, f"{lines} lines, 100 rows changed")
    with connect(tenant.warehouse_path) as connection:
        typer.echo(f"planned for them: {planned(connection)}")


def planned(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """Entity, operation and count of what a push would send."""
    return connection.execute(
        "select entity, operation, count(*) from plan.plan_optiply where blocked_by is null group by all order by all"
    ).fetchall()


def main(
    lines: Annotated[
        list[int], typer.Option(min=1000, help="Sales-order lines; may be given several times.")
    ],
    folder: Annotated[
        Path | None, typer.Option(help="Where to keep the warehouse; default: nowhere.")
    ] = None,
) -> None:
    """Measure."""
    for size in lines:
        if folder is not None:
            measure_all(folder / str(size), size)
        else:
            with tempfile.TemporaryDirectory() as name:
                measure_all(Path(name), size)


if __name__ == "__main__":
    typer.run(main)
