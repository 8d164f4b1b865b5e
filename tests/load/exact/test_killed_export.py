"""X8: an export killed with SIGKILL and started again leaves each order once."""

from __future__ import annotations

from pathlib import Path

import pytest

from apis.exact import ExactClient
from apis.optiply import OptiplyClient
from load.exact.export import export
from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock
from tests.load.exact.conftest import BOLT, SCREW, BuyOrders
from tests.load.killer import Killer
from tests.load.plan_tables import PlanTables, rows
from warehouse.connection import connect
from warehouse.tables import ensure_tables


@pytest.mark.parametrize(("at", "after_work"), [(1, False), (1, True), (2, True), (3, False), (4, True)])
def test_an_export_killed_at_any_write_and_started_again_leaves_each_order_once(
    sandbox: OptiplySandbox,
    optiply: OptiplyClient,
    exact: ExactClient,
    exact_sandbox: ExactSandbox,
    clock: Clock,
    warehouse_path: Path,
    at: int,
    after_work: bool,
) -> None:
    """X8; the writes are: POST, order linked, line linked, line linked."""
    with connect(warehouse_path) as connection:
        ensure_tables(connection)
        buy_orders = BuyOrders(sandbox, PlanTables(connection))
        order_id = buy_orders.place((SCREW, 2), (BOLT, 1))

    killer = Killer(at, after_work=after_work)
    api = exact_sandbox._api
    answer = api.answer
    killed_answer = killer.watch(answer)
    api.answer = lambda request: (killed_answer if request.method == "POST" else answer)(request)
    sandbox.store.update = killer.watch(sandbox.store.update)
    killer.run(
        "export",
        str(warehouse_path),
        sandbox.base_url,
        sandbox.token_url,
        exact_sandbox.base_url,
        exact_sandbox.token_url,
    )
    with connect(warehouse_path) as connection:
        export(connection, exact, optiply, run_id="second", now=clock.now, sleep=clock.sleep)
        (exported,) = rows(connection, "from ledger.exports")
        assert rows(connection, "from ledger.intents where outcome is null or outcome = 'unknown'") == []

    (order,) = exact_sandbox.store.rows("purchase_orders")
    assert order["YourRef"] == order_id
    assert (exported["state"], exported["exact_id"]) == ("linked", order["PurchaseOrderID"])
    assert [row.values["remoteId"] for row in sandbox.store.rows("buyOrders")] == [order["PurchaseOrderID"]]
    lines = exact_sandbox.store.children("purchase_order_lines", "PurchaseOrderID", order["PurchaseOrderID"])
    assert [row.values["remoteId"] for row in sandbox.store.rows("buyOrderLines")] == [
        line["ID"] for line in lines
    ]
