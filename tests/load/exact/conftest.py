"""An Exact sandbox with a handful of items, and buy orders that a person made in Optiply."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from apis.exact import ExactClient
from apis.optiply import OptiplyClient
from load.exact.export import export
from load.exact.result import ExportResult
from sandbox import credentials
from sandbox.company.company import Company
from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox, place_buy_order
from tests.load.clients import Clock, exact_client
from tests.load.plan_tables import PlanTables

SUPPLIER = "50000000-0000-4000-8000-000000000001"
SCREW = "10000000-0000-4000-8000-000000000001"
BOLT = "10000000-0000-4000-8000-000000000002"
SERVICE = "10000000-0000-4000-8000-000000000003"  # no purchase item
FUTURE = "10000000-0000-4000-8000-000000000004"
WAREHOUSE = "70000000-0000-4000-8000-000000000001"

Export = Callable[..., ExportResult]


def company() -> Company:
    def item(item_id: str, code: str, **fields: Any) -> dict[str, Any]:
        return {"ID": item_id, "Code": code, "Description": code, "IsPurchaseItem": True, **fields}

    def link(number: int, item_id: str) -> dict[str, Any]:
        return {
            "ID": f"60000000-0000-4000-8000-00000000000{number}",
            "Item": item_id,
            "Supplier": SUPPLIER,
            "PurchasePrice": 2.0,
            "PurchaseUnitFactor": 6.0,
            "MainSupplier": True,
        }

    return Company(
        credentials.EXACT_DIVISION,
        {
            "accounts": [{"ID": SUPPLIER, "Code": "1", "Name": "Smit", "IsSupplier": True}],
            "warehouses": [{"ID": WAREHOUSE, "Code": "1", "Description": "Main", "Main": True}],
            "items": [
                item(SCREW, "A-SCREW", IsFractionAllowedItem=True),
                item(BOLT, "B-BOLT"),
                item(SERVICE, "C-SERVICE", IsPurchaseItem=False),
                item(FUTURE, "D-FUTURE", StartDate=datetime(2027, 1, 1)),
            ],
            "supplier_products": [link(n, i) for n, i in enumerate((SCREW, BOLT, SERVICE, FUTURE), start=1)],
        },
    )


@pytest.fixture
def exact_sandbox(clock: Clock) -> Iterator[ExactSandbox]:
    with ExactSandbox(company(), clock=clock.seconds, sleep=lambda _: None, minute_limit=None) as running:
        yield running


@pytest.fixture
def exact(exact_sandbox: ExactSandbox, tmp_path: Path, clock: Clock) -> ExactClient:
    return exact_client(exact_sandbox.base_url, exact_sandbox.token_url, tmp_path, clock.seconds, clock.sleep)


@dataclass
class BuyOrders:
    """Makes buy orders in Optiply as a person does, and plans their export."""

    sandbox: OptiplySandbox
    plan: PlanTables

    def __post_init__(self) -> None:
        store = self.sandbox.store
        self.supplier_id = store.create("suppliers", {"name": "Smit", "remoteId": SUPPLIER}).id
        self.product_id = store.create("products", {"name": "Any", "stockLevel": 0, "remoteId": SCREW}).id
        # the ledger knows the account, or the export would rightly stop
        self.plan.connection.execute(
            "insert into ledger.records (entity, remote_id, optiply_id) values ('suppliers', ?, ?)",
            [SUPPLIER, str(self.supplier_id)],
        )

    def place(self, *lines: tuple[str, float], plan: bool = True, **plan_options: Any) -> str:
        """lines: (Exact item, quantity in purchase units). The order's Optiply id."""
        order = place_buy_order(
            self.sandbox.store,
            self.supplier_id,
            "2026-03-01T00:00:00Z",
            [{"productId": self.product_id, "quantity": 6, "subtotalValue": 12} for _ in lines],
        )
        if plan:
            self.plan_it(str(order.id), lines, **plan_options)
        return str(order.id)

    def plan_it(self, order_id: str, lines: Sequence[tuple[str, float]], **plan_options: Any) -> None:
        numbered = [
            (line_id, item, quantity)
            for line_id, (item, quantity) in zip(self.line_ids(order_id), lines, strict=True)
        ]
        given = {"optiply_order": self.in_optiply(order_id), **plan_options}
        self.plan.add_order(order_id, SUPPLIER, numbered, **given)

    def in_optiply(self, order_id: str) -> dict[str, Any]:
        """What the plan keeps of the order as it stands in Optiply."""
        lines = self.sandbox.store.with_value("buyOrderLines", "buyOrderId", int(order_id))
        return {
            "supplier_id": str(self.supplier_id),
            "lines": [
                {
                    "id": str(line.id),
                    "product_id": str(line.values["productId"]),
                    "quantity": float(str(line.values["quantity"])),
                    "subtotal_value": float(str(line.values["subtotalValue"])),
                }
                for line in lines
            ],
        }

    def line_ids(self, order_id: str) -> list[str]:
        rows = self.sandbox.store.with_value("buyOrderLines", "buyOrderId", int(order_id))
        return [str(row.id) for row in rows]


@pytest.fixture
def buy_orders(sandbox: OptiplySandbox, plan: PlanTables) -> BuyOrders:
    return BuyOrders(sandbox, plan)


@pytest.fixture
def run_export(
    connection: duckdb.DuckDBPyConnection, exact: ExactClient, optiply: OptiplyClient, clock: Clock
) -> Export:
    """export() with everything given; keywords override."""

    def run(**options: Any) -> ExportResult:
        given = {"run_id": "run", "now": clock.now, "sleep": clock.sleep, **options}
        return export(connection, exact, optiply, **given)

    return run
