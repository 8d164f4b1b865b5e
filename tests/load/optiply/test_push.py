"""A push over real HTTP into the strict Optiply sandbox: what is sent, in which order, and what the ledger keeps."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from load.ledger import LedgerMissing
from load.optiply import entity_push, plan_rows
from load.optiply.plan_rows import PlanMissing
from load.optiply.push import push
from sandbox.optiply import OptiplySandbox
from tests.load.optiply.sent import Push, a_whole_plan, bodies, stored, writes
from tests.load.plan_tables import PlanTables, md5, outcomes, product, records, rows, sell_order


def test_every_entity_arrives_parents_first(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox
) -> None:
    a_whole_plan(plan)
    result = run_push()
    assert [entity for _, entity in writes(sandbox)] == [
        "products",
        "products",
        "suppliers",
        "supplierProducts",
        "sellOrders",
    ]
    assert {name: counts.created for name, counts in result.counts.items() if counts.created} == {
        "products": 2,
        "suppliers": 1,
        "supplierProducts": 1,
        "sellOrders": 1,
    }
    assert not result.has_failed and not result.needs_a_look


def test_ids_of_parents_are_filled_in_and_our_own_attributes_added(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    a_whole_plan(plan)
    run_push(workers=1)
    known = records(connection)
    of_supplier_product, of_sell_order = bodies(sandbox)[3:]
    assert of_supplier_product == {
        "name": "Screw by the box",
        "lotSize": 6,
        "price": 1.25,
        "productId": int(known["products", "p-1"]),
        "supplierId": int(known["suppliers", "s-1"]),
        "remoteId": "sp-1",
        "remoteDataSyncedToDate": "2026-03-02T09:00:00Z",
    }
    assert of_sell_order["orderLines"] == [
        {"productId": int(known["products", "p-1"]), "quantity": 3, "subtotalValue": 37.5},
        {"productId": int(known["products", "p-2"]), "quantity": 1, "subtotalValue": 12.5},
    ]


def test_a_second_push_of_the_same_plan_sends_nothing(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox
) -> None:
    a_whole_plan(plan)
    run_push()
    sandbox.traffic.clear()
    result = run_push()
    assert writes(sandbox) == []
    assert result.total.unchanged == 5 and result.total.written == 0


def test_the_ledger_holds_payload_and_hash_of_the_plan_row(
    run_push: Push, plan: PlanTables, connection: duckdb.DuckDBPyConnection
) -> None:
    """C7: compared with what Optiply accepted last."""
    plan.add("products", "create", "p-1", product("Screw"))
    run_push()
    (record,) = rows(connection, "from ledger.records")
    assert record["payload_hash"] == md5(product("Screw"))
    assert record["run_id"] == "run"
    assert outcomes(connection) == [("create", "p-1", "accepted")]


def test_an_update_sends_only_what_changed(run_push: Push, plan: PlanTables, sandbox: OptiplySandbox) -> None:
    """C7, and C6: an attribute whose new value is null is sent as null."""
    plan.add("products", "create", "p-1", product("Screw", ean_code="871"))
    run_push()
    plan.clear()
    sandbox.traffic.clear()
    plan.add(
        "products", "update", "p-1", product("Screw", price=13, ean_code=None), changed=["price", "ean_code"]
    )
    result = run_push()
    assert bodies(sandbox) == [
        {"price": 13, "eanCode": None, "remoteDataSyncedToDate": "2026-03-02T09:00:00Z"}
    ]
    assert result.counts["products"].updated == 1
    assert stored(sandbox, "products")[0]["eanCode"] is None


def test_inside_an_entity_what_leaves_goes_first_and_changes_last(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox
) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    for name in ("a", "b", "c"):
        plan.add("sellOrders", "create", name, sell_order(("p-1", 1, 1.0)))
    run_push(workers=1)
    plan.clear()
    sandbox.traffic.clear()
    changed = sell_order(("p-1", 1, 1.0), completed="2026-03-02T00:00:00Z")
    plan.add("sellOrders", "update", "a", changed, changed=["completed"])
    plan.add("sellOrders", "create", "d", sell_order(("p-1", 2, 2.0)))
    plan.add("sellOrders", "replace", "b", sell_order(("p-1", 9, 9.0)))
    plan.add("sellOrders", "delete", "c")
    result = run_push(workers=1)
    assert [method for method, _ in writes(sandbox)] == ["DELETE", "DELETE", "POST", "POST", "PATCH"]
    counts = result.counts["sellOrders"]
    assert (counts.created, counts.updated, counts.replaced, counts.deleted) == (1, 1, 1, 1)


def test_a_replaced_sell_order_has_its_new_lines_and_one_record(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """SO12: DELETE then POST under one intent."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("sellOrders", "create", "so-1", sell_order(("p-1", 1, 1.0)))
    run_push()
    before = records(connection)["sellOrders", "so-1"]
    plan.clear()
    plan.add("sellOrders", "replace", "so-1", sell_order(("p-1", 4, 4.0)), optiply_id=before)
    run_push()
    (row,) = sandbox.store.rows("sellOrders")
    assert str(row.id) == records(connection)["sellOrders", "so-1"] != before
    assert [line["quantity"] for line in stored(sandbox, "sellOrderLines")] == [4]
    assert outcomes(connection)[2:] == [("replace", "so-1", "accepted")]


