"""Buy orders over real HTTP: from the Optiply sandbox's account into the Exact sandbox, each once."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from apis.errors import CredentialsRefused
from load.exact import adopt
from load.ledger import LedgerMissing
from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox
from tests.load.exact.conftest import BOLT, FUTURE, SCREW, SERVICE, SUPPLIER, BuyOrders, Export
from tests.load.plan_tables import PlanTables, outcomes, records, rows

ORDERS = "*/purchaseorder/PurchaseOrders"


def orders(sandbox: ExactSandbox) -> list[dict[str, Any]]:
    return sandbox.store.rows("purchase_orders")


def posts(sandbox: ExactSandbox) -> int:
    return sum(each["method"] == "POST" for each in sandbox.statistics["writes"])


def states(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute("select optiply_buy_order_id, state from ledger.exports order by 1").fetchall()


def by_hand(sandbox: ExactSandbox, marker: str, *lines: tuple[str, float], supplier: str = SUPPLIER) -> str:
    """A purchase order that stands in Exact without our doing."""
    count = len(orders(sandbox))
    order_id = f"90000000-0000-4000-8000-00000000000{count}"
    header = {
        "PurchaseOrderID": order_id,
        "Supplier": supplier,
        "YourRef": marker,
        "OrderNumber": 100 + count,
        "LineNumber": 0,
    }
    sandbox.store.insert("purchase_orders", header)
    for number, (item, quantity) in enumerate(lines, start=1):
        line = {
            "PurchaseOrderID": order_id,
            "Item": item,
            "QuantityInPurchaseUnits": quantity,
            "LineNumber": number,
        }
        sandbox.store.insert("purchase_order_lines", line)
    return order_id


def test_an_order_stands_in_exact_and_carries_its_ids_in_optiply(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X6, X7."""
    order_id = buy_orders.place((SCREW, 2.5), (BOLT, 3))
    result = run_export()
    (order,) = orders(exact_sandbox)
    assert order["YourRef"] == order_id and order["Supplier"] == SUPPLIER
    (stored,) = sandbox.store.rows("buyOrders")
    assert stored.values["remoteId"] == order["PurchaseOrderID"]
    lines = exact_sandbox.store.children("purchase_order_lines", "PurchaseOrderID", order["PurchaseOrderID"])
    assert [line["QuantityInPurchaseUnits"] for line in lines] == [2.5, 3]
    assert [row.values["remoteId"] for row in sandbox.store.rows("buyOrderLines")] == [
        line["ID"] for line in lines
    ]
    assert (result.counts.created, result.linked, result.found) == (1, 1, 0)
    (exported,) = rows(connection, "from ledger.exports")
    assert exported["state"] == "linked" and exported["exact_number"] == str(order["OrderNumber"])
    assert exported["marker"] == order_id and exported["run_id"] == "run"


