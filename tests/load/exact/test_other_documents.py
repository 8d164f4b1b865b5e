"""Buy orders that become warehouse transfers (X9) or shop orders (X10), over real HTTP."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock
from tests.load.exact.conftest import BOLT, SCREW, WAREHOUSE, BuyOrders, Export
from tests.load.plan_tables import records, rows

SHOP = "70000000-0000-4000-8000-000000000002"


@pytest.fixture(autouse=True)
def _second_warehouse(exact_sandbox: ExactSandbox) -> None:
    exact_sandbox.store.insert("warehouses", {"ID": SHOP, "Code": "2", "Description": "Shop"})


def plan_transfer(buy_orders: BuyOrders, *lines: tuple[str, float]) -> str:
    order_id = buy_orders.place(*lines, plan=False)
    body = {
        "EntryDate": "2026-03-02T00:00:00",
        "WarehouseFrom": WAREHOUSE,
        "WarehouseTo": SHOP,
        "Description": order_id,
        "Status": 10,
        "WarehouseTransferLines": [{"Item": item, "Quantity": quantity} for item, quantity in lines],
    }
    numbered = [
        (line_id, item, quantity)
        for line_id, (item, quantity) in zip(buy_orders.line_ids(order_id), lines, strict=True)
    ]
    buy_orders.plan.add_document(
        "warehouse_transfers",
        order_id,
        order_id,
        SHOP,
        body,
        numbered,
        optiply_order=buy_orders.in_optiply(order_id),
    )
    return order_id


def plan_shop_orders(buy_orders: BuyOrders, order_id: str, *lines: tuple[str, float]) -> list[str]:
    """One document a line; their markers."""
    markers = []
    for line_id, (item, quantity) in zip(buy_orders.line_ids(order_id), lines, strict=True):
        marker = f"{order_id}-{line_id}"
        body: dict[str, Any] = {"Item": item, "PlannedQuantity": quantity, "YourRef": marker}
        buy_orders.plan.add_document(
            "shop_orders",
            order_id,
            marker,
            item,
            body,
            [(line_id, item, quantity)],
            optiply_order=buy_orders.in_optiply(order_id),
        )
        markers.append(marker)
    return markers


def posts(sandbox: ExactSandbox) -> int:
    return sum(each["method"] == "POST" for each in sandbox.statistics["writes"])


def test_a_buy_order_becomes_one_transfer_and_carries_its_ids(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X9, X6, X7, BO7."""
    order_id = plan_transfer(buy_orders, (SCREW, 24), (BOLT, 6))
    result = run_export()
    (transfer,) = exact_sandbox.store.rows("warehouse_transfers")
    assert transfer["Description"] == order_id and transfer["WarehouseTo"] == SHOP
    assert sandbox.store.rows("buyOrders")[0].values["remoteId"] == transfer["TransferID"]
    (exported,) = rows(connection, "from ledger.exports")
    assert (exported["sink"], exported["state"]) == ("warehouse_transfers", "linked")
    assert exported["supplier_remote_id"] is None
    assert records(connection)["buyOrders", transfer["TransferID"]] == order_id
    assert result.counts.created == 1 and run_export().counts.created == 0 and posts(exact_sandbox) == 1


@pytest.mark.parametrize("fault", ["reset_after_work", "reset_before_work", "503", "cut_body"])
def test_a_lost_answer_leads_to_one_transfer(
    run_export: Export, buy_orders: BuyOrders, exact_sandbox: ExactSandbox, fault: str
) -> None:
    """X8: transfers have no YourRef; they are looked up by Description and receiving warehouse."""
    plan_transfer(buy_orders, (SCREW, 24))
    path = "*/inventory/WarehouseTransfers"
    exact_sandbox.faults.set([{"kind": fault, "method": "POST", "path": path, "at": 1}])
    assert run_export().counts.created == 1
    assert len(exact_sandbox.store.rows("warehouse_transfers")) == 1


def test_each_line_of_an_assembly_order_becomes_one_shop_order(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X10: also when one product stands on two lines."""
    order_id = buy_orders.place((SCREW, 5), (SCREW, 5), plan=False)
    markers = plan_shop_orders(buy_orders, order_id, (SCREW, 5), (SCREW, 5))
    result = run_export()
    shop_orders = exact_sandbox.store.rows("manufacturing_shop_orders")
    assert [order["YourRef"] for order in shop_orders] == markers and result.counts.created == 2
    ids = [order["ID"] for order in shop_orders]
    assert [line.values["remoteId"] for line in sandbox.store.rows("buyOrderLines")] == ids
    assert sandbox.store.rows("buyOrders")[0].values["remoteId"] == ids[0]
    assert {row["state"] for row in rows(connection, "from ledger.exports")} == {"linked"}
    assert records(connection)["buyOrders", ids[0]] == order_id


def test_an_assembly_order_carries_no_id_before_its_last_line_stands_in_exact(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    sandbox: OptiplySandbox,
    clock: Clock,
) -> None:
    """X1, X8: with a remote id it would count as sent, and the rest would never go."""
    order_id = buy_orders.place((SCREW, 5), (BOLT, 1), plan=False)
    plan_shop_orders(buy_orders, order_id, (SCREW, 5), (BOLT, 1))
    path = "*/manufacturing/ShopOrders"
    exact_sandbox.faults.set([{"kind": "day_429", "method": "POST", "path": path, "at": 2}])
    assert run_export().is_daily_limit
    assert not sandbox.store.rows("buyOrders")[0].values.get("remoteId")
    assert sandbox.store.rows("buyOrderLines")[0].values["remoteId"]
    exact_sandbox.faults.set([])
    clock.sleep(86_400)
    assert run_export().counts.created == 1
    first = exact_sandbox.store.rows("manufacturing_shop_orders")[0]["ID"]
    assert sandbox.store.rows("buyOrders")[0].values["remoteId"] == first


def test_a_refused_line_does_not_stop_the_other(
    run_export: Export,
    buy_orders: BuyOrders,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X12: each shop order is a document of its own, and is refused by its marker."""
    order_id = buy_orders.place((SCREW, 5), (BOLT, 1), plan=False)
    unknown = "10000000-0000-4000-8000-00000000ffff"
    first, _ = plan_shop_orders(buy_orders, order_id, (unknown, 5), (BOLT, 1))
    result = run_export()
    assert (result.counts.created, result.counts.refused) == (1, 1)
    assert [row["remote_id"] for row in rows(connection, "from ledger.refusals")] == [first]