def test_a_replacement_that_is_refused_is_no_longer_known(
    run_push: Push, plan: PlanTables, connection: duckdb.DuckDBPyConnection
) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("sellOrders", "create", "so-1", sell_order(("p-1", 1, 1.0)))
    run_push()
    plan.clear()
    plan.add("sellOrders", "replace", "so-1", sell_order(("p-1", 1, 1.0), placed="yesterday"))
    result = run_push()
    assert result.counts["sellOrders"].refused == 1
    assert ("sellOrders", "so-1") not in records(connection)


def test_an_empty_ledger_in_front_of_an_account_that_is_not_empty_stops(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox
) -> None:
    """Contract 4."""
    sandbox.store.create("suppliers", {"name": "Somebody's", "remoteId": "s-9"})
    plan.add("products", "create", "p-1", product("Screw"))
    with pytest.raises(LedgerMissing, match="ledger rebuild"):
        run_push()
    assert writes(sandbox) == []


def test_pages_and_batches_lose_nothing(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_rows, "PAGE_SIZE", 7)
    monkeypatch.setattr(entity_push, "BATCH_SIZE", 4)
    for number in range(30):
        plan.add("products", "create", f"p-{number:02}", product(f"Screw {number}"))
    lines: list[str] = []
    assert run_push(report=lines.append).counts["products"].created == 30
    assert sorted(each["remoteId"] for each in stored(sandbox, "products")) == [
        f"p-{n:02}" for n in range(30)
    ]
    assert lines[-1] == "products: 30 of 30" or "products: 30 of 30" in lines


def test_workers_send_at_the_same_time_and_no_more_than_allowed(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox
) -> None:
    for number in range(40):
        plan.add("products", "create", f"p-{number:02}", product(f"Screw {number}"))
    run_push(workers=3)
    assert sandbox.traffic.summary()["most_concurrent"] <= 3


def test_only_the_entities_asked_for_are_pushed(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox
) -> None:
    a_whole_plan(plan)
    assert list(run_push(entities=["suppliers"]).counts) == ["suppliers"]
    assert writes(sandbox) == [("POST", "suppliers")]
    with pytest.raises(ValueError, match="promotions"):
        run_push(entities=["promotions"])


def test_a_warehouse_without_a_plan_says_what_to_run(
    connection: duckdb.DuckDBPyConnection, optiply: Any, clock: Any
) -> None:
    with pytest.raises(PlanMissing, match="transform"):
        push(connection, optiply, run_id="run", now=clock.now)


def test_a_total_of_seventeen_digits_keeps_each_of_them(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """C4: totals keep 17 integer digits, more than a float has."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("sellOrders", "create", "so-1", sell_order(("p-1", 1, 1.0)))
    exact = '"total_value": 12345678901234567.89'
    connection.execute(
        "update plan.plan_optiply set payload = replace(payload, '\"total_value\": 1.0', ?)", [exact]
    )
    run_push()
    (order,) = stored(sandbox, "sellOrders")
    assert str(order["totalValue"]) == "12345678901234567.89"


def test_settled_intents_are_kept_for_ninety_days(
    run_push: Push, plan: PlanTables, connection: duckdb.DuckDBPyConnection, clock: Any
) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    run_push()
    connection.execute(
        "insert into ledger.intents (intent_id, target, operation) values ('o', 'exact', 'create')"
    )
    clock.sleep(89 * 86_400)
    run_push()
    assert len(rows(connection, "from ledger.intents")) == 2
    clock.sleep(2 * 86_400)
    run_push()
    assert [row["intent_id"] for row in rows(connection, "from ledger.intents")] == ["o"]
