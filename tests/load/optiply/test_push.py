"""A push over real HTTP into the strict Optiply sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from apis.errors import CredentialsRefused
from load.ledger import LedgerMissing
from load.optiply import plan_rows
from load.optiply.plan_rows import PlanMissing
from load.optiply.push import push
from load.optiply.result import PushResult
from sandbox.optiply import OptiplySandbox
from tests.load.plan_tables import (
    PlanTables,
    md5,
    outcomes,
    product,
    records,
    rows,
    sell_order,
    supplier_product,
)

Push = Callable[..., PushResult]


def writes(sandbox: OptiplySandbox) -> list[tuple[str, str]]:
    return [(each["method"], each["path"].split("/")[2]) for each in sandbox.traffic.summary()["writes"]]


def bodies(sandbox: OptiplySandbox) -> list[dict[str, Any]]:
    found = sandbox.traffic.summary()["writes"]
    return [each["body"]["data"]["attributes"] for each in found if each["body"]]


def stored(sandbox: OptiplySandbox, entity: str) -> list[dict[str, Any]]:
    return [row.values for row in sandbox.store.rows(entity)]


def some_history(run_push: Push, plan: PlanTables) -> None:
    """A ledger that is not empty, so that the account is not asked about it."""
    plan.add("suppliers", "create", "s-0", {"name": "Known before"})
    run_push(entities=["suppliers"])
    plan.clear()


def a_whole_plan(plan: PlanTables) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("products", "create", "p-2", product("Bolt & nut"))
    plan.add("suppliers", "create", "s-1", {"name": "Ijzerhandel Smit"})
    plan.add("supplierProducts", "create", "sp-1", supplier_product("p-1", "s-1"))
    plan.add("sellOrders", "create", "so-1", sell_order(("p-1", 3, 37.5), ("p-2", 1, 12.5)))


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


def test_one_record_refused_lets_the_others_go(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """Contract 5: one bad record never stops the others."""
    plan.add("products", "create", "p-1", product("Screw", stock_level=99_999_999))
    plan.add("products", "create", "p-2", product("Bolt"))
    result = run_push()
    assert [each["name"] for each in stored(sandbox, "products")] == ["Bolt"]
    assert result.counts["products"].created == 1 and result.counts["products"].refused == 1
    (refused,) = result.refusals
    assert refused.remote_id == "p-1" and "stockLevel" in refused.reason
    (row,) = rows(connection, "from ledger.refusals")
    assert (row["remote_id"], row["status_code"], row["attempts"]) == ("p-1", 400, 1)
    assert result.needs_a_look and not result.has_failed


def test_what_was_refused_goes_again_only_when_asked(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    bad = product("Screw", stock_level=99_999_999)
    plan.add("products", "create", "p-1", bad)
    run_push()
    plan.clear()
    plan.add("products", "create", "p-1", bad, blocked_by="refused: stockLevel too large")
    sandbox.traffic.clear()
    assert run_push().counts["products"].refused == 1
    assert writes(sandbox) == []
    run_push(retry_refused=True)
    assert writes(sandbox) == [("POST", "products")]
    assert [row["attempts"] for row in rows(connection, "from ledger.refusals")] == [2]


def test_a_refusal_is_forgotten_when_the_record_is_accepted(
    run_push: Push, plan: PlanTables, connection: duckdb.DuckDBPyConnection
) -> None:
    plan.add("products", "create", "p-1", product("Screw", stock_level=99_999_999))
    run_push()
    plan.clear()
    plan.add("products", "create", "p-1", product("Screw"))
    run_push()
    assert rows(connection, "from ledger.refusals") == []


def test_the_brake_holds_until_it_is_released(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox
) -> None:
    """Contract 6."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("products", "create", "p-2", product("Bolt"), blocked_by="brake: 80 % would be disabled")
    plan.add("products", "create", "p-3", product("Nut"), blocked_by="held: items")
    assert run_push().counts["products"].held == 2
    result = run_push(allow_mass_delete=True)
    assert [each["name"] for each in stored(sandbox, "products")] == ["Screw", "Bolt"]
    assert result.counts["products"].held == 1


