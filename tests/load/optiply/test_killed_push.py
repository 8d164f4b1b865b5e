"""Contract 5: a push killed with SIGKILL and started again ends like one that nobody disturbed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apis.optiply import OptiplyClient
from load.optiply.push import push
from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock
from tests.load.killer import Killer
from tests.load.plan_tables import PlanTables, product, rows, sell_order, supplier_product
from warehouse.connection import connect
from warehouse.tables import ensure_tables


def contents(sandbox: OptiplySandbox) -> dict[str, list[dict[str, Any]]]:
    """What the account holds, without Optiply's ids."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entity in ("products", "suppliers", "supplierProducts", "sellOrders"):
        values = [dict(row.values) for row in sandbox.store.rows(entity)]
        for each in values:
            each.pop("productId", None), each.pop("supplierId", None)
            each.pop("remoteDataSyncedToDate")
        found[entity] = sorted(values, key=lambda each: each["remoteId"])
    found["sellOrderLines"] = sorted(
        ({"quantity": row.values["quantity"]} for row in sandbox.store.rows("sellOrderLines")), key=str
    )
    return found


def first_plan(plan: PlanTables) -> None:
    plan.add("products", "create", "p-1", product("Screw"))
    plan.add("products", "create", "p-2", product("Bolt"))
    plan.add("suppliers", "create", "s-1", {"name": "Smit"})
    plan.add("supplierProducts", "create", "sp-1", supplier_product("p-1", "s-1"))
    for number, name in enumerate(("a", "b", "c"), start=1):
        plan.add("sellOrders", "create", name, sell_order(("p-1", number, 1.0)))


def second_plan(plan: PlanTables) -> None:
    """One of each operation; seven writes, because a replacement is two."""
    plan.add("products", "update", "p-1", product("Screw", price=99), changed=["price"])
    plan.add("products", "create", "p-3", product("Nut"))
    plan.add("supplierProducts", "create", "sp-2", supplier_product("p-2", "s-1"))
    plan.add("sellOrders", "delete", "a")
    plan.add("sellOrders", "replace", "b", sell_order(("p-2", 7, 7.0)))
    plan.add("sellOrders", "create", "d", sell_order(("p-2", 4, 4.0)))


# every write is hit, before or after its work; the replacement (its DELETE and its POST) at both
CASES = [
    (1, True),
    (2, False),
    (2, True),
    (3, False),
    (3, True),
    (4, False),
    (5, True),
    (6, False),
    (7, True),
]


@pytest.mark.parametrize(("at", "after_work"), CASES)
def test_a_push_killed_at_any_write_and_started_again_ends_as_if_undisturbed(
    sandbox: OptiplySandbox,
    optiply: OptiplyClient,
    clock: Clock,
    warehouse_path: Path,
    at: int,
    after_work: bool,
) -> None:
    def push_again(run_id: str) -> None:
        with connect(warehouse_path) as connection:
            push(connection, optiply, run_id=run_id, now=clock.now, sleep=clock.sleep, workers=2)

    with connect(warehouse_path) as connection:
        ensure_tables(connection)
        first_plan(PlanTables(connection))
    push_again("first")
    with connect(warehouse_path) as connection:
        plan = PlanTables(connection)
        plan.clear()
        second_plan(plan)

    killer = Killer(at, after_work=after_work)
    for name in ("create", "update", "delete"):
        setattr(sandbox.store, name, killer.watch(getattr(sandbox.store, name)))
    killer.run("push", str(warehouse_path), sandbox.base_url, sandbox.token_url)
    push_again("second")

    assert {entity: len(values) for entity, values in contents(sandbox).items()} == {
        "products": 3,
        "suppliers": 1,
        "supplierProducts": 2,
        "sellOrders": 3,
        "sellOrderLines": 3,
    }
    found = contents(sandbox)
    assert found["products"][0]["price"] == 99
    assert [each["remoteId"] for each in found["sellOrders"]] == ["b", "c", "d"]
    assert [each["quantity"] for each in found["sellOrderLines"]] == [3, 4, 7]
    with connect(warehouse_path) as connection:
        held = {
            (entity, row.values["remoteId"], str(row.id))
            for entity in ("products", "suppliers", "supplierProducts", "sellOrders")
            for row in sandbox.store.rows(entity)
        }
        known = connection.execute("select entity, remote_id, optiply_id from ledger.records").fetchall()
        assert set(known) == held
        assert rows(connection, "from ledger.intents where outcome is null or outcome = 'unknown'") == []
