"""The nightly comparison and the quick stock path under a real Prefect server."""

from __future__ import annotations

import pytest
from prefect import State

import apis.optiply
from flows.stock import stock
from flows.verify import verify
from load.optiply.push import push
from pipeline.run import NEEDS_A_LOOK, OK, utc_now
from tests.flows.test_sync_flow import artifacts
from tests.load.plan_tables import PlanTables, product
from tests.world import World
from warehouse.connection import connect
from warehouse.lease import lease
from warehouse.tables import ensure_tables

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def pushed(world: World) -> World:
    """One product stands in Optiply, as the ledger says."""
    with connect(world.tenant.warehouse_path) as connection:
        ensure_tables(connection)
        PlanTables(connection).add("products", "create", "p-1", product("Screw"))
        push(connection, apis.optiply.connect(world.tenant), run_id="first", now=utc_now)
    return world


def test_the_nightly_comparison_tells_what_differs_and_mends_the_ledger_when_told(pushed: World) -> None:
    def state(*, repair: bool = False) -> State[int]:
        return verify(str(pushed.tenant_file), repair, return_state=True)  # type: ignore[return-value]

    assert (state().name, state().result()) == ("Completed", OK)
    (row,) = pushed.optiply.store.rows("products")
    pushed.optiply.store.update("products", row.id, {"price": 99})
    assert (state().name, state(repair=True).result()) == ("NeedsALook", NEEDS_A_LOOK)
    assert any("1 records were changed in Optiply" in summary for summary in artifacts("verify-shop"))
    assert state().name == "Completed"
    assert pushed.query("select payload is null from ledger.records") == [(True,)]


def test_a_stock_run_before_any_whole_run_fails_with_what_to_do(world: World) -> None:
    state: State[int] = stock(str(world.tenant_file), return_state=True)  # type: ignore[assignment]
    assert state.is_failed() and "run exact-optiply transform first" in str(state.message)
    assert world.exact.statistics["requests"] == 0


def test_a_stock_run_leaves_the_stock_to_a_whole_run_under_way(world: World) -> None:
    with lease(world.tenant.state_folder, "push"):
        state: State[int] = stock(str(world.tenant_file), return_state=True)  # type: ignore[assignment]
    assert (state.name, state.result()) == ("NeedsALook", NEEDS_A_LOOK)
