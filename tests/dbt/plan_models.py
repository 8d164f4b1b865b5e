"""The plan's compiled SQL, run in DuckDB on marts and a ledger that a test fills.

dbt compiles once per set of flags; running the models then takes milliseconds, not the seconds of `dbt build`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from settings.tenant import PROJECT_ROOT
from warehouse.tables import ensure_tables

MARTS = (
    "optiply_products",
    "optiply_product_compositions",
    "optiply_suppliers",
    "optiply_supplier_products",
    "optiply_sell_orders",
    "optiply_buy_orders",
    "optiply_buy_order_lines",
    "optiply_receipt_lines",
    "exact_purchase_orders",
    "exact_warehouse_transfers",
    "exact_shop_orders",
)
LEAVING = "int_orders__sell_orders_leaving"
# The evidence by which records leave (C8), by entity.
EVIDENCE = {
    "productCompositions": "int_compositions__leaving",
    "sellOrders": LEAVING,
    "buyOrders": "int_buy_orders__orders_leaving",
    "buyOrderLines": "int_buy_orders__lines_leaving",
    "receiptLines": "int_receipts__leaving",
}
UNREGISTERED_EXPORTS = "int_buy_orders__unregistered_exports"
# Where a mart's own streams end: the rows of `deleted` are one stream, the known products the plan's.
LINEAGE_STOPS = ("int_deletions__rows", "plan_optiply_products")


# Flags that the tests compile with. The brake is off: 100 % of something is never more than 100 %.
DEFAULTS: dict[str, Any] = {
    "mass_delete_limit": 100,
    "map_stockLevel": True,
    "map_product_articleCode": True,
    "unit_filter": False,
    "map_supplier_mail": False,
    "sync_leadTime_suppliers": False,
    "sync_leadTime_supProducts": False,
    "useLOT": True,
    "useMOQ": True,
    "map_preferred_supplier": True,
    "map_purchase_price": "default",
}
OPPOSITES: dict[str, Any] = {
    "mass_delete_limit": 100,
    "map_stockLevel": False,
    "map_product_articleCode": False,
    "unit_filter": True,
    "unit_factors": {"gal": {"unit": "ml", "factor": 3750.0}},
    "map_supplier_mail": True,
    "sync_leadTime_suppliers": True,
    "sync_leadTime_supProducts": True,
    "useLOT": False,
    "useMOQ": False,
    "map_preferred_supplier": False,
    "map_purchase_price": "none",
    "use_drop_shipments": False,
    "sync_stock_montapacking": True,
    "sync_stock_qls": True,
}
ALL_SOURCES_ON: dict[str, Any] = {
    "sync_stock_montapacking": True,
    "sync_stock_qls": True,
    "stock_warehouse_ids": "1",
    "map_purchase_price": "Purchase Prices",
    "use_price_lists": True,
    "price_list_code": "WEB",
    "use_sales_orders": True,
    "use_drop_shipments": False,
    "filter_sellOrder_CustomerIDs": ["100"],
    "unit_filter": True,
    "unit_factors": {"gal": {"unit": "ml", "factor": 3750.0}},
    "export_BOLine_price": True,
    "export_order_number": True,
    "use_assembly_orders": True,
    "use_production_orders": True,
    "default_warehouse_id": "1",
    "use_buy_orders_multiple_warehouses": False,
    "use_sales_orders_multiple_warehouses": False,
    "export_stock_transfers": True,
    "stock_transfer_from": "1",
    "stock_transfer_to": "2",
}


def node_id(model: str) -> str:
    return f"model.exact_optiply.{model}"


@dataclass(frozen=True)
class PlanModels:
    """dbt's manifest of the whole project, with the plan models compiled for one set of flags."""

    manifest: Mapping[str, Any]

    def warehouse(self, file: str = ":memory:") -> duckdb.DuckDBPyConnection:
        """A new warehouse, in memory or in a file: empty marts with their contracts' types, an empty ledger."""
        connection = duckdb.connect(":memory:")
        connection.execute(f"attach '{file}' as warehouse")
        connection.execute("use warehouse")
        ensure_tables(connection)
        for schema in ("marts", "intermediate", "plan"):
            connection.execute(f"create schema {schema}")
        for mart in MARTS:
            columns = self.manifest["nodes"][node_id(mart)]["columns"].values()
            types = ", ".join(f"{column['name']} {column['data_type']}" for column in columns)
            connection.execute(f"create table marts.{mart} ({types})")
        for evidence in EVIDENCE.values():
            connection.execute(f"create table intermediate.{evidence} (remote_id varchar, reason varchar)")
        connection.execute(
            f"create table intermediate.{UNREGISTERED_EXPORTS} (remote_id varchar, optiply_buy_order_id varchar)"
        )
        connection.execute(
            "create table intermediate.int_buy_orders__lines_made_in_optiply"
            " (buy_order_remote_id varchar, product_remote_id varchar)"
        )
        connection.execute(
            "create table intermediate.int_deletions__optiply_rows (stream varchar, optiply_id varchar)"
        )
        return connection

    def build(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Run the plan models in the order of their references, as `dbt build` does."""
        for node in self.in_order():
            connection.execute(
                f"create or replace table {node['schema']}.{node['name']} as {node['compiled_code']}"
            )

    def in_order(self) -> list[Mapping[str, Any]]:
        nodes = {
            name: node
            for name, node in self.manifest["nodes"].items()
            if node["resource_type"] == "model" and node["path"].startswith(("plan/", "intermediate/plan/"))
        }
        done: dict[str, Mapping[str, Any]] = {}
        while len(done) < len(nodes):
            for name, node in nodes.items():
                if all(parent in done for parent in node["depends_on"]["nodes"] if parent in nodes):
                    done[name] = node
        return list(done.values())

    def raw_streams(self, model: str) -> set[tuple[str, str]]:
        """(source, stream) of all raw tables that a model depends on, `deleted` as one stream."""
        return {
            (source["source_name"].removeprefix("raw_"), source["name"])
            for name in self._ancestors(node_id(model))
            if (source := self.manifest["sources"].get(name))
            and source["source_name"] in ("raw_exact", "raw_optiply", "raw_wms")
        } | (
            {("exact", "deleted")}
            if node_id("int_deletions__rows") in self._ancestors(node_id(model))
            else set()
        )

    def _ancestors(self, name: str) -> set[str]:
        stops = {node_id(stop) for stop in LINEAGE_STOPS}
        found: set[str] = set()
        open_names = [name]
        while open_names:
            current = open_names.pop()
            if current in stops:
                continue
            new = set(self.manifest["parent_map"].get(current, ())) - found
            found |= new
            open_names += new
        return found


CompilePlan = Callable[[dict[str, Any]], PlanModels]


def compile_with_dbt(folder: Path, flags: Mapping[str, Any]) -> PlanModels:
    """Compile the plan models with dbt in a subprocess; `folder` takes its warehouse, target and logs."""
    subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"), "--quiet", "compile",
            "--select", "path:dbt_project/models/plan", "path:dbt_project/models/intermediate/plan",
            "--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT),
            "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
            "--vars", json.dumps(flags),
        ],
        env={**os.environ, "EXACT_OPTIPLY_WAREHOUSE": str(folder / "warehouse.duckdb")},
        cwd=PROJECT_ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return PlanModels(json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8")))


def read_everything(connection: duckdb.DuckDBPyConnection) -> None:
    """All streams that the plan needs were read to their end, so that nothing is held (C10)."""
    connection.execute(
        """
        insert into runs.stream_reads (run_id, source, stream, status, started_at)
        select 'r', source, stream, 'complete', timestamp '2024-03-01' from intermediate.int_plan__entity_inputs
        group by all
        """
    )


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[dict[str, Any]]:
    found = connection.execute(sql)
    names = [column[0] for column in found.description or ()]
    for row in found.fetchall():
        yield dict(zip(names, row, strict=True))
