"""Stock first: a push that sends nothing but changed stock levels."""

from __future__ import annotations

import duckdb

from sandbox.optiply import OptiplySandbox
from tests.load.optiply.sent import Push, bodies, stored, writes
from tests.load.plan_tables import PlanTables, md5, product, rows


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
