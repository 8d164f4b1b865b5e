"""What tests use to make "a change in Exact" and to ask what happened; the store's own promises."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.company.company import Company
from sandbox.exact.store import Store, UnknownRow
from tests.sandbox.exact.client import (
    DIVISION,
    SUPPLIER,
    Caller,
    Clock,
    documents,
    guid,
    item,
    trading_company,
)

Serve = Callable[..., Caller]
ORDER = {"Supplier": SUPPLIER, "PurchaseOrderLines": [{"Item": guid(1), "QuantityInPurchaseUnits": 2}]}


def test_statistics_tell_requests_gaps_concurrency_and_writes(exact: Caller) -> None:
    exact.get("logistics/Items")
    exact.get(f"logistics/Items(guid'{guid(1)}')")
    exact.post("purchaseorder/PurchaseOrders", ORDER)
    told = exact.control("GET", "statistics").json()
    path = f"/api/v1/{DIVISION}/purchaseorder/PurchaseOrders"
    assert told["by_request"] == {f"GET /api/v1/{DIVISION}/logistics/Items": 2, f"POST {path}": 1}
    assert told["by_status"] == {"200": 2, "201": 1}
    assert told["token_requests"] == {"200": 1}
    assert len(told["gaps"]) == 2 and told["most_concurrent"] == 1
    (write,) = told["writes"]
    assert (write["method"], write["path"], write["status"]) == ("POST", path, 201)
    assert json.loads(write["body"]) == ORDER
    cleared = exact.control("DELETE", "statistics").json()
    assert cleared["requests"] == 0 and cleared["writes"] == []


def test_two_requests_at_once_are_counted_as_two(serve: Serve) -> None:
    both = threading.Barrier(2, timeout=30)
    exact = serve(sleep=lambda _: both.wait() and None)
    exact.control("POST", "faults", [{"kind": "latency", "path": "*/logistics/Items"}])
    other = threading.Thread(target=exact.get, args=("logistics/Items",))
    other.start()
    exact.get("logistics/Items")
    other.join()
    assert exact.sandbox.statistics["most_concurrent"] == 2


def test_a_patched_row_has_a_new_modified_and_timestamp(exact: Caller, clock: Clock) -> None:
    (before,) = exact.control("GET", f"rows/items?ID={guid(3)}").json()
    clock.forward(5)
    after = exact.control("PATCH", f"rows/items?key={guid(3)}", {"Stock": 9, "Barcode": None}).json()
    assert after["Stock"] == 9 and "Barcode" not in after
    assert after["Modified"] == "2024-06-15T12:00:05"
    assert after["Timestamp"] > before["Timestamp"]


def test_an_inserted_row_gets_key_created_and_modified(exact: Caller) -> None:
    row = exact.control("POST", "rows/items", {"Code": "NEW", "StartDate": "2024-01-01T00:00:00"}).json()
    assert len(row["ID"]) == 36
    assert row["Created"] == row["Modified"] == "2024-06-15T12:00:00"
    assert exact.rows("logistics/Items", select="ID,StartDate", filter="Code eq 'NEW'") == [
        {"ID": row["ID"], "StartDate": "2024-01-01T00:00:00"}
    ]


def test_a_deleted_item_is_logged_in_the_deleted_stream(exact: Caller) -> None:
    assert exact.control("DELETE", f"rows/items?key={guid(3)}").status_code == 200
    assert guid(3) not in {row["ID"] for row in exact.rows("logistics/Items", select="ID")}
    (entry,) = exact.rows("sync/Deleted", select="EntityKey,EntityType,DeletedDate,Timestamp")
    assert (entry["EntityKey"], entry["EntityType"]) == (guid(3), "9")
    assert entry["DeletedDate"] == "2024-06-15T12:00:00"
    assert int(entry["Timestamp"]) == exact.sandbox.store.last_timestamp()


def test_a_deleted_order_takes_its_lines_along_and_logs_all(serve: Serve) -> None:
    exact = serve(trading_company(**documents(count=2, lines=2)))
    exact.control("DELETE", f"rows/purchase_orders?key={guid(0x1001)}")
    assert len(exact.sandbox.store.rows("purchase_order_lines")) == 2
    logged = {(row["EntityType"], row["EntityKey"]) for row in exact.sandbox.store.rows("deleted")}
    assert logged == {(22, guid(0x1001)), (22, guid(0x10001)), (22, guid(0x10002))}


def test_a_stream_without_delete_log_loses_rows_silently(serve: Serve) -> None:
    exact = serve()
    exact.control("DELETE", f"rows/warehouses?key={guid(0xB1)}")
    assert exact.sandbox.store.rows("deleted") == []
    assert len(exact.sandbox.store.rows("warehouses")) == 1


def test_suppliers_are_changed_among_the_accounts(exact: Caller) -> None:
    exact.control("PATCH", f"rows/suppliers?key={SUPPLIER}", {"Name": "Jansen BV"})
    assert exact.rows("sync/CRM/Accounts", select="ID,Name")[-1] == {"ID": SUPPLIER, "Name": "Jansen BV"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "rows/nothing", None),
        ("GET", "rows/items?Colour=red", None),
        ("PATCH", "rows/items", {"Stock": 1}),
        ("PATCH", "rows/items?key=00000000-0000-4000-8000-000000000000", {"Stock": 1}),
        ("PATCH", f"rows/items?key={guid(1)}", {"Colour": "red"}),
        ("PATCH", f"rows/items?key={guid(1)}", {"Stock": "many"}),
        ("POST", "rows/items", {"ID": guid(1)}),
        ("POST", "rows/items", [1]),
        ("DELETE", "rows/items?key=x", None),
    ],
)
def test_a_control_request_that_makes_no_sense_says_why(
    exact: Caller, method: str, path: str, body: object
) -> None:
    answer = exact.control(method, path, body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_control_paths_are_not_part_of_the_statistics(exact: Caller) -> None:
    exact.control("GET", "rows/items")
    assert exact.control("GET", "nothing").status_code == 404
    assert exact.sandbox.statistics["requests"] == 0


def test_rows_at_the_start_have_rising_timestamps_and_lines_follow_their_header(clock: Clock) -> None:
    store = Store(trading_company(**documents(count=2, lines=2)), clock)
    rows = [row for name in ("purchase_orders", "purchase_order_lines") for row in store.rows(name)]
    rows.sort(key=lambda row: row["Timestamp"])  # type: ignore[arg-type,return-value]
    assert [row["LineNumber"] for row in rows] == [0, 1, 2, 0, 1, 2]
    assert len({row["Timestamp"] for row in rows}) == 6


def test_a_row_taken_earlier_stays_as_it_was(clock: Clock) -> None:
    store = Store(Company(DIVISION, {"items": [item(1)]}), clock)
    (before,) = store.rows("items")
    store.change("items", guid(1), {"Code": "NEW"})
    assert before["Code"] == "SKU-1"
    assert store.rows("items")[0]["Code"] == "NEW"


def test_a_given_modified_is_kept_and_a_renewed_stream_gets_new_timestamps(clock: Clock) -> None:
    store = Store(Company(DIVISION, {"items": [item(1), item(2)]}), clock)
    changed = store.change("items", guid(1), {"Modified": datetime(2020, 1, 1)})
    assert changed["Modified"] == datetime(2020, 1, 1)
    highest = store.last_timestamp()
    store.renew_timestamps("items")
    assert all(int(str(row["Timestamp"])) > highest for row in store.rows("items"))


def test_winter_time_is_one_hour_from_utc() -> None:
    store = Store(Company(DIVISION, {}), Clock(1_705_320_000.0))  # 2024-01-15 12:00 UTC
    assert store.now() == datetime(2024, 1, 15, 13)


def test_two_rows_of_one_key_and_unknown_names_are_errors(clock: Clock) -> None:
    with pytest.raises(ValueError, match="items"):
        Store(Company(DIVISION, {"items": [item(1), item(1)]}), clock)
    with pytest.raises(KeyError, match="nothing"):
        Store(Company(DIVISION, {"nothing": []}), clock)
    store = Store(Company(DIVISION, {"items": [item(1)]}), clock)
    with pytest.raises(UnknownRow):
        store.delete("items", guid(2))


CHANGES = st.lists(
    st.tuples(st.sampled_from(["insert", "change", "move", "delete"]), st.integers(1, 4), st.integers(1, 3)),
    max_size=25,
)


@given(changes=CHANGES)
def test_whatever_changes_versions_rise_and_children_are_those_that_say_so(
    changes: list[tuple[str, int, int]],
) -> None:
    """A plain list of lines, searched from end to end, is what the store's index must agree with."""
    store = Store(Company(DIVISION, {}), Clock())
    for order in range(1, 4):
        store.insert("purchase_orders", {"PurchaseOrderID": guid(order), "OrderNumber": order})
        assert store.children("purchase_order_lines", "PurchaseOrderID", guid(order)) == []
    expected: dict[str, str] = {}
    for change, number, order in changes:
        line, parent = guid(100 + number), guid(order)
        before = store.last_timestamp()
        if change == "insert" and line not in expected:
            store.insert("purchase_order_lines", {"ID": line, "PurchaseOrderID": parent})
            expected[line] = parent
        elif line not in expected:
            continue
        elif change == "change":
            store.change("purchase_order_lines", line, {"Description": "x"})
        elif change == "move":
            store.change("purchase_order_lines", line, {"PurchaseOrderID": parent})
            expected[line] = parent
        elif change == "delete":
            store.delete("purchase_order_lines", line)
            del expected[line]
        else:
            continue
        assert store.last_timestamp() > before
        for each in range(1, 4):
            found = store.children("purchase_order_lines", "PurchaseOrderID", guid(each))
            assert {row["ID"] for row in found} == {one for one, of in expected.items() if of == guid(each)}
    rows = [row for name in ("purchase_orders", "purchase_order_lines") for row in store.rows(name)]
    assert len({row["Timestamp"] for row in rows}) == len(rows)
    assert len(store.rows("deleted")) == len({row["ID"] for row in store.rows("deleted")})


def test_a_deleted_line_renews_the_timestamp_of_its_header_and_siblings(clock: Clock) -> None:
    store = Store(trading_company(**documents(count=2, lines=2)), clock)
    before = store.last_timestamp()
    store.delete("purchase_order_lines", guid(0x10001))
    renewed = [
        row["ID"]
        for name in ("purchase_orders", "purchase_order_lines")
        for row in store.rows(name)
        if int(str(row["Timestamp"])) > before
    ]
    assert renewed == [guid(0x2001), guid(0x10002)]
