"""What Optiply refuses, what the plan blocks and what waits: the others go on."""

from __future__ import annotations

import duckdb
import pytest

from sandbox.optiply import OptiplySandbox
from tests.load.optiply.sent import Push, stored, writes
from tests.load.plan_tables import PlanTables, md5, outcomes, product, rows, supplier_product


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
