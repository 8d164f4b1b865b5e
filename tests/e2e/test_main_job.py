"""The whole job, end to end, over real HTTP into a real DuckDB file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.run import FAILED, OK
from pipeline.summary import summarise

if TYPE_CHECKING:
    from tests.world import World


def test_the_whole_job(world: World) -> None:
    """One world, run after run (each builds the whole dbt project): everything arrives, nothing is sent twice."""
    everything_arrives(world)
    nothing_changes(world)
    a_change_is_one_patch_and_an_order_is_made_once(world)
    stock_goes_first(world)


def everything_arrives(world: World) -> None:
    run = world.sync()
    assert not run.problems
    left_out = set(
        world.query("select entity, remote_id from marts.data_quality where severity = 'left_out'")
    )
    assert run.left_out == Counter(entity for entity, _ in left_out)
    assert f"sellOrders {run.left_out['sellOrders']}" in "\n".join(summarise(run).lines)
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


def nothing_changes(world: World) -> None:
    """C7: only what differs from what Optiply accepted is sent."""
    world.forget_traffic()
    assert not world.sync().problems
    assert world.written_to_optiply() == []
    assert world.exact.statistics["writes"] == []


def a_change_is_one_patch_and_an_order_is_made_once(world: World) -> None:
    """C7; X1, X3, X6, X7, X8: also when the answer to the POST is lost. BO7: one that an older integration has sent
    is taken over with its lines, matched by product and quantity, and made again on neither side."""
    item = world.query(
        "select remote_id from marts.optiply_products where status = 'enabled' order by remote_id limit 1"
    )[0][0]
    world.exact.store.change("items", item, {"Description": "Koffiebonen «Crème» & zo ☕"})
    order_id = world.place_order()
    adopted_id = world.place_order((30, 12))
    standing = world.order_of_an_older_integration(adopted_id)
    world.optiply.store.update("buyOrders", int(adopted_id), {"remoteId": standing["PurchaseOrderID"]})
    held = {entity: len(world.optiply.store.rows(entity)) for entity in ("buyOrders", "buyOrderLines")}
    world.exact.faults.set(
        [{"kind": "reset_after_work", "method": "POST", "path": "*/PurchaseOrders", "at": 1}]
    )
    world.forget_traffic()
    assert world.sync().exit_code != FAILED
    product_id = world.query(
        f"select optiply_id from ledger.records where entity = 'products' and remote_id = '{item}'"
    )[0][0]
    writes = [
        write for write in world.optiply.traffic.summary()["writes"] if "/buyOrder" not in write["path"]
    ]
    assert [(write["method"], write["path"]) for write in writes] == [("PATCH", f"/v1/products/{product_id}")]
    assert writes[0]["body"]["data"]["attributes"].keys() == {"name", "remoteDataSyncedToDate"}
    assert (
        world.optiply.store.get("products", int(product_id)).values["name"] == "Koffiebonen «Crème» & zo ☕"
    )
    assert world.sync().exit_code != FAILED

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
    assert held == {entity: len(world.optiply.store.rows(entity)) for entity in held}
    lines = world.exact.store.children("purchase_order_lines", "PurchaseOrderID", standing["PurchaseOrderID"])
    assert {line["ID"]: line["Quantity"] for line in lines} == {
        row.values["remoteId"]: row.values["quantity"]
        for row in world.optiply.store.with_value("buyOrderLines", "buyOrderId", int(adopted_id))
    }


def stock_goes_first(world: World) -> None:
    """Issue 5: between two whole runs only stock is read, and only changed stock levels are sent."""
    remote_id, optiply_id, level = world.query(
        """
        select remote_id, optiply_id, cast(payload ->> '$.stock_level' as integer) as stock_level from ledger.records
        where entity = 'products' and stock_level > 20 order by remote_id limit 1
        """
    )[0]
    position = next(row for row in world.exact.store.rows("stock_positions") if row["ItemId"] == remote_id)
    world.exact.store.change(
        "stock_positions", position["ID"], {"CurrentStock": position["CurrentStock"] - 7}
    )
    world.exact.store.change("items", remote_id, {"Description": "Another name"})
    world.forget_traffic()
    assert world.stock().exit_code == OK
    (write,) = world.optiply.traffic.summary()["writes"]
    assert (write["method"], write["path"]) == ("PATCH", f"/v1/products/{optiply_id}")
    sent = write["body"]["data"]["attributes"]
    assert sent.keys() == {"stockLevel", "remoteDataSyncedToDate"} and sent["stockLevel"] == level - 7
    last_run = "(select arg_max(run_id, started_at) from runs.runs)"
    assert world.query(f"select stream from runs.stream_reads where run_id = {last_run}") == [
        ("stock_positions",)
    ]
    assert world.query("select count(*) from plan.plan_pending where entity = 'products'") == [(0,)]
