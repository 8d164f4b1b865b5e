"""A push into a server that fails, loses answers or is down."""

from __future__ import annotations

import duckdb
import pytest

from apis.errors import CredentialsRefused
from load.optiply import entity_push
from sandbox.optiply import OptiplySandbox
from tests.load.optiply.sent import Push, a_whole_plan, some_history, stored, writes
from tests.load.plan_tables import PlanTables, outcomes, product, rows


def test_credentials_refused_stop_the_push_with_a_settled_ledger(
    run_push: Push,
    plan: PlanTables,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also the batch that was under way beside the one that met it."""
    monkeypatch.setattr(entity_push, "BATCH_SIZE", 10)
    some_history(run_push, plan)
    for number in range(20):
        plan.add("products", "create", f"p-{number:02}", product(f"Screw {number}"))
    sandbox.faults.set([{"kind": "401", "method": "POST", "path": "*/products"}])
    with pytest.raises(CredentialsRefused):
        run_push()
    results = [outcome for _, remote_id, outcome in outcomes(connection) if remote_id != "s-0"]
    assert set(results) <= {"unknown", "failed"} and len(results) == 20
    words = rows(connection, "select distinct message from ledger.intents where outcome = 'failed'")
    assert all(row["message"].startswith("not sent: ") for row in words)
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
    assert result.counts["products"].failed == 120
    # the one of the history, then 20 in a row, and what the other two workers had begun
    assert 1 + 20 <= len(writes(sandbox)) <= 1 + 20 + 2
    sandbox.faults.set([])
    assert run_push().counts["products"].created == 120
    assert len(stored(sandbox, "products")) == 120