def test_a_row_whose_parent_is_missing_waits_without_a_request(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    plan.add("suppliers", "create", "s-1", {"name": "Smit"})
    plan.add("supplierProducts", "create", "sp-1", supplier_product("p-unknown", "s-1"))
    result = run_push()
    assert writes(sandbox) == [("POST", "suppliers")]
    assert result.counts["supplierProducts"].waiting == 1
    (notice,) = result.notices
    assert notice.kind == "waiting" and "products p-unknown" in notice.reason
    assert not result.needs_a_look and not result.has_failed
    assert outcomes(connection) == [("create", "s-1", "accepted")]


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


@pytest.mark.parametrize("operation", ["create", "update"])
def test_a_refused_address_is_left_out_and_noted(
    run_push: Push,
    plan: PlanTables,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
    operation: str,
) -> None:
    """S2: sent again without emails; not tried again while nothing changes."""
    if operation == "update":
        plan.add("suppliers", "create", "s-1", {"name": "Smit"})
        run_push()
        plan.clear()
    wanted = {"name": "Smit en Zoon", "emails": ["not an address"]}
    plan.add("suppliers", operation, "s-1", wanted, changed=["name", "emails"])
    result = run_push()
    (supplier,) = stored(sandbox, "suppliers")
    assert supplier["name"] == "Smit en Zoon" and not supplier.get("emails")
    (notice,) = result.notices
    assert notice.kind == "noted" and "not a valid address" in notice.reason
    (record,) = rows(connection, "from ledger.records")
    assert record["payload_hash"] == md5(wanted)


def test_credentials_refused_stop_the_push_with_a_settled_ledger(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    some_history(run_push, plan)
    for number in range(20):
        plan.add("products", "create", f"p-{number:02}", product(f"Screw {number}"))
    sandbox.faults.set([{"kind": "401", "method": "POST", "path": "*/products"}])
    with pytest.raises(CredentialsRefused):
        run_push()
    results = [outcome for _, remote_id, outcome in outcomes(connection) if remote_id != "s-0"]
    assert set(results) <= {"unknown", "failed"} and len(results) == 20
    sandbox.faults.set([])
    assert run_push().counts["products"].created == 20
    assert len(stored(sandbox, "products")) == 20


def test_too_many_requests_are_waited_out(run_push: Push, plan: PlanTables, sandbox: OptiplySandbox) -> None:
    sandbox.faults.set(
        [{"kind": "429", "method": "POST", "path": "*/products", "every": 2, "retry_after": 3}]
    )
    for number in range(6):
        plan.add("products", "create", f"p-{number}", product(f"Screw {number}"))
    assert run_push().counts["products"].created == 6
    assert len(stored(sandbox, "products")) == 6


@pytest.mark.parametrize(
    "fault", ["reset_after_work", "500_after_work", "empty_body", "reset_before_work", "500"]
)
@pytest.mark.parametrize("entity", ["products", "supplierProducts", "sellOrders"])
def test_a_lost_answer_leads_to_exactly_one_record(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, entity: str, fault: str
) -> None:
    """Contract 5: the outcome of a POST is looked up before a second one."""
    a_whole_plan(plan)
    sandbox.faults.set([{"kind": fault, "method": "POST", "path": f"*/{entity}", "at": 1}])
    result = run_push()
    assert not result.has_failed
    expected = {"products": 2, "suppliers": 1, "supplierProducts": 1, "sellOrders": 1}
    assert {name: len(stored(sandbox, name)) for name in expected} == expected


@pytest.mark.parametrize("fault", ["503", "429"])
def test_a_lookup_that_fails_leaves_the_record_open_and_the_next_run_finds_it(
    run_push: Push,
    plan: PlanTables,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
    fault: str,
) -> None:
    """Also a look-up that was refused before any work says nothing about the POST before it."""
    some_history(run_push, plan)
    plan.add("products", "create", "p-1", product("Screw"))
    sandbox.faults.set(
        [
            {"kind": "reset_after_work", "method": "POST", "path": "*/products"},
            {"kind": fault, "method": "GET", "path": "*/products"},
        ]
    )
    result = run_push()
    assert result.counts["products"].failed == 1
    assert outcomes(connection)[1:] == [("create", "p-1", "unknown")]
    sandbox.faults.set([])
    sandbox.traffic.clear()
    plan.clear()
    plan.add("products", "create", "p-1", product("Screw"), blocked_by="open intent")
    result = run_push()
    assert writes(sandbox) == [] and result.settled_done == 1
    assert len(stored(sandbox, "products")) == 1
    assert outcomes(connection)[1:] == [("create", "p-1", "accepted")]


def test_a_server_that_is_down_ends_the_push_and_the_next_one_does_it_all(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox
) -> None:
    some_history(run_push, plan)
    for number in range(120):
        plan.add("products", "create", f"p-{number:03}", product(f"Screw {number}"))
    sandbox.faults.set([{"kind": "503", "path": "*/products"}])
    result = run_push()
    assert result.stopped is not None and "does not answer" in result.stopped
    assert result.counts["products"].failed == 50
    sandbox.faults.set([])
    assert run_push().counts["products"].created == 120
    assert len(stored(sandbox, "products")) == 120


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


def test_one_refused_among_many_lets_all_others_through(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox
) -> None:
    for number in range(400):
        plan.add(
            "products", "create", f"p-{number:03}", product("x" * 256 if number == 77 else f"Screw {number}")
        )
    counts = run_push().counts["products"]
    assert (counts.created, counts.refused, counts.failed) == (399, 1, 0)
    assert len(stored(sandbox, "products")) == 399


def test_a_stock_push_sends_the_stock_level_and_nothing_else(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """Issue 5: what else is due stays due for the whole push."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("products", "create", "p-2", product("Bolt"))
    run_push()
    plan.clear()
    plan.add("products", "update", "p-1", product("Screw M4", stock_level=7), changed=["name", "stock_level"])
    plan.add("products", "create", "p-3", product("Nut"))
    connection.execute("create table plan.plan_optiply_stock as from plan.plan_optiply limit 0")
    for remote_id in ("p-1", "p-4"):
        plan.add("products", "update", remote_id, product("Screw", stock_level=7), changed=["stock_level"])
    connection.execute(
        """
        insert into plan.plan_optiply_stock from plan.plan_optiply
        where json_keys(changed_attributes) = ['stock_level']
        """
    )
    sandbox.traffic.clear()
    result = run_push(stock_only=True)
    assert list(result.counts) == ["products"] and result.counts["products"].updated == 1
    (body,) = bodies(sandbox)
    assert body == {"stockLevel": 7, "remoteDataSyncedToDate": "2026-03-02T09:00:00Z"}
    assert sorted(each["name"] for each in stored(sandbox, "products")) == ["Bolt", "Screw"]
    (record,) = rows(connection, "from ledger.records where remote_id = 'p-1'")
    assert record["payload_hash"] == md5(product("Screw", stock_level=7))


def test_a_stock_push_leaves_a_record_whose_state_is_not_known_to_the_whole_push(
    run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    run_push()
    connection.execute("update ledger.records set payload = null, payload_hash = null")
    plan.clear()
    plan.add("products", "update", "p-1", product("Screw", stock_level=7), changed=["stock_level"])
    connection.execute("create table plan.plan_optiply_stock as from plan.plan_optiply")
    sandbox.traffic.clear()
    assert run_push(stock_only=True).counts["products"].written == 0
    assert writes(sandbox) == []
