"""Compositions, buy orders, their lines and receipts: what hangs on what, and what Optiply takes along."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from sandbox.optiply import OptiplySandbox
from tests.load.optiply.sent import Push, bodies, stored, writes
from tests.load.plan_tables import PlanTables, outcomes, product, records


def composition(composed: str, part: str, quantity: int = 2) -> dict[str, Any]:
    return {"composed_product_remote_id": composed, "part_product_remote_id": part, "part_quantity": quantity}


def buy_order(supplier: str = "s-1", **attributes: Any) -> dict[str, Any]:
    return {
        "placed": "2026-03-01T00:00:00Z",
        "supplier_remote_id": supplier,
        "total_value": 25.0,
        **attributes,
    }


def buy_order_line(order: str = "bo-1", quantity: int = 2) -> dict[str, Any]:
    return {
        "buy_order_remote_id": order,
        "product_remote_id": "p-1",
        "quantity": quantity,
        "subtotal_value": 25.0,
    }


def receipt(line: str = "bol-1", quantity: int = 1) -> dict[str, Any]:
    return {"buy_order_line_remote_id": line, "quantity": quantity, "occurred": "2026-03-01T00:00:00Z"}


@pytest.fixture
def an_order_that_stands(run_push: Push, plan: PlanTables, sandbox: OptiplySandbox) -> None:
    """bo-1 with two lines, one of them received, and bo-2 with a received line beside it."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("suppliers", "create", "s-1", {"name": "Smit"})
    plan.add("suppliers", "create", "s-2", {"name": "Jansen"})
    for order, lines in (("bo-1", ("bol-1", "bol-2")), ("bo-2", ("bol-3",))):
        plan.add("buyOrders", "create", order, buy_order())
        for line in lines:
            plan.add("buyOrderLines", "create", line, buy_order_line(order))
    plan.add("receiptLines", "create", "r-1", receipt("bol-1"))
    plan.add("receiptLines", "create", "r-3", receipt("bol-3"))
    assert run_push().total.created == 10
    plan.clear()
    sandbox.traffic.clear()


def known(connection: duckdb.DuckDBPyConnection, *entities: str) -> set[str]:
    return {remote_id for entity, remote_id in records(connection) if entity in entities}


OF_ORDERS = ("buyOrders", "buyOrderLines", "receiptLines")


