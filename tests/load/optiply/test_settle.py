"""Open intents of a killed run, settled by asking Optiply before anything is sent (contract 5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from apis.optiply import OptiplyClient
from load.ledger import Intent, Ledger
from load.optiply.lookup import find_by_remote_id
from load.optiply.result import PushResult
from load.optiply.send import IN_FLIGHT_SECONDS
from load.optiply.settle import Settled, settle
from sandbox.optiply import OptiplySandbox
from tests.load.clients import NOW, Clock
from tests.load.plan_tables import PlanTables, md5, outcomes, product, records, rows, sell_order, text

Push = Callable[..., PushResult]


@pytest.fixture
def run_settle(
    connection: duckdb.DuckDBPyConnection, optiply: OptiplyClient, clock: Clock
) -> Callable[[], Settled]:
    return lambda: settle(connection, optiply, run_id="next", now=clock.now, sleep=clock.sleep)


def leave_open(
    connection: duckdb.DuckDBPyConnection, entity: str, operation: Any, remote_id: str, **fields: Any
) -> Intent:
    payload = fields.pop("payload", None)
    ledger = Ledger(connection, run_id="killed")
    intent = ledger.intent(
        "optiply",
        entity,
        remote_id,
        operation,
        at=NOW,
        payload=text(payload),
        payload_hash=md5(payload),
        **fields,
    )
    ledger.open([intent])
    return intent


def pushed_product(run_push: Push, plan: PlanTables, connection: duckdb.DuckDBPyConnection) -> str:
    plan.add("products", "create", "p-1", product("Screw"))
    run_push()
    return records(connection)["products", "p-1"]


def test_a_create_made_in_another_letter_case_or_braces_is_recognised(
    run_settle: Callable[[], Settled], connection: duckdb.DuckDBPyConnection, sandbox: OptiplySandbox
) -> None:
    """C2."""
    guid = "10000000-0000-4000-8000-00000000abcd"
    row = sandbox.store.create(
        "products", {"name": "Screw", "stockLevel": 1, "remoteId": "{" + guid.upper() + "}"}
    )
    leave_open(connection, "products", "create", guid, payload=product("Screw"))
    assert run_settle() == Settled(done=1)
    assert records(connection) == {("products", guid): str(row.id)}


def test_the_record_that_is_replaced_is_never_taken_for_the_new_one(
    optiply: OptiplyClient, sandbox: OptiplySandbox, clock: Clock
) -> None:
    """A list may still show what was deleted a moment ago."""
    attributes = {"name": "Screw", "stockLevel": 1, "remoteId": "p-1"}
    old, new = (str(sandbox.store.create("products", attributes).id) for _ in "12")
    since = clock.now().replace(tzinfo=None)
    found = [
        find_by_remote_id(optiply, "products", "p-1", since=since, other_than=other)
        for other in (old, new, None)
    ]
    assert [each.id if each else None for each in found] == [new, old, old]


def test_a_record_made_long_before_the_intent_is_no_trace_of_it(
    run_settle: Callable[[], Settled],
    connection: duckdb.DuckDBPyConnection,
    sandbox: OptiplySandbox,
    clock: Clock,
) -> None:
    clock.moment = NOW - timedelta(minutes=6)
    sandbox.store.create("sellOrders", {"placed": "2026-03-01T00:00:00Z", "totalValue": 1, "remoteId": "so"})
    clock.moment = NOW
    leave_open(connection, "sellOrders", "create", "so", payload=sell_order())
    assert run_settle() == Settled(undone=1)


def test_clocks_that_differ_by_some_minutes_do_not_hide_a_record(
    run_settle: Callable[[], Settled],
    connection: duckdb.DuckDBPyConnection,
    sandbox: OptiplySandbox,
    clock: Clock,
) -> None:
    clock.moment = NOW - timedelta(minutes=4)
    sandbox.store.create("products", {"name": "Screw", "stockLevel": 1, "remoteId": "p-1"})
    clock.moment = NOW
    leave_open(connection, "products", "create", "p-1", payload=product("Screw"))
    assert run_settle() == Settled(done=1)


def test_a_create_that_arrived_is_remembered_without_what_only_a_create_carries(
    run_settle: Callable[[], Settled], connection: duckdb.DuckDBPyConnection, sandbox: OptiplySandbox
) -> None:
    """P, map_stockLevel false: the plan's hash leaves the stock level out."""
    sandbox.store.create("products", {"name": "Screw", "stockLevel": 0, "remoteId": "p-1"})
    leave_open(connection, "products", "create", "p-1", payload={"name": "Screw", "stock_level": 0})
    connection.execute("update ledger.intents set payload_hash = 'without'")
    assert run_settle() == Settled(done=1)
    assert rows(connection, "select payload, payload_hash from ledger.records") == [
        {"payload": '{"name":"Screw"}', "payload_hash": "without"}
    ]


