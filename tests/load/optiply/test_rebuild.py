"""A lost ledger, filled again from Optiply (contract 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from apis.errors import ApiError
from apis.optiply import OptiplyClient, Resource
from load.ledger import LedgerMissing
from load.optiply.rebuild import Duplicate, RebuildResult, rebuild, remote_id_of
from load.optiply.result import PushResult
from sandbox import credentials
from sandbox.optiply import OptiplySandbox, place_buy_order
from tests.load.clients import Clock
from tests.load.plan_tables import PlanTables, product, records, rows

COUPLING = credentials.OPTIPLY_COUPLING_ID


@pytest.fixture
def run_rebuild(
    connection: duckdb.DuckDBPyConnection, optiply: OptiplyClient, clock: Clock
) -> Callable[[], RebuildResult]:
    return lambda: rebuild(connection, optiply, coupling_id=COUPLING, run_id="rebuild", now=clock.now)


def test_a_rebuilt_ledger_lets_the_push_go_on_without_creating_anything_twice(
    run_rebuild: Callable[[], RebuildResult],
    run_push: Callable[..., PushResult],
    plan: PlanTables,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    old = sandbox.store.create("products", {"name": "Old name", "stockLevel": 1, "remoteId": "P-1"})
    plan.add("products", "create", "p-1", product("Screw"))
    with pytest.raises(LedgerMissing):
        run_push()
    result = run_rebuild()
    assert (result.read["products"], result.linked["products"], result.remembered["products"]) == (1, 1, 1)
    assert rows(connection, "select payload, payload_hash from ledger.records") == [
        {"payload": None, "payload_hash": None}
    ]
    assert run_push().counts["products"].updated == 1
    (row,) = sandbox.store.rows("products")
    assert row.id == old.id and row.values["name"] == "Screw"


def test_everything_that_carries_our_remote_id_is_known_again(
    run_rebuild: Callable[[], RebuildResult],
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """BO7: buy orders and their lines too."""
    store = sandbox.store
    product_row = store.create("products", {"name": "Screw", "stockLevel": 1, "remoteId": "p"})
    supplier = store.create("suppliers", {"name": "Smit", "remoteId": "s"})
    store.create("suppliers", {"name": "Made by hand"}, from_api=False)
    order = place_buy_order(
        store,
        supplier.id,
        "2026-03-01T00:00:00Z",
        [{"productId": product_row.id, "quantity": 1, "subtotalValue": 1, "remoteId": "bol"}],
        remoteId="bo",
    )
    (line,) = store.rows("buyOrderLines")
    result = run_rebuild()
    assert records(connection) == {
        ("products", "p"): str(product_row.id),
        ("suppliers", "s"): str(supplier.id),
        ("buyOrders", "bo"): str(order.id),
        ("buyOrderLines", "bol"): str(line.id),
    }
    assert (result.read["suppliers"], result.linked["suppliers"]) == (2, 1)


def test_duplicates_are_told_and_the_lowest_id_is_kept(
    run_rebuild: Callable[[], RebuildResult],
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    ids = [
        sandbox.store.create("products", {"name": "Screw", "stockLevel": 1, "remoteId": "p"}).id for _ in "12"
    ]
    result = run_rebuild()
    assert result.duplicates == [Duplicate("products", "p", (str(ids[0]), str(ids[1])))]
    assert records(connection) == {("products", "p"): str(ids[0])}


def test_a_rebuild_over_an_account_with_nothing_of_ours_is_no_dead_end(
    run_rebuild: Callable[[], RebuildResult],
    run_push: Callable[..., PushResult],
    plan: PlanTables,
    sandbox: OptiplySandbox,
) -> None:
    sandbox.store.create("suppliers", {"name": "Made by hand"}, from_api=False)
    plan.add("products", "create", "p-1", product("Screw"))
    run_rebuild()
    assert run_push().counts["products"].created == 1


def test_a_rebuild_that_fails_writes_nothing_and_the_push_still_stops(
    run_rebuild: Callable[[], RebuildResult],
    run_push: Callable[..., PushResult],
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    sandbox.store.create("products", {"name": "Screw", "stockLevel": 1, "remoteId": "p"})
    sandbox.faults.set([{"kind": "503", "method": "GET", "path": "*/sellOrders"}])
    with pytest.raises(ApiError):
        run_rebuild()
    assert records(connection) == {}
    with pytest.raises(LedgerMissing):
        run_push()


def test_a_rebuild_keeps_what_is_known_of_a_record_with_the_same_id(
    run_rebuild: Callable[[], RebuildResult],
    run_push: Callable[..., PushResult],
    plan: PlanTables,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    run_push()
    before = rows(connection, "from ledger.records")
    assert run_rebuild().remembered["products"] == 0
    assert rows(connection, "from ledger.records") == before


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"remoteIdMap": {str(COUPLING): "{AB}", "7": "other"}, "remoteId": "other"}, "ab"),
        ({"remoteIdMap": {"7": "other"}, "remoteId": "other"}, None),
        ({"remoteIdMap": {}, "remoteId": "AB"}, "ab"),
        ({"remoteId": " ab "}, "ab"),
        ({"remoteIdMap": None, "remoteId": ""}, None),
        ({}, None),
    ],
)
def test_the_remote_id_is_that_of_our_coupling(attributes: dict[str, Any], expected: str | None) -> None:
    assert remote_id_of(Resource("1", "products", attributes), COUPLING) == expected
