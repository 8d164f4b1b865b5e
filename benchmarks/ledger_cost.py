"""What the ledger costs per 1,000 outcomes: intents and outcomes in the batches of a push, nothing sent.

python -m benchmarks.ledger_cost --known 100000
"""

from __future__ import annotations

import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from load.ledger import BATCH_SIZE, Ledger, Operation, Outcome
from pipeline.steps import PUSH_THREADS
from warehouse.connection import connect
from warehouse.tables import ensure_tables

NOW = datetime(2026, 3, 2, 9)
PAYLOAD = '{"name":"Hexagon screw","sku_code":"ART-1","price":12.50,"stock_level":7,"status":"enabled"}'


def fill(connection: duckdb.DuckDBPyConnection, known: int) -> None:
    ensure_tables(connection)
    connection.execute(
        """
        insert into ledger.records
        select 'products', 'known-' || i, i::varchar, $payload, md5(i::varchar), $now, 'old' from range($known) as n(i)
        """,
        {"payload": PAYLOAD, "now": NOW, "known": known},
    )
    connection.execute("checkpoint")


def settle(ledger: Ledger, operation: Operation, *, known: int, outcomes: int) -> None:
    """So many creates of new records, or updates of known ones, all accepted."""
    is_new = operation == "create"
    for first in range(0, outcomes, BATCH_SIZE):
        numbers = range(first, min(first + BATCH_SIZE, outcomes))
        intents = [
            ledger.intent(
                "optiply", "products", f"{'new' if is_new else 'known'}-{number}", operation, at=NOW,
                optiply_id=None if is_new else str(number), payload=PAYLOAD, payload_hash=f"hash {number}",
            )
            for number in numbers
        ]  # fmt: skip
        ledger.open(intents)
        ledger.settle(
            [
                Outcome(intent, "accepted", NOW, created_id=str(known + number) if is_new else None)
                for intent, number in zip(intents, numbers, strict=True)
            ]
        )


def main(
    known: Annotated[int, typer.Option(min=1, help="Records in the ledger before.")] = 100_000,
    outcomes: Annotated[int, typer.Option(min=1, help="Outcomes to settle of each kind.")] = 5000,
) -> None:
    """Measure creates, then updates."""
    operations: tuple[Operation, ...] = ("create", "update")
    with tempfile.TemporaryDirectory() as folder:
        for operation in operations:
            path = Path(folder) / f"{operation}.duckdb"
            with connect(path, threads=PUSH_THREADS) as connection:
                fill(connection, known)
                wall, cpu = time.monotonic(), time.process_time()
                settle(Ledger(connection, run_id="bench"), operation, known=known, outcomes=outcomes)
                wall, cpu = time.monotonic() - wall, time.process_time() - cpu
            share = 1000 / outcomes
            typer.echo(f"{operation}: {wall * share:.2f} s, {cpu * share:.2f} s of CPU per 1,000 outcomes")


if __name__ == "__main__":
    typer.run(main)
