"""The whole job, end to end, over real HTTP into a real DuckDB file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.run import FAILED

if TYPE_CHECKING:
    from tests.world import World


def test_the_second_run_sends_nothing_and_a_change_in_exact_is_one_patch(world: World) -> None:
    """C7: only what differs from what Optiply accepted is sent."""
    first = world.sync()
    assert not first.problems
    desired = dict(
        world.query(
            """
            select 'products', count(*) from marts.optiply_products where status = 'enabled'
            union all select 'productCompositions', count(*) from marts.optiply_product_compositions
            union all select 'suppliers', count(*) from marts.optiply_suppliers where not ignored
            union all select 'supplierProducts', count(*) from marts.optiply_supplier_products where status = 'enabled'
            union all select 'sellOrders', count(*) from marts.optiply_sell_orders
            """
        )
    )
    # a supplier product whose product is disabled (P20) or whose supplier is ignored (S5), and never was in Optiply
    waiting = Counter(
        entity
        for (entity,) in world.query(
            "select entity from plan.plan_optiply where operation = 'create' and blocked_by like 'waiting: %'"
        )
    )
    assert waiting["supplierProducts"] > 0
    assert all(desired.values())
    held = {entity: len(world.optiply.store.rows(entity)) for entity in desired}
    assert held == {entity: count - waiting[entity] for entity, count in desired.items()}

    world.forget_traffic()
    second = world.sync()
    assert not second.problems
    assert world.written_to_optiply() == []
    assert world.exact.statistics["writes"] == []

    item = world.query(
        "select remote_id from marts.optiply_products where status = 'enabled' order by remote_id limit 1"
    )[0][0]
    world.exact.store.change("items", item, {"Description": "Koffiebonen «Crème» & zo ☕"})
    world.forget_traffic()
    third = world.sync()
    assert not third.problems
    product_id = world.query(
        f"select optiply_id from ledger.records where entity = 'products' and remote_id = '{item}'"
    )[0][0]
    assert world.written_to_optiply() == [("PATCH", f"/v1/products/{product_id}")]
    write = world.optiply.traffic.summary()["writes"][0]
    assert write["body"]["data"]["attributes"].keys() == {"name", "remoteDataSyncedToDate"}
    assert (
        world.optiply.store.get("products", int(product_id)).values["name"] == "Koffiebonen «Crème» & zo ☕"
    )


def test_a_buy_order_made_in_optiply_stands_once_in_exact(world: World) -> None:
    """X1, X3, X6, X7, X8: also when the answer to the POST is lost; one that carries a remoteId is not sent."""
    world.sync()
    order_id = world.place_order()
    adopted_id = world.place_order()
    world.optiply.store.update("buyOrders", int(adopted_id), {"remoteId": "made-by-an-older-integration"})
    world.exact.faults.set(
        [{"kind": "reset_after_work", "method": "POST", "path": "*/PurchaseOrders", "at": 1}]
    )
    for _ in range(3):
        run = world.sync()
        assert run.exit_code != FAILED

    (order,) = world.orders_in_exact(order_id)
    assert world.orders_in_exact(adopted_id) == []
    lines = world.exact.store.children("purchase_order_lines", "PurchaseOrderID", order["PurchaseOrderID"])
    codes = [line["ItemCode"] for line in sorted(lines, key=lambda line: line["LineNumber"])]
    assert codes == sorted(codes)
    assert sorted(line["Quantity"] for line in lines) == [12, 24]
    in_optiply = world.optiply.store.get("buyOrders", int(order_id))
    assert in_optiply.values["remoteId"] == order["PurchaseOrderID"]
    assert dict(world.query("select optiply_buy_order_id, state from ledger.exports")) == {
        order_id: "linked",
        adopted_id: "adopted",
    }


def test_a_stream_that_fails_holds_its_entities_and_the_rest_goes_on(world: World) -> None:
    """C10: stock levels that could not be read hold the products, and with them what needs products."""
    world.exact.faults.set([{"kind": "cut_body", "path": "*/sync/Inventory/StockPositions"}])
    run = world.sync()
    assert run.exit_code == FAILED
    assert run.problems[0].startswith("stream stock_positions:")
    held = Counter(entity for (entity,) in world.query(
        "select entity from plan.plan_optiply where blocked_by like 'held: stock_positions%'"
    ))  # fmt: skip
    assert held["products"] > 0
    assert world.optiply.store.rows("products") == []
    assert len(world.optiply.store.rows("suppliers")) > 0

    world.exact.faults.set([])
    run = world.sync()
    assert run.exit_code != FAILED
    assert len(world.optiply.store.rows("products")) > 0
    assert len(world.optiply.store.rows("sellOrders")) > 0
