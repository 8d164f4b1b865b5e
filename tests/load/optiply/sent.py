"""Plans to push, and a look at what reached the Optiply sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from load.optiply.result import PushResult
from sandbox.optiply import OptiplySandbox
from tests.load.plan_tables import PlanTables, product, sell_order, supplier_product

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
