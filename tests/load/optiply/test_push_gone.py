"""Records that Optiply holds otherwise than the ledger says: gone, made by hand, known by their id only."""

from __future__ import annotations

import duckdb
import pytest

from sandbox.optiply import OptiplySandbox
from tests.load.optiply.sent import Push, a_whole_plan, bodies, stored, writes
from tests.load.plan_tables import PlanTables, outcomes, product, records, sell_order, supplier_product


def test_a_delete_of_a_record_that_is_gone_is_success(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("sellOrders", "create", "so-1", sell_order(("p-1", 1, 1.0)))
    run_push()
    sandbox.store.delete("sellOrders", int(records(connection)["sellOrders", "so-1"]))
    plan.clear()
    plan.add("sellOrders", "delete", "so-1")
    assert run_push().counts["sellOrders"].deleted == 1
    assert ("sellOrders", "so-1") not in records(connection)


def test_a_patch_of_a_record_that_is_gone_creates_it_again(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    a_whole_plan(plan)
    run_push()
    sandbox.store.delete("supplierProducts", int(records(connection)["supplierProducts", "sp-1"]))
    plan.clear()
    wanted = supplier_product("p-1", "s-1", price=2.0)
    plan.add("supplierProducts", "update", "sp-1", wanted, changed=["price"])
    result = run_push()
    (row,) = sandbox.store.rows("supplierProducts")
    assert row.values["remoteId"] == "sp-1" and row.values["lotSize"] == 6
    assert records(connection)["supplierProducts", "sp-1"] == str(row.id)
    assert result.counts["supplierProducts"].created == 1 and not result.has_failed
    assert outcomes(connection)[-2:] == [("update", "sp-1", "failed"), ("create", "sp-1", "accepted")]


def test_a_pair_that_exists_is_adopted(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """SP: 409 on the unique pair leads to the existing id and a PATCH."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("suppliers", "create", "s-1", {"name": "Smit"})
    run_push()
    known = records(connection)
    pair = {"productId": int(known["products", "p-1"]), "supplierId": int(known["suppliers", "s-1"])}
    by_hand = sandbox.store.create("supplierProducts", {"name": "By hand", **pair})
    plan.add("supplierProducts", "create", "sp-1", supplier_product("p-1", "s-1"))
    run_push()
    (row,) = sandbox.store.rows("supplierProducts")
    assert row.id == by_hand.id and row.values["name"] == "Screw by the box"
    assert row.values["remoteId"] == "sp-1"
    assert records(connection)["supplierProducts", "sp-1"] == str(by_hand.id)


def test_an_adopted_pair_leaves_the_remote_id_it_was_known_by(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """SP7: another Exact row takes over the pair; the row before must not touch the shared record."""
    a_whole_plan(plan)
    run_push()
    shared = records(connection)["supplierProducts", "sp-1"]
    plan.clear()
    plan.add("supplierProducts", "create", "sp-2", supplier_product("p-1", "s-1", price=9.0))
    old = supplier_product("p-1", "s-1", status="disabled")
    plan.add("supplierProducts", "update", "sp-1", old, optiply_id=shared, changed=["status"])
    run_push()
    (row,) = sandbox.store.rows("supplierProducts")
    assert row.values["remoteId"] == "sp-2" and row.values.get("status") != "disabled"
    known = records(connection)
    assert known["supplierProducts", "sp-2"] == shared and ("supplierProducts", "sp-1") not in known


def test_a_sell_order_known_by_its_id_only_is_replaced(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """Nobody knows its lines, and a PATCH does not carry lines."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("sellOrders", "create", "so-1", sell_order(("p-1", 1, 1.0)))
    run_push()
    connection.execute(
        "update ledger.records set payload = null, payload_hash = null where entity = 'sellOrders'"
    )
    plan.clear()
    wanted = sell_order(("p-1", 2, 2.0))
    plan.add("sellOrders", "update", "so-1", wanted, changed=list(wanted))
    assert run_push().counts["sellOrders"].replaced == 1
    assert [line["quantity"] for line in stored(sandbox, "sellOrderLines")] == [2]


def test_a_record_known_by_its_id_only_gets_everything_nulls_that_clear_included(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """C6, after a rebuild."""
    plan.add("products", "create", "p-1", product("Screw", ean_code="871"))
    run_push()
    connection.execute("update ledger.records set payload = null, payload_hash = null")
    plan.clear()
    sandbox.traffic.clear()
    plan.add("products", "update", "p-1", product("Bolt"), changed=["name"])
    plan.connection.execute(
        """update plan.plan_optiply set changed_attributes =
        '{"name": {"old": null, "new": "Bolt"}, "ean_code": {"old": null, "new": null}}'"""
    )
    run_push()
    (sent,) = bodies(sandbox)
    assert (sent["name"], sent["eanCode"], sent["stockLevel"], sent["remoteId"]) == ("Bolt", None, 5, "p-1")


@pytest.mark.parametrize("carries_stock", [True, False])
def test_a_product_that_is_gone_is_made_again_at_once_only_with_what_a_create_needs(
    run_push: Push,
    plan: PlanTables,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
    carries_stock: bool,
) -> None:
    """P, map_stockLevel false: an update carries no stock level, so the next plan makes the create."""
    plan.add("products", "create", "p-1", product("Screw"))
    run_push()
    connection.execute("update ledger.records set optiply_id = '999999'")
    plan.clear()
    wanted = product("Bolt") if carries_stock else {"name": "Bolt", "price": 12.5}
    plan.add("products", "update", "p-1", wanted, changed=["name"])
    sandbox.traffic.clear()
    result = run_push()
    assert [method for method, _ in writes(sandbox)] == (["PATCH", "POST"] if carries_stock else ["PATCH"])
    assert (("products", "p-1") in records(connection)) is carries_stock
    assert result.counts["products"].waiting == (not carries_stock)
    assert result.counts["products"].refused == 0 and not result.has_failed


def test_many_products_that_are_gone_are_no_sign_of_a_server_that_is_down(
    run_push: Push, plan: PlanTables, connection: duckdb.DuckDBPyConnection
) -> None:
    for number in range(12):
        plan.add("products", "create", f"p-{number:02}", product("Screw"))
    run_push()
    connection.execute("update ledger.records set optiply_id = '99' || optiply_id")
    plan.clear()
    for number in range(12):
        plan.add("products", "update", f"p-{number:02}", {"name": "Bolt"}, changed=["name"])
    result = run_push()
    assert result.stopped is None and result.counts["products"].waiting == 12


def test_a_create_of_a_product_that_stands_by_now_waits_for_the_next_plan(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """P, map_stockLevel false: the stock level 0 of a create must not reach a product with a stock."""
    plan.add("products", "create", "p-1", product("Screw"))
    run_push()
    connection.execute("update ledger.records set payload = null, payload_hash = null")
    plan.clear()
    plan.add("products", "create", "p-1", product("Screw", stock_level=0))
    connection.execute("update plan.plan_optiply set payload_hash = 'without the stock level'")
    sandbox.traffic.clear()
    result = run_push()
    assert writes(sandbox) == [] and result.counts["products"].waiting == 1
    assert stored(sandbox, "products")[0]["stockLevel"] == 5