def test_a_clock_that_was_set_back_does_not_shorten_the_wait(
    run_settle: Callable[[], Settled], connection: duckdb.DuckDBPyConnection, clock: Clock
) -> None:
    leave_open(connection, "products", "create", "p-1", payload=product("Screw"))
    clock.moment = NOW - timedelta(hours=1)
    run_settle()
    assert clock.moment == NOW - timedelta(hours=1) + timedelta(seconds=IN_FLIGHT_SECONDS)


def test_a_request_that_may_still_be_on_its_way_is_given_time(
    run_settle: Callable[[], Settled],
    connection: duckdb.DuckDBPyConnection,
    sandbox: OptiplySandbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave_open(connection, "products", "create", "p-1", payload=product("Screw"))

    def arrives(seconds: float) -> None:
        clock.moment += timedelta(seconds=seconds)
        sandbox.store.create("products", {"name": "Screw", "stockLevel": 1, "remoteId": "p-1"})

    monkeypatch.setattr(clock, "sleep", arrives)
    assert run_settle() == Settled(done=1)


def test_an_update_that_arrived_is_accepted_with_its_payload(
    run_settle: Callable[[], Settled],
    run_push: Push,
    plan: PlanTables,
    connection: duckdb.DuckDBPyConnection,
    sandbox: OptiplySandbox,
) -> None:
    """Decimals come back as text, and still the values are known to be the same."""
    optiply_id = pushed_product(run_push, plan, connection)
    sandbox.store.update("products", int(optiply_id), {"price": 99})
    wanted = product("Screw", price=99.0)
    leave_open(connection, "products", "update", "p-1", payload=wanted, optiply_id=optiply_id)
    assert run_settle() == Settled(done=1)
    assert rows(connection, "select payload_hash from ledger.records") == [{"payload_hash": md5(wanted)}]


def test_an_update_that_did_not_arrive_makes_the_next_plan_send_everything(
    run_settle: Callable[[], Settled],
    run_push: Push,
    plan: PlanTables,
    connection: duckdb.DuckDBPyConnection,
    sandbox: OptiplySandbox,
) -> None:
    optiply_id = pushed_product(run_push, plan, connection)
    wanted = product("Screw", price=99.0)
    leave_open(connection, "products", "update", "p-1", payload=wanted, optiply_id=optiply_id)
    assert run_settle() == Settled(undone=1)
    assert rows(connection, "select optiply_id, payload, payload_hash from ledger.records") == [
        {"optiply_id": optiply_id, "payload": None, "payload_hash": None}
    ]
    # a person has changed the name since; the plan was made before, with the price alone
    sandbox.store.update("products", int(optiply_id), {"name": "Typed over"})
    plan.clear()
    plan.add("products", "update", "p-1", wanted, changed=["price"], blocked_by="open intent")
    run_push()
    (row,) = sandbox.store.rows("products")
    assert (row.values["name"], row.values["price"]) == ("Screw", 99)


def test_an_update_of_a_record_that_is_gone_forgets_it(
    run_settle: Callable[[], Settled], connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute(
        "insert into ledger.records (entity, remote_id, optiply_id) values ('suppliers', 's', '9')"
    )
    leave_open(connection, "suppliers", "update", "s", payload={"name": "Smit"}, optiply_id="9")
    assert run_settle() == Settled(undone=1)
    assert records(connection) == {}


@pytest.mark.parametrize(
    ("old_stands", "new_stands"), [(True, False), (False, False), (False, True), (True, True)]
)
def test_a_half_done_replacement_ends_with_exactly_one(
    run_push: Push,
    plan: PlanTables,
    connection: duckdb.DuckDBPyConnection,
    sandbox: OptiplySandbox,
    old_stands: bool,
    new_stands: bool,
) -> None:
    """SO12: one intent for DELETE and POST, cut off anywhere."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("sellOrders", "create", "so-1", sell_order(("p-1", 1, 1.0)))
    run_push()
    old = records(connection)["sellOrders", "so-1"]
    product_id = int(records(connection)["products", "p-1"])
    wanted = sell_order(("p-1", 4, 4.0))
    leave_open(connection, "sellOrders", "replace", "so-1", payload=wanted, optiply_id=old)
    if new_stands:
        line = {"productId": product_id, "quantity": 4, "subtotalValue": 4}
        sandbox.store.create(
            "sellOrders",
            {"placed": "2026-03-01T00:00:00Z", "totalValue": 4, "remoteId": "so-1", "orderLines": [line]},
        )
    if not old_stands:
        sandbox.store.delete("sellOrders", int(old))
    plan.clear()
    plan.add("sellOrders", "replace", "so-1", wanted, optiply_id=old, blocked_by="open intent")
    run_push()
    (row,) = sandbox.store.rows("sellOrders")
    assert records(connection)["sellOrders", "so-1"] == str(row.id) != old
    assert [line.values["quantity"] for line in sandbox.store.rows("sellOrderLines")] == [4]


@pytest.mark.parametrize("stands", [True, False])
def test_a_delete_is_asked_about_and_not_repeated_when_the_plan_no_longer_wants_it(
    run_settle: Callable[[], Settled],
    connection: duckdb.DuckDBPyConnection,
    sandbox: OptiplySandbox,
    stands: bool,
) -> None:
    order = sandbox.store.create(
        "sellOrders", {"placed": "2026-03-01T00:00:00Z", "totalValue": 1, "remoteId": "so"}
    )
    connection.execute(
        "insert into ledger.records (entity, remote_id, optiply_id) values ('sellOrders', 'so', ?)",
        [str(order.id)],
    )
    leave_open(connection, "sellOrders", "delete", "so", optiply_id=str(order.id))
    if not stands:
        sandbox.store.delete("sellOrders", order.id)
    assert run_settle() == (Settled(undone=1) if stands else Settled(done=1))
    assert len(records(connection)) == len(sandbox.store.rows("sellOrders")) == int(stands)


def test_what_cannot_be_asked_stays_open_and_nothing_is_sent_about_it(
    run_push: Push, plan: PlanTables, connection: duckdb.DuckDBPyConnection, sandbox: OptiplySandbox
) -> None:
    leave_open(connection, "products", "create", "p-1", payload=product("Screw"))
    plan.add("products", "create", "p-1", product("Screw"), blocked_by="open intent")
    plan.add("suppliers", "create", "s-1", {"name": "Smit"})
    sandbox.faults.set([{"kind": "503", "method": "GET"}])
    result = run_push()
    assert sandbox.store.rows("products") == [] and len(sandbox.store.rows("suppliers")) == 1
    assert outcomes(connection)[0] == ("create", "p-1", None)
    assert result.counts["products"].failed == 1 and result.has_failed


@pytest.mark.parametrize(("arrived", "reached"), [(True, True), (True, False), (False, True)])
def test_a_line_that_was_being_linked_is_never_created_beside_itself(
    run_push: Push,
    plan: PlanTables,
    connection: duckdb.DuckDBPyConnection,
    sandbox: OptiplySandbox,
    arrived: bool,
    reached: bool,
) -> None:
    """X1, BO7: killed between the PATCH and its outcome; Optiply then shows the line as linked, so that the plan
    takes it for one of Exact's that is new."""
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("suppliers", "create", "s-1", {"name": "Smit"})
    order = {"placed": "2026-03-01T00:00:00Z", "supplier_remote_id": "s-1", "total_value": 25.0}
    plan.add("buyOrders", "create", "bo-1", order)
    run_push()
    values = {
        "buyOrderId": int(records(connection)["buyOrders", "bo-1"]),
        "productId": int(records(connection)["products", "p-1"]),
        "quantity": 2,
        "subtotalValue": 25,
    }
    line = sandbox.store.create("buyOrderLines", {**values, "remoteId": "bol-1"} if arrived else values)
    leave_open(connection, "buyOrderLines", "link", "bol-1", optiply_id=str(line.id))
    plan.clear()
    wanted = {
        "buy_order_remote_id": "bo-1",
        "product_remote_id": "p-1",
        "quantity": 2,
        "subtotal_value": 25.0,
    }
    blocked_by = "open intent" if arrived else "waiting: nobody has linked it"
    plan.add("buyOrderLines", "create", "bol-1", wanted, blocked_by=blocked_by)
    if not reached:
        sandbox.faults.set([{"kind": "503", "method": "GET"}])
    run_push()
    assert [row.id for row in sandbox.store.rows("buyOrderLines")] == [line.id]
    is_known = ("buyOrderLines", "bol-1") in records(connection)
    assert is_known == (arrived and reached)
    (ended,) = rows(connection, "select outcome from ledger.intents where operation = 'link'")
    assert ended["outcome"] == ("accepted" if is_known else "failed" if reached else None)