def test_what_was_exported_is_known_when_it_comes_back(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """BO7: order and lines are in the ledger under their Exact ids."""
    order_id = buy_orders.place((SCREW, 2), (BOLT, 3))
    run_export()
    known = records(connection)
    (order,) = orders(exact_sandbox)
    assert known["buyOrders", order["PurchaseOrderID"]] == order_id
    lines = exact_sandbox.store.children("purchase_order_lines", "PurchaseOrderID", order["PurchaseOrderID"])
    assert [known["buyOrderLines", line["ID"]] for line in lines] == buy_orders.line_ids(order_id)


def test_two_lines_of_one_product_are_matched_one_to_one(
    run_export: Export, buy_orders: BuyOrders, connection: duckdb.DuckDBPyConnection
) -> None:
    """BO3: two lines stay two lines."""
    order_id = buy_orders.place((SCREW, 2), (SCREW, 5), (SCREW, 2))
    run_export()
    lines = rows(connection, "from ledger.export_lines order by line_number")
    assert [line["optiply_buy_order_line_id"] for line in lines] == buy_orders.line_ids(order_id)
    assert [line["quantity_in_purchase_units"] for line in lines] == [2, 5, 2]
    assert len({line["exact_line_id"] for line in lines}) == 3


def test_a_second_export_of_the_same_plan_sends_nothing(
    run_export: Export, buy_orders: BuyOrders, exact_sandbox: ExactSandbox
) -> None:
    """X8."""
    buy_orders.place((SCREW, 2))
    run_export()
    result = run_export()
    assert posts(exact_sandbox) == 1 and len(orders(exact_sandbox)) == 1
    assert result.counts.created == 0


@pytest.mark.parametrize(
    "fault",
    [
        "reset_after_work",
        "reset_before_work",
        "503",
        "408",
        "599",
        "cut_body",
        "maintenance_html",
        "empty_body",
    ],
)
def test_a_lost_answer_leads_to_one_order(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
    fault: str,
) -> None:
    """X8: whatever happens to the answer, Exact is asked for the marker before a second POST."""
    order_id = buy_orders.place((SCREW, 2))
    exact_sandbox.faults.set([{"kind": fault, "method": "POST", "path": ORDERS, "at": 1}])
    result = run_export()
    assert len(orders(exact_sandbox)) == 1
    assert states(connection) == [(order_id, "linked")]
    assert result.counts.created == 1 and not result.has_failed


def test_an_order_nobody_could_ask_about_stays_open_and_the_next_run_finds_it(
    run_export: Export,
    buy_orders: BuyOrders,
    plan: PlanTables,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X8: a look-up that fails sends nothing."""
    order_id = buy_orders.place((SCREW, 2))
    # the first GET is the look-up before anything is sent
    broken = [{"kind": "503", "method": "GET", "path": ORDERS, "at": number} for number in range(2, 20)]
    exact_sandbox.faults.set([{"kind": "reset_after_work", "method": "POST", "path": ORDERS}, *broken])
    result = run_export()
    assert result.has_failed and result.counts.failed == 1 and result.stopped is not None
    assert outcomes(connection) == [("create", order_id, "unknown")]
    exact_sandbox.faults.set([])
    # Optiply's order has left the plan since: completed, or changed
    plan.clear()
    result = run_export()
    assert posts(exact_sandbox) == 1 and len(orders(exact_sandbox)) == 1
    assert states(connection) == [(order_id, "linked")] and result.found == 1


def test_no_order_is_sent_while_exact_cannot_be_asked(
    run_export: Export, buy_orders: BuyOrders, exact_sandbox: ExactSandbox
) -> None:
    buy_orders.place((SCREW, 2))
    exact_sandbox.faults.set([{"kind": "503", "method": "GET", "path": ORDERS}])
    result = run_export()
    assert result.stopped is not None and "nothing was sent" in result.stopped
    assert posts(exact_sandbox) == 0


def test_an_order_that_stands_in_exact_with_our_marker_is_adopted(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X8 after a lost ledger: candidates are looked up by marker before anything is sent."""
    order_id = buy_orders.place((SCREW, 2), (BOLT, 1))
    exact_id = by_hand(exact_sandbox, order_id, (BOLT, 1), (SCREW, 2))
    result = run_export()
    assert posts(exact_sandbox) == 0 and result.found == 1
    assert rows(connection, "select exact_id, state from ledger.exports") == [
        {"exact_id": exact_id, "state": "linked"}
    ]


def test_the_marker_counts_with_its_supplier_only(
    run_export: Export, buy_orders: BuyOrders, exact_sandbox: ExactSandbox
) -> None:
    """X6: a purchaser may have typed that number as the reference of another supplier's order."""
    other = "50000000-0000-4000-8000-000000000002"
    exact_sandbox.store.insert("accounts", {"ID": other, "Code": "2", "Name": "Other", "IsSupplier": True})
    order_id = buy_orders.place((SCREW, 2))
    by_hand(exact_sandbox, order_id, (SCREW, 2), supplier=other)
    result = run_export()
    assert posts(exact_sandbox) == 1 and result.found == 0 and len(orders(exact_sandbox)) == 2


def test_an_order_with_our_marker_and_other_items_is_neither_adopted_nor_doubled(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    order_id = buy_orders.place((SCREW, 2))
    by_hand(exact_sandbox, order_id, (BOLT, 2))
    result = run_export()
    assert posts(exact_sandbox) == 0 and states(connection) == []
    (refusal,) = result.refusals
    assert "other items" in refusal.reason


def test_a_quantity_changed_in_exact_does_not_make_it_another_order(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    order_id = buy_orders.place((SCREW, 2), (SCREW, 4))
    by_hand(exact_sandbox, order_id, (SCREW, 4), (SCREW, 9))
    result = run_export()
    assert posts(exact_sandbox) == 0
    found = rows(connection, "from ledger.export_lines order by optiply_buy_order_line_id")
    assert [line["quantity_in_purchase_units"] for line in found] == [9, 4]
    assert [notice.kind for notice in result.notices] == ["noted"]


def test_of_several_orders_with_our_marker_the_one_with_our_lines_is_taken_and_the_others_told(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    order_id = buy_orders.place((SCREW, 2))
    by_hand(exact_sandbox, order_id, (BOLT, 2))
    ours = by_hand(exact_sandbox, order_id, (SCREW, 2))
    result = run_export()
    assert rows(connection, "select exact_id from ledger.exports") == [{"exact_id": ours}]
    assert "2 orders with its reference: 100, 101" in result.notices[0].reason


@pytest.mark.parametrize(
    ("item", "words", "advice"),
    [
        (SERVICE, "geen inkoopartikel", "tick Purchase"),
        (FUTURE, "toekomstig", "start date"),
        ("10000000-0000-4000-8000-00000000ffff", "Niet gevonden", "came from this Exact division"),
    ],
)
def test_a_refused_order_is_shown_with_exacts_words_and_what_to_do_and_others_go(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
    item: str,
    words: str,
    advice: str,
) -> None:
    """X12: refused whole, nothing is sent in part."""
    bad = buy_orders.place((SCREW, 1), (item, 1))
    good = buy_orders.place((SCREW, 1))
    result = run_export()
    assert [order["YourRef"] for order in orders(exact_sandbox)] == [good]
    (refusal,) = result.refusals
    assert refusal.remote_id == bad and words in refusal.reason and advice in refusal.reason
    (row,) = rows(connection, "from ledger.refusals")
    assert (row["target"], row["remote_id"]) == ("exact", bad)
    assert row["payload_hash"] is not None
    assert result.needs_a_look and not result.has_failed


def test_a_refused_order_goes_again_when_asked(
    run_export: Export, buy_orders: BuyOrders, plan: PlanTables, exact_sandbox: ExactSandbox
) -> None:
    order_id = buy_orders.place((SERVICE, 1))
    run_export()
    plan.clear()
    buy_orders.plan_it(order_id, [(SERVICE, 1)], blocked_by="refused: Exact said: geen inkoopartikel")
    assert run_export().counts.refused == 1 and posts(exact_sandbox) == 1
    exact_sandbox.store.change("items", SERVICE, {"IsPurchaseItem": True})
    assert run_export(retry_refused=True).counts.created == 1
    assert len(orders(exact_sandbox)) == 1


def test_what_we_refuse_ourselves_is_never_sent(
    run_export: Export, buy_orders: BuyOrders, exact_sandbox: ExactSandbox
) -> None:
    """X12."""
    reason = "order a multiple of 6"
    buy_orders.place((SCREW, 1), refused_reason=reason, blocked_by=f"refused: {reason}")
    buy_orders.place((SCREW, 1), blocked_by="held: buy_orders")
    result = run_export(retry_refused=True)
    assert posts(exact_sandbox) == 0
    assert (result.counts.refused, result.counts.held) == (1, 1)
    assert result.refusals[0].reason == f"refused: {reason}"


def test_a_supplier_that_is_no_guid_is_refused_without_a_request(
    run_export: Export, buy_orders: BuyOrders, plan: PlanTables, exact_sandbox: ExactSandbox
) -> None:
    """X12: supplier not a valid GUID."""
    order_id = buy_orders.place((SCREW, 1), plan=False)
    plan.add_order(order_id, "not-a-guid", [("1", SCREW, 1)])
    assert "not a guid" in run_export().refusals[0].reason
    assert posts(exact_sandbox) == 0


def test_a_dry_run_tells_the_bodies_and_leaves_everything_as_it_was(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    order_id = buy_orders.place((SCREW, 2))
    sandbox.traffic.clear()
    lines: list[str] = []
    run_export(dry_run=True, report=lines.append)
    assert len(lines) == 1 and order_id in lines[0] and SCREW in lines[0]
    assert exact_sandbox.statistics["requests"] == 0 and sandbox.traffic.summary()["requests"] == 0
    assert outcomes(connection) == [] and states(connection) == []


def test_an_order_that_carries_a_remote_id_is_taken_over_and_never_sent(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X1."""
    order_id = buy_orders.place((SCREW, 2))
    connection.execute("insert into marts.exact_adopted_orders values (?, 'exact-id')", [order_id])
    result = run_export()
    assert posts(exact_sandbox) == 0 and result.adopted == 1
    assert states(connection) == [(order_id, "adopted")]
    assert records(connection)["buyOrders", "exact-id"] == order_id
    assert run_export().adopted == 0


def test_lines_of_an_order_that_was_taken_over_get_their_remote_ids(
    run_export: Export,
    buy_orders: BuyOrders,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X1, BO7: each line once; one that is gone or refused is told once, one that was not reached waits."""
    order_id = buy_orders.place((SCREW, 2), (BOLT, 1), (BOLT, 3), (SCREW, 5), plan=False)
    first, gone, unreached, known = buy_orders.line_ids(order_id)
    connection.executemany(
        "insert into marts.exact_adopted_lines values (?, ?, ?)",
        [[order_id, line_id, f"x{line_id}"] for line_id in (first, gone, unreached, known)],
    )
    connection.execute(
        "insert into ledger.records (entity, remote_id, optiply_id) values ('buyOrderLines', ?, '0')",
        [f"x{known}"],
    )
    sandbox.store.delete("buyOrderLines", int(gone))
    sandbox.faults.set([{"kind": "503", "method": "PATCH", "path": f"*/buyOrderLines/{unreached}"}])
    result = run_export()
    assert (result.linked, result.counts.failed) == (1, 1)
    assert any("was deleted in Optiply" in notice.reason for notice in result.notices)
    assert records(connection)["buyOrderLines", f"x{first}"] == first
    assert sandbox.store.get("buyOrderLines", int(first)).values["remoteId"] == f"x{first}"
    assert sandbox.store.get("buyOrderLines", int(known)).values.get("remoteId") is None

    sandbox.faults.set([])
    connection.execute("delete from marts.exact_adopted_lines where optiply_buy_order_line_id = ?", [gone])
    sandbox.traffic.clear()
    assert run_export().linked == 1
    assert [write["path"] for write in sandbox.traffic.summary()["writes"]] == [
        f"/v1/buyOrderLines/{unreached}"
    ]
    ended = rows(connection, "select outcome, status_code from ledger.intents where operation = 'link'")
    assert {(row["outcome"], row["status_code"]) for row in ended} == {
        ("accepted", None),
        ("failed", 404),
        ("failed", None),
    }


def test_lines_are_not_tried_one_after_the_other_while_optiply_is_down(
    run_export: Export,
    buy_orders: BuyOrders,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each is tried five times, with waits in between: thousands of them would hold the tenant for days."""
    monkeypatch.setattr(adopt, "DOWN_AFTER", 3)
    order_id = buy_orders.place(*[(SCREW, 1)] * 6, plan=False)
    lines = buy_orders.line_ids(order_id)
    connection.executemany(
        "insert into marts.exact_adopted_lines values (?, ?, ?)",
        [[order_id, line_id, f"x{line_id}"] for line_id in lines],
    )
    sandbox.faults.set([{"kind": "503", "method": "PATCH", "path": "*/buyOrderLines/*"}])
    assert run_export().counts.failed == 3
    sandbox.faults.set([])
    assert run_export().linked == 6


def test_an_interrupted_link_is_finished_and_nothing_is_sent_again(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X7."""
    order_id = buy_orders.place((SCREW, 2))
    sandbox.faults.set([{"kind": "503", "method": "PATCH", "path": "*/buyOrderLines/*"}])
    result = run_export()
    assert states(connection) == [(order_id, "sent")] and result.has_failed
    sandbox.faults.set([])
    result = run_export()
    assert states(connection) == [(order_id, "linked")] and result.linked == 1
    assert posts(exact_sandbox) == 1
    assert all(row.values["remoteId"] for row in sandbox.store.rows("buyOrderLines"))
    assert [result for _, _, result in outcomes(connection)] == ["accepted", "failed", "accepted"]


def test_an_order_deleted_in_optiply_before_its_link_is_told_and_comes_back_from_exact(
    run_export: Export,
    buy_orders: BuyOrders,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X13: its records leave the ledger, its export stays there."""
    order_id = buy_orders.place((SCREW, 2))
    sandbox.faults.set([{"kind": "503", "method": "PATCH", "path": "*/buyOrders/*"}])
    run_export()
    sandbox.faults.set([])
    sandbox.store.delete("buyOrders", int(order_id))
    result = run_export()
    assert states(connection) == [(order_id, "gone")]
    assert not any(entity.startswith("buyOrder") for entity, _ in records(connection))
    assert "comes back" in result.notices[0].reason


def test_a_refused_link_is_not_tried_again_unless_asked(
    run_export: Export,
    buy_orders: BuyOrders,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    order_id = buy_orders.place((SCREW, 2))
    run_export()
    connection.execute("update ledger.exports set state = 'sent'")
    connection.execute(
        """
        insert into ledger.refusals (target, entity, remote_id, operation)
        select 'optiply', 'buyOrders', exact_id, 'link' from ledger.exports
        """
    )
    assert run_export().linked == 0
    assert run_export(retry_refused=True).linked == 1
    assert states(connection) == [(order_id, "linked")]


def test_the_daily_limit_ends_the_export_cleanly(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    first = buy_orders.place((SCREW, 1))
    second = buy_orders.place((SCREW, 2))
    exact_sandbox.faults.set([{"kind": "day_429", "method": "POST", "path": ORDERS, "at": 2}])
    result = run_export()
    assert result.is_daily_limit and result.needs_a_look and result.counts.created == 1
    assert outcomes(connection)[-1] == ("create", second, "failed")
    assert states(connection) == [(first, "linked")]


def test_a_minute_limit_is_waited_out(
    run_export: Export, buy_orders: BuyOrders, exact_sandbox: ExactSandbox
) -> None:
    buy_orders.place((SCREW, 1))
    exact_sandbox.faults.set([{"kind": "minute_429", "method": "POST", "path": ORDERS, "at": 1}])
    assert run_export().counts.created == 1
    assert len(orders(exact_sandbox)) == 1


def test_refused_credentials_stop_the_export_with_a_settled_ledger(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    order_id = buy_orders.place((SCREW, 1))
    exact_sandbox.faults.set([{"kind": "401", "method": "POST", "path": ORDERS}])
    with pytest.raises(CredentialsRefused):
        run_export()
    assert outcomes(connection) == [("create", order_id, "failed")]


def test_an_empty_ledger_in_front_of_an_account_that_is_not_empty_stops_the_export(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Contract 4."""
    buy_orders.place((SCREW, 1))
    connection.execute("delete from ledger.records")
    with pytest.raises(LedgerMissing, match="ledger rebuild"):
        run_export()
    assert exact_sandbox.statistics["requests"] == 0


def test_only_the_orders_asked_for_are_sent(
    run_export: Export, buy_orders: BuyOrders, exact_sandbox: ExactSandbox
) -> None:
    buy_orders.place((SCREW, 1))
    second = buy_orders.place((SCREW, 2))
    run_export(order_ids=[second])
    assert [order["YourRef"] for order in orders(exact_sandbox)] == [second]


def test_an_order_deleted_in_optiply_since_it_was_planned_is_not_sent(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """X1: raw keeps what was read; what is gone in Optiply is no order. No refusal is kept, the reason once."""
    order_id = buy_orders.place((SCREW, 2))
    other = buy_orders.place((SCREW, 1))
    sandbox.store.delete("buyOrders", int(order_id))
    result = run_export()
    assert [order["YourRef"] for order in orders(exact_sandbox)] == [other]
    assert result.notices[0].kind == "noted" and "deleted in Optiply" in result.notices[0].reason
    assert not result.needs_a_look and rows(connection, "from ledger.refusals") == []
    run_export()
    kept = rows(connection, f"select outcome, message from ledger.intents where remote_id = '{order_id}'")
    assert kept == [{"outcome": "waiting", "message": "deleted in Optiply"}]


@pytest.mark.parametrize(
    ("entity", "attribute", "value", "reason"),
    [
        ("buyOrderLines", "quantity", 7, "changed in Optiply"),
        ("buyOrderLines", "subtotalValue", 13, "changed in Optiply"),
        ("buyOrders", "completed", "2026-03-02T00:00:00Z", "completed in Optiply"),
        ("buyOrders", "remoteId", "an-exact-id", "stands in Exact already"),
    ],
)
def test_an_order_changed_in_optiply_since_it_was_planned_is_not_sent_as_it_was(
    run_export: Export,
    buy_orders: BuyOrders,
    plan: PlanTables,
    exact_sandbox: ExactSandbox,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
    entity: str,
    attribute: str,
    value: Any,
    reason: str,
) -> None:
    """X1, X8: goods and money go by what the order is, not by what it was."""
    order_id = buy_orders.place((SCREW, 2))
    row = sandbox.store.rows(entity)[0]
    sandbox.store.update(entity, row.id, {attribute: value})
    result = run_export()
    assert posts(exact_sandbox) == 0 and rows(connection, "from ledger.refusals") == []
    assert reason in result.notices[0].reason
    if reason == "changed in Optiply":
        assert result.counts.waiting == 1 and result.notices[0].kind == "waiting"
        plan.clear()
        buy_orders.plan_it(order_id, [(SCREW, 2)])  # the next plan is made of the order as it is now
        assert run_export().counts.created == 1


def test_a_line_added_or_taken_away_in_optiply_is_a_change(
    run_export: Export, buy_orders: BuyOrders, exact_sandbox: ExactSandbox, sandbox: OptiplySandbox
) -> None:
    first, second = buy_orders.place((SCREW, 2)), buy_orders.place((SCREW, 2), (BOLT, 1))
    line = {
        "buyOrderId": int(first),
        "productId": buy_orders.product_id,
        "quantity": 1,
        "subtotalValue": 1,
    }
    sandbox.store.create("buyOrderLines", line)
    sandbox.store.delete("buyOrderLines", int(buy_orders.line_ids(second)[0]))
    result = run_export()
    assert posts(exact_sandbox) == 0 and result.counts.waiting == 2


def test_another_supplier_in_optiply_is_a_change(
    run_export: Export, buy_orders: BuyOrders, exact_sandbox: ExactSandbox
) -> None:
    order_id = buy_orders.place((SCREW, 2), plan=False)
    planned = {**buy_orders.in_optiply(order_id), "supplier_id": "999"}
    buy_orders.plan_it(order_id, [(SCREW, 2)], optiply_order=planned)
    assert run_export().counts.waiting == 1 and posts(exact_sandbox) == 0


def test_no_order_is_sent_while_optiply_cannot_be_asked(
    run_export: Export,
    buy_orders: BuyOrders,
    exact_sandbox: ExactSandbox,
    sandbox: OptiplySandbox,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """A failed read is never "all gone", and never "unchanged" either."""
    buy_orders.place((SCREW, 2))
    buy_orders.place((SCREW, 3))
    sandbox.faults.set([{"kind": "503", "method": "GET", "path": "*/buyOrderLines*"}])
    result = run_export()
    assert result.has_failed and result.stopped is not None and "Optiply could not be asked" in result.stopped
    assert posts(exact_sandbox) == 0 and outcomes(connection) == []
    sandbox.faults.set([])
    assert run_export().counts.created == 2