def test_an_order_goes_before_its_lines_and_their_receipts_and_names_the_account(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    plan.add("receiptLines", "create", "r-1", receipt())
    plan.add("buyOrderLines", "create", "bol-1", buy_order_line())
    plan.add("buyOrders", "create", "bo-1", buy_order())
    plan.add("suppliers", "create", "s-1", {"name": "Smit"})
    plan.add("products", "create", "p-1", product("Screw"))
    run_push(workers=1)
    assert [entity for _, entity in writes(sandbox)][2:] == ["buyOrders", "buyOrderLines", "receiptLines"]
    order, line, received = bodies(sandbox)[2:]
    ids = records(connection)
    assert order["accountId"] == sandbox.store.account_id
    assert order["supplierId"] == int(ids["suppliers", "s-1"])
    assert line["buyOrderId"] == int(ids["buyOrders", "bo-1"])
    assert received["buyOrderLineId"] == int(ids["buyOrderLines", "bol-1"])
    assert "accountId" not in line and "accountId" not in received


@pytest.mark.usefixtures("an_order_that_stands")
def test_an_order_known_by_its_id_only_is_patched_without_the_account(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("update ledger.records set payload = null, payload_hash = null")
    wanted = buy_order(completed="2026-03-02T00:00:00Z")
    plan.add("buyOrders", "update", "bo-1", wanted, changed=list(wanted))
    assert run_push().counts["buyOrders"].updated == 1
    (body,) = bodies(sandbox)
    assert "accountId" not in body and body["completed"] == "2026-03-02T00:00:00Z"


@pytest.mark.usefixtures("an_order_that_stands")
def test_a_deleted_order_takes_its_lines_and_receipts_out_of_the_ledger(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """BO5: Optiply cascades, the ledger follows; what hangs on another order stays."""
    plan.add("buyOrders", "delete", "bo-1")
    run_push()
    assert known(connection, *OF_ORDERS) == {"bo-2", "bol-3", "r-3"}
    assert {entity: len(stored(sandbox, entity)) for entity in OF_ORDERS} == dict.fromkeys(OF_ORDERS, 1)


@pytest.mark.usefixtures("an_order_that_stands")
def test_a_replaced_order_gets_its_lines_and_receipts_again(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """BO6: another supplier is delete and create; the plan replaces what hung on the order."""
    plan.add("buyOrders", "replace", "bo-1", buy_order("s-2"))
    for line in ("bol-1", "bol-2"):
        plan.add("buyOrderLines", "replace", line, buy_order_line())
    plan.add("receiptLines", "replace", "r-1", receipt())
    result = run_push()
    assert not result.has_failed and not result.needs_a_look
    assert known(connection, *OF_ORDERS) == {"bo-1", "bol-1", "bol-2", "r-1", "bo-2", "bol-3", "r-3"}
    assert {entity: len(stored(sandbox, entity)) for entity in OF_ORDERS} == {
        "buyOrders": 2,
        "buyOrderLines": 3,
        "receiptLines": 2,
    }
    sandbox.traffic.clear()
    assert run_push().total.written == 0 and writes(sandbox) == []


@pytest.mark.usefixtures("an_order_that_stands")
def test_an_order_that_is_gone_is_made_again_and_its_lines_are_due(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    sandbox.store.delete("buyOrders", int(records(connection)["buyOrders", "bo-1"]))
    wanted = buy_order(completed="2026-03-02T00:00:00Z")
    plan.add("buyOrders", "update", "bo-1", wanted, changed=["completed"])
    assert run_push().counts["buyOrders"].created == 1
    assert known(connection, *OF_ORDERS) == {"bo-1", "bo-2", "bol-3", "r-3"}


@pytest.mark.usefixtures("an_order_that_stands")
def test_what_people_have_deleted_in_optiply_is_made_again_although_nothing_else_differs(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """X13: the ledger forgets it, and what went with it, before the plan is sent; a second push sends nothing."""
    order_id, line_id = (
        records(connection)[key] for key in (("buyOrders", "bo-1"), ("buyOrderLines", "bol-3"))
    )
    sandbox.store.delete("buyOrders", int(order_id))
    sandbox.store.delete("buyOrderLines", int(line_id))
    plan.add_gone("buyOrders", "bo-1", order_id)
    plan.add_gone("buyOrderLines", "bol-3", line_id)
    plan.add_gone("buyOrders", "bo-2", "another id")  # made again since the plan
    plan.add("buyOrders", "replace", "bo-1", buy_order(), optiply_id=order_id)
    for line, order in (("bol-1", "bo-1"), ("bol-2", "bo-1"), ("bol-3", "bo-2")):
        plan.add("buyOrderLines", "replace", line, buy_order_line(order))
    for each, line in (("r-1", "bol-1"), ("r-3", "bol-3")):
        plan.add("receiptLines", "replace", each, receipt(line))
    assert run_push(entities=["products"]).notices == ()
    result = run_push()
    assert [(notice.entity, notice.remote_id, notice.kind) for notice in result.notices] == [
        ("buyOrderLines", "bol-3", "noted"),
        ("buyOrders", "bo-1", "noted"),
    ]
    assert result.total.created == 6 and not result.needs_a_look
    assert {entity: len(stored(sandbox, entity)) for entity in OF_ORDERS} == {
        "buyOrders": 2,
        "buyOrderLines": 3,
        "receiptLines": 2,
    }
    sandbox.traffic.clear()
    assert run_push().notices == () and writes(sandbox) == []


@pytest.mark.usefixtures("an_order_that_stands")
def test_a_receipt_of_a_line_that_is_gone_waits_and_the_line_is_due_again(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """RL4: 404 on the POST of a receipt says that its line is gone."""
    sandbox.store.delete("buyOrderLines", int(records(connection)["buyOrderLines", "bol-1"]))
    plan.add("receiptLines", "create", "r-9", receipt())
    result = run_push()
    (notice,) = result.notices
    assert notice.kind == "waiting" and "buyOrderLines bol-1 is gone" in notice.reason
    assert (result.counts["receiptLines"].waiting, result.counts["receiptLines"].refused) == (1, 0)
    assert known(connection, *OF_ORDERS) == {"bo-1", "bol-2", "bo-2", "bol-3", "r-3"}
    assert outcomes(connection)[-1] == ("create", "r-9", "waiting")
    plan.add("buyOrderLines", "create", "bol-1", buy_order_line())
    assert run_push().counts["receiptLines"].created == 1


def test_a_composition_waits_while_its_reverse_stands(
    run_push: Push, plan: PlanTables, connection: duckdb.DuckDBPyConnection
) -> None:
    """PC5: refused by Optiply for what stands there, so it goes by itself when that is gone."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("products", "create", "p-2", product("Bolt"))
    plan.add("productCompositions", "create", "p-1:p-2", composition("p-1", "p-2"))
    run_push()
    plan.clear()
    plan.add("productCompositions", "create", "p-2:p-1", composition("p-2", "p-1"))
    result = run_push()
    (notice,) = result.notices
    assert notice.kind == "waiting" and "its reverse stands in Optiply" in notice.reason
    assert result.counts["productCompositions"].waiting == 1
    plan.add("productCompositions", "delete", "p-1:p-2")
    assert run_push().counts["productCompositions"].created == 1
    assert known(connection, "productCompositions") == {"p-2:p-1"}


def test_a_composition_refused_for_its_own_sake_stays_refused(run_push: Push, plan: PlanTables) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("products", "create", "p-2", product("Bolt"))
    plan.add("productCompositions", "create", "p-1:p-2", composition("p-1", "p-2", quantity=0))
    result = run_push()
    assert result.counts["productCompositions"].refused == 1
    assert result.counts["productCompositions"].waiting == 0


def test_a_composition_made_by_hand_is_adopted(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("products", "create", "p-2", product("Bolt"))
    run_push()
    ids = records(connection)
    by_hand = sandbox.store.create(
        "productCompositions",
        {
            "composedProductId": int(ids["products", "p-1"]),
            "partProductId": int(ids["products", "p-2"]),
            "partQuantity": 9,
        },
    )
    plan.add("productCompositions", "create", "p-1:p-2", composition("p-1", "p-2"))
    run_push()
    assert records(connection)["productCompositions", "p-1:p-2"] == str(by_hand.id)
    assert [each["partQuantity"] for each in stored(sandbox, "productCompositions")] == [2]
