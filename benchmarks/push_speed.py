"""How fast a first push goes, and what it costs the client.

    python -m benchmarks.push_speed --workers 1 --workers 4 --workers 8     creates per second, as a ratio to one
    python -m benchmarks.push_speed --records 10000 --latency-ms 0          client CPU per 1,000 requests
    python -m benchmarks.push_speed --records 10000 --refused 1             all but one arrive

Products are created in the sandbox, which runs in a process of its own, over real HTTP, with a real ledger that
knows `--known` products already.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import duckdb
import typer

from benchmarks.served import Served, served_optiply
from load.optiply.push import push
from pipeline.steps import PUSH_THREADS
from tests.load.clients import optiply_client
from tests.load.plan_tables import PlanTables
from warehouse.connection import connect
from warehouse.tables import ensure_tables


class Measured(NamedTuple):
    """Seconds of wall clock, and of the client's CPU."""

    wall: float
    cpu: float


def fill(connection: duckdb.DuckDBPyConnection, *, known: int, planned: int, refused: int) -> None:
    """A ledger of so many products, and a plan that creates others, with payloads as the models write them; of
    `refused` of them the name is longer than Optiply allows."""
    ensure_tables(connection)
    PlanTables(connection)
    payload = """'{"name":"Hexagon screw M'
        || if(i < $refused, repeat('x', 300), i::varchar) || '","sku_code":"ART-' || i || '","price":12.50,
        "unlimited_stock":false,"stock_level":' || i % 1000 || ',"status":"enabled","assembled":false}'"""
    connection.execute(
        f"""
        insert into ledger.records
        select 'products', uuid()::varchar, (1000000 + i)::varchar, {payload}, md5(i::varchar), now()::timestamp, 'old'
        from range({known}) as numbers(i)
        """,
        {"refused": 0},
    )
    connection.execute(
        f"""
        insert into plan.plan_optiply
        select
            'products', 'create', uuid()::varchar, null, {payload}, md5({payload}), null, 'new in Exact', null
        from range({planned}) as numbers(i)
        """,
        {"refused": refused},
    )
    connection.execute("checkpoint")


def first_push(served: Served, *, workers: int, known: int, records: int, refused: int) -> Measured:
    """Create so many products. Ends the benchmark where not exactly those arrive that Optiply allows."""
    with (
        tempfile.TemporaryDirectory() as folder,
        connect(Path(folder) / "warehouse.duckdb", threads=PUSH_THREADS) as connection,
    ):
        fill(connection, known=known, planned=records, refused=refused)
        client = optiply_client(served.base_url, served.token_url, time.sleep, workers=workers)
        connection.execute(
            "insert into ledger.records (entity, remote_id, optiply_id) values ('products', 'x', 'x')"
        )
        wall, cpu = time.monotonic(), time.process_time()
        result = push(connection, client, run_id="bench", now=lambda: datetime.now(UTC), workers=workers)
        measured = Measured(time.monotonic() - wall, time.process_time() - cpu)
        counts = result.counts["products"]
        if (counts.created, counts.refused) != (records - refused, refused):
            raise SystemExit(f"not all arrived: {counts}")
        return measured


def main(
    workers: Annotated[list[int] | None, typer.Option(help="Requests in flight; repeatable.")] = None,
    records: Annotated[int, typer.Option(min=1, help="Products to create with each.")] = 1000,
    refused: Annotated[int, typer.Option(min=0, help="How many of them Optiply refuses.")] = 0,
    known: Annotated[int, typer.Option(min=0, help="Products that the ledger knows already.")] = 0,
    latency_ms: Annotated[int, typer.Option(min=0, help="How long the server holds each answer back.")] = 50,
) -> None:
    """Measure a first push."""
    first_rate: float | None = None
    for count in workers or [4]:
        with served_optiply(latency_ms / 1000) as served:
            measured = first_push(served, workers=count, known=known, records=records, refused=refused)
        rate = records / measured.wall
        first_rate = first_rate or rate
        cpu = measured.cpu / records * 1000
        typer.echo(
            f"{count} workers: {records} creates, {refused} of them refused, in {measured.wall:.1f} s, "
            f"{rate:.1f} a second, {rate / first_rate:.2f} times the first; client CPU {cpu:.2f} s per 1,000 requests"
        )


if __name__ == "__main__":
    typer.run(main)
