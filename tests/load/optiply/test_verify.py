"""`ledger verify`: what differs between Optiply and the ledger, and what a repair makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from apis.optiply import OptiplyClient
from load.optiply.verify import VerifyResult, verify
from sandbox import credentials
from sandbox.optiply import OptiplySandbox
from tests.load.optiply.sent import Push, a_whole_plan, writes
from tests.load.plan_tables import PlanTables, product, records, rows

Verify = Callable[..., VerifyResult]


@pytest.fixture
def run_verify(
    connection: duckdb.DuckDBPyConnection,
    optiply: OptiplyClient,
    clock: Any,
    run_push: Push,
    plan: PlanTables,
) -> Verify:
    """verify() on an account that a push has filled."""
    a_whole_plan(plan)
    run_push()

    def run(**options: Any) -> VerifyResult:
        given = {"coupling_id": credentials.OPTIPLY_COUPLING_ID, "run_id": "verify", "now": clock.now}
        return verify(connection, optiply, **given, **options)

    return run


def kinds(result: VerifyResult) -> list[tuple[str, str, str]]:
    return [(drift.entity, drift.remote_id, drift.kind) for drift in result.drift]


def test_what_a_push_has_just_written_does_not_differ(run_verify: Verify) -> None:
    result = run_verify()
    assert result.drift == []
    assert result.checked["products"] == 2 and result.checked["sellOrders"] == 1


def test_each_kind_of_difference_is_told(
    run_verify: Verify, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    ids = records(connection)
    store = sandbox.store
    store.update("products", int(ids["products", "p-1"]), {"price": 13})
    store.create("products", {"name": "Bolt", "stockLevel": 1, "remoteId": "p-2"})
    store.create("products", {"name": "Nut", "stockLevel": 1, "remoteId": "P-3"})
    store.create("products", {"name": "Made by hand", "stockLevel": 1})
    store.delete("sellOrders", int(ids["sellOrders", "so-1"]))
    store.delete("supplierProducts", int(ids["supplierProducts", "sp-1"]))
    moved = store.create(
        "sellOrders", {"placed": "2026-03-01T00:00:00Z", "totalValue": 1, "remoteId": "so-1"}
    )
    result = run_verify()
    assert kinds(result) == [
        ("products", "p-1", "changed"),
        ("products", "p-2", "twice"),
        ("products", "p-3", "unknown"),
        ("supplierProducts", "sp-1", "missing"),
        ("sellOrders", "so-1", "moved"),
    ]
    assert result.drift[0].detail == "price 12.5 → 13.00"
    assert result.drift[4].optiply_id == str(moved.id)


def test_what_people_typed_where_a_flag_went_off_is_theirs(
    run_verify: Verify, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    """C6: the ledger still knows what was sent while the flag was on."""
    supplier_product_id = int(records(connection)["supplierProducts", "sp-1"])
    sandbox.store.update("supplierProducts", supplier_product_id, {"lotSize": 12})
    assert [drift.detail for drift in run_verify().drift] == ["lotSize 6 → 12"]
    connection.execute(
        """
        create table plan.plan_attributes_sent as
        select 'supplierProducts' as entity, unnest(['name', 'price']) as attribute_name
        union all select 'products', 'lot_size'
        """
    )
    assert run_verify().drift == []
    sandbox.store.update("supplierProducts", supplier_product_id, {"price": 2})
    assert [drift.detail for drift in run_verify().drift] == ["price 1.25 → 2.00"]


@pytest.mark.parametrize("change", ["another", "fewer", "more", "other product"])
def test_lines_that_differ_are_told_and_a_repair_replaces_the_order(
    run_verify: Verify,
    run_push: Push,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
    change: str,
) -> None:
    """Issue 5: the lines of a sell order are records of their own in Optiply."""
    ids, store = records(connection), sandbox.store
    first, second = store.rows("sellOrderLines")
    match change:
        case "another":  # the same number, sum and pieces
            store.update("sellOrderLines", first.id, {"quantity": 1})
            store.update("sellOrderLines", second.id, {"quantity": 3})
        case "fewer":
            store.delete("sellOrderLines", second.id)
        case "more":
            line = {"sellOrderId": int(ids["sellOrders", "so-1"]), "productId": int(ids["products", "p-1"])}
            store.create("sellOrderLines", {**line, "quantity": 1, "subtotalValue": 0})
        case _:
            store.update("sellOrderLines", second.id, {"productId": int(ids["products", "p-1"])})
    result = run_verify(repair=True)
    assert kinds(result) == [("sellOrders", "so-1", "changed")]
    assert result.drift[0].detail.startswith("2 lines, 4 pieces, 50.00 → ")
    connection.execute("update plan.plan_optiply set operation = 'update' where entity = 'sellOrders'")
    assert run_push().counts["sellOrders"].replaced == 1
    assert sorted(row.values["quantity"] for row in store.rows("sellOrderLines")) == [1, 3]
    assert run_verify().drift == []


def test_order_and_notation_of_lines_are_no_difference(run_verify: Verify, sandbox: OptiplySandbox) -> None:
    first, second = sandbox.store.rows("sellOrderLines")
    one, two = dict(first.values), dict(second.values)
    names = ("productId", "quantity", "subtotalValue")
    sandbox.store.update("sellOrderLines", first.id, {name: two[name] for name in names})
    sandbox.store.update("sellOrderLines", second.id, {name: one[name] for name in names})
    # the lines of somebody else's order are not ours to compare
    other = sandbox.store.create("sellOrders", {"placed": "2026-03-01T00:00:00Z", "totalValue": 1})
    sandbox.store.create("sellOrderLines", {**{name: one[name] for name in names}, "sellOrderId": other.id})
    assert run_verify().drift == []


def test_lines_of_an_order_with_an_open_request_are_left_to_the_push(
    run_verify: Verify, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    sandbox.store.delete("sellOrderLines", sandbox.store.rows("sellOrderLines")[0].id)
    connection.execute("update ledger.intents set outcome = 'unknown' where remote_id = 'so-1'")
    assert run_verify().drift == []


@pytest.mark.parametrize("operation", ["create", "update"])
def test_an_address_that_optiply_refused_is_no_difference(
    run_verify: Verify, run_push: Push, plan: PlanTables, sandbox: OptiplySandbox, operation: str
) -> None:
    """S2: it was sent without, so it would be reported every night."""
    plan.clear()
    remote_id = "s-1" if operation == "update" else "s-2"
    wanted = {"name": "Smit en Zoon", "emails": ["not an address"]}
    plan.add("suppliers", operation, remote_id, wanted, changed=["name", "emails"])
    run_push()
    assert run_verify().drift == []
    (supplier,) = (row for row in sandbox.store.rows("suppliers") if row.values["remoteId"] == remote_id)
    sandbox.store.update("suppliers", supplier.id, {"name": "Another"})
    assert kinds(run_verify()) == [("suppliers", remote_id, "changed")]


def test_a_stock_level_that_only_a_create_carried_is_no_difference(
    run_verify: Verify,
    run_push: Push,
    plan: PlanTables,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """P, map_stockLevel false: people keep it in Optiply from then on."""
    plan.clear()
    plan.add("products", "create", "p-9", product("Nut", stock_level=0))
    connection.execute("update plan.plan_optiply set payload_hash = 'without the stock level'")
    run_push()
    nut = next(row for row in sandbox.store.rows("products") if row.values["remoteId"] == "p-9")
    assert nut.values["stockLevel"] == 0
    sandbox.store.update("products", nut.id, {"stockLevel": 40})
    assert run_verify().drift == []
    sandbox.store.update("products", nut.id, {"name": "Another"})
    assert kinds(run_verify()) == [("products", "p-9", "changed")]


def test_looking_changes_nothing(
    run_verify: Verify, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    sandbox.store.update("products", int(records(connection)["products", "p-1"]), {"price": 13})
    before = rows(connection, "from ledger.records")
    sandbox.traffic.clear()
    assert run_verify().repaired == 0
    assert rows(connection, "from ledger.records") == before and writes(sandbox) == []


def test_a_repair_corrects_the_ledger_and_the_next_comparison_finds_nothing(
    run_verify: Verify, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    ids = records(connection)
    store = sandbox.store
    store.update("products", int(ids["products", "p-1"]), {"price": 13})
    new = store.create("products", {"name": "Nut", "stockLevel": 1, "remoteId": "p-3"})
    store.delete("supplierProducts", int(ids["supplierProducts", "sp-1"]))
    store.delete("sellOrders", int(ids["sellOrders", "so-1"]))
    moved = store.create(
        "sellOrders", {"placed": "2026-03-01T00:00:00Z", "totalValue": 1, "remoteId": "so-1"}
    )
    sandbox.traffic.clear()
    assert run_verify(repair=True).repaired == 4
    assert writes(sandbox) == []
    now = records(connection)
    assert now["products", "p-3"] == str(new.id) and now["sellOrders", "so-1"] == str(moved.id)
    assert ("supplierProducts", "sp-1") not in now
    (changed,) = rows(connection, "select payload, payload_hash from ledger.records where remote_id = 'p-1'")
    assert changed == {"payload": None, "payload_hash": None}
    assert run_verify().drift == []


def test_a_remote_id_that_stands_twice_is_shown_and_left_alone(
    run_verify: Verify, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    before = records(connection)
    sandbox.store.create("products", {"name": "Screw", "stockLevel": 1, "remoteId": "p-1"})
    result = run_verify(repair=True)
    assert kinds(result) == [("products", "p-1", "twice")] and result.repaired == 0
    assert records(connection) == before


def test_a_record_with_an_open_request_is_left_to_the_push(
    run_verify: Verify, sandbox: OptiplySandbox, connection: duckdb.DuckDBPyConnection
) -> None:
    sandbox.store.update("products", int(records(connection)["products", "p-1"]), {"price": 13})
    connection.execute("update ledger.intents set outcome = 'unknown' where remote_id = 'p-1'")
    assert run_verify().drift == []


def test_what_the_plan_has_still_to_send_is_counted(
    run_verify: Verify, connection: duckdb.DuckDBPyConnection
) -> None:
    assert run_verify().pending == {}
    connection.execute("create view plan.plan_pending as from plan.plan_optiply where entity = 'products'")
    assert run_verify().pending == {"products": 2}
