"""What the plan's SQL costs inside DuckDB when nothing has changed.

    python -m benchmarks.plan_sql --products 100000

The plan models of products are compiled by dbt and run on a file with so many products, all of them known to the
ledger with the payload that the plan itself would write. Seconds and memory are DuckDB's own.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from tests.dbt.plan_models import DEFAULTS, PlanModels, compile_with_dbt, read_everything

MODELS = ("int_plan__product_changes", "int_plan__product_brake", "plan_optiply_products")
METRICS = {"LATENCY": "true", "CPU_TIME": "true", "SYSTEM_PEAK_BUFFER_MEMORY": "true"}


def fill(connection: duckdb.DuckDBPyConnection, products: int) -> None:
    """So many products in the mart, no two alike."""
    connection.execute(
        f"""
        insert into marts.optiply_products by name
        select
            uuid()::varchar as remote_id, 'Hexagon screw M' || i as name, 'ART-' || i as sku_code,
            'A' || i as article_code, '87' || i as ean_code,
            i % 10000 / 100 as price, i % 7 = 0 as unlimited_stock, i % 1000 as stock_level,
            'enabled' as status, false as assembled, '2024-01-02T00:00:00Z' as created_at_remote
        from range({products}) as numbers(i)
        """
    )


def accept_everything(connection: duckdb.DuckDBPyConnection) -> int:
    """The ledger as a push of the present plan leaves it; how many records it has then."""
    connection.execute(
        """
        insert into ledger.records
        select
            entity, remote_id, (1000000 + row_number() over ())::varchar, payload, payload_hash, now()::timestamp, 'r'
        from plan.plan_optiply_products where blocked_by is null
        """
    )
    connection.execute("checkpoint")
    row = connection.execute("select count(*) from ledger.records").fetchone()
    return int(row[0]) if row else 0


def measure(models: PlanModels, folder: Path) -> dict[str, dict[str, float]]:
    """DuckDB's metrics of each model, as the pipeline opens the file: two threads."""
    found = {}
    with duckdb.connect(config={"threads": "2"}) as connection:
        connection.execute(f"attach '{folder / 'plan.duckdb'}' as warehouse")
        connection.execute("use warehouse")
        for node in models.in_order():
            if node["name"] in MODELS:
                output = folder / f"{node['name']}.json"
                connection.execute("pragma enable_profiling = 'json'")
                connection.execute(f"pragma profiling_output = '{output}'")
                connection.execute(f"pragma custom_profiling_settings = '{json.dumps(METRICS)}'")
                connection.execute(
                    f"create or replace table {node['schema']}.{node['name']} as {node['compiled_code']}"
                )
                connection.execute("pragma disable_profiling")
                found[node["name"]] = json.loads(output.read_text(encoding="utf-8"))
        planned = connection.execute("select count(*) from plan.plan_optiply_products").fetchone()
    if planned != (0,):
        raise SystemExit(f"{planned} rows are planned although nothing has changed")
    return found


def main(
    products: Annotated[int, typer.Option(min=1, help="How many products.")] = 100_000,
    times: Annotated[int, typer.Option(min=1, help="How often; the best is told.")] = 3,
) -> None:
    """Measure the plan of products that are all as Optiply accepted them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = compile_with_dbt(folder, DEFAULTS)
        connection = models.warehouse(str(folder / "plan.duckdb"))
        connection.execute("set threads to 2")
        fill(connection, products)
        models.build(connection)
        read_everything(connection)
        models.build(connection)
        if accept_everything(connection) != products:
            raise SystemExit("the first plan does not create every product")
        connection.close()
        # opened anew each time: DuckDB's peak of memory is that of all since it was opened
        runs = [measure(models, folder) for _ in range(times)]
        best = min(runs, key=lambda run: sum(each["latency"] for each in run.values()))
        for model, metrics in best.items():
            typer.echo(_line(model, [metrics]))
        typer.echo(_line("together", list(best.values())))


def _line(name: str, metrics: list[dict[str, float]]) -> str:
    latency = sum(each["latency"] for each in metrics)
    cpu = sum(each["cpu_time"] for each in metrics)
    peak = max(each["system_peak_buffer_memory"] for each in metrics) / 2**20
    return f"{name}: {latency:.2f} s, {cpu:.2f} s of CPU, at most {peak:.0f} MiB"


if __name__ == "__main__":
    typer.run(main)
