"""What a cursor alone would miss: assembly orders that change long after their date (BO9), documents before
`start_date` on endpoints that know no dates (F), cursors when dlt's state is lost, warehouses of other divisions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from extract.exact.row_versions import PATH
from sandbox import credentials
from sandbox.company import Company
from tests.extract.extract_shop import Shop

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
GUID = "00000000-0000-4000-8000-00000000000"
DIVISION = credentials.EXACT_DIVISION


def company_of(division: int = DIVISION, **rows: list[dict[str, Any]]) -> Company:
    return Company(division, rows)


def assembly_order(number: int, ordered: date, status: int) -> dict[str, Any]:
    day = datetime(ordered.year, ordered.month, ordered.day)
    return {"ID": f"{GUID}{number}", "OrderDate": day, "OrderStatus": status, "FinishedQuantity": 0.0}


def run_at(shop: Shop, when: datetime, *streams: str, **options: Any) -> Any:
    return shop.run(*streams, now=lambda: when, as_of=when.date(), **options)


def gone(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.query("select stream, row_key from runs.rows_gone order by all")


def test_an_open_assembly_order_is_read_again_however_old_and_a_closed_one_is_not(
    open_shop: Callable[..., Shop],
) -> None:
    """BO9: the cursor is OrderDate, with 120 days of look-back; open ones by ID, 15 in a request."""
    old, new = date(2025, 3, 1), date(2026, 3, 17)
    orders = [assembly_order(1, old, 20), assembly_order(2, old, 50), assembly_order(3, new, 20)]
    orders += [assembly_order(number, old, 30) for number in (4, 5)]
    shop = open_shop(company_of(assembly_orders=orders))
    run_at(shop, NOON, "assembly_orders")
    assert shop.requests() == {"inventory/AssemblyOrders": 1}
    for number, status in ((1, 50), (2, 20), (3, 50), (4, 30)):
        change = {"FinishedQuantity": float(number), "OrderStatus": status}
        shop.exact.store.change("assembly_orders", f"{GUID}{number}", change)

    read = run_at(shop, NOON + timedelta(minutes=30), "assembly_orders")["exact.assembly_orders"]

    assert (read.status, read.requests, shop.requests()) == ("complete", 2, {"inventory/AssemblyOrders": 2})
    held = "select right(id, 1), finished_quantity from raw_exact.assembly_orders order by 1"
    assert shop.query(held) == [("1", 1), ("2", 0), ("3", 3), ("4", 4), ("5", 0)]
    run_at(shop, NOON + timedelta(hours=1), "assembly_orders")  # 4 and 5 are still open, 1 is not
    assert shop.requests() == {"inventory/AssemblyOrders": 2}
    for number in (4, 5):
        shop.exact.store.change("assembly_orders", f"{GUID}{number}", {"OrderStatus": 50})
    run_at(shop, NOON + timedelta(hours=2), "assembly_orders")
    run_at(shop, NOON + timedelta(hours=3), "assembly_orders")
    assert shop.requests() == {"inventory/AssemblyOrders": 3}


@pytest.mark.parametrize("response_format", ["xml", "json"])
def test_a_first_read_of_a_sync_endpoint_begins_where_start_date_lies(
    open_shop: Callable[..., Shop], response_format: str
) -> None:
    """F: a document counts by its date, a row version by its last change, which lies a month ahead of it at most."""

    def order(number: int, modified: datetime) -> dict[str, Any]:
        return {"OrderID": f"{GUID}{number}", "Created": modified, "Modified": modified}

    moments = [datetime(2024, 1, 1), datetime(2025, 11, 30, 23), datetime(2025, 12, 2), datetime(2026, 2, 1)]
    orders = [order(number, moment) for number, moment in enumerate(moments, start=1)]
    shop = open_shop(company_of(sales_orders=orders))
    shop.with_settings(flags={"start_date": date(2026, 1, 1), "response_format": response_format})

    read = run_at(shop, NOON, "sales_orders")["exact.sales_orders"]

    ids = "select right(order_id, 1) from raw_exact.sales_orders order by 1"
    assert shop.query(ids) == [("2",), ("3",), ("4",)]  # one version lower than told, to be sure of the first
    assert (read.status, read.requests) == ("complete", 2)
    assert shop.requests() == {PATH: 1, "sync/SalesOrder/SalesOrderHeaders": 1}
    assert run_at(shop, NOON, "sales_orders")["exact.sales_orders"].rows == 0
    assert PATH not in shop.requests()

    shop.with_settings(
        flags={"start_date": date(2024, 1, 15)}
    )  # moved back: the older ones are wanted after all
    run_at(shop, NOON, "sales_orders")
    assert shop.query(ids) == [("1",), ("2",), ("3",), ("4",)]


@pytest.mark.parametrize("fault", ["404", "500", "maintenance_html"])
def test_a_start_that_exact_does_not_tell_is_the_beginning(
    open_shop: Callable[..., Shop], fault: str
) -> None:
    moment = datetime(2024, 1, 1)
    orders = [{"OrderID": f"{GUID}1", "Created": moment, "Modified": moment}]
    unlicensed = ("read/sync/",) if fault == "404" else ()
    shop = open_shop(company_of(sales_orders=orders), unlicensed=unlicensed)
    if fault != "404":
        shop.exact.faults.set([{"kind": fault, "path": f"*/{PATH}"}])
    shop.with_settings(flags={"start_date": date(2026, 1, 1)})
    read = run_at(shop, NOON, "sales_orders")["exact.sales_orders"]
    assert (read.status, read.rows) == ("complete", 1)


def test_master_data_and_purchase_orders_begin_at_the_beginning(shop: Shop) -> None:
    """F: start_date limits documents of sales, receipts and finance only."""
    shop.with_settings(flags={"start_date": date(2026, 1, 1)})
    streams = ("items", "purchase_orders", "purchase_order_lines")
    shop.run(*streams)
    assert PATH not in shop.requests()
    for name in streams:
        assert len(shop.rows(f"raw_exact.{name}")) == len(shop.exact.store.rows(name))


def test_cursors_are_found_again_when_the_state_of_dlt_is_lost(shop: Shop) -> None:
    """From the run history and the raw tables: the next run reads what changed and nothing else."""
    streams = ("items", "warehouses", "purchase_orders", "purchase_order_lines", "optiply.suppliers")
    shop.optiply.store.create("suppliers", {"name": "Pannen & Zn."})
    shop.run(*streams)
    before = shop.tables()
    for source in ("exact", "optiply"):
        for table in ("_dlt_pipeline_state", "_dlt_loads", "_dlt_version"):
            shop.query(f"drop table raw_{source}.{table}")
    shop.query("delete from raw_exact.warehouses")  # emptied: its cursor counts for nothing
    item = shop.exact.store.rows("items")[0]["ID"]
    shop.exact.store.change("items", item, {"Description": "Vergiet"})

    reads = shop.run(*streams)

    assert {read.status for read in reads.values()} == {"complete"}
    assert reads["exact.items"].rows == 1
    # both streams of the endpoint go on from the lower of their cursors
    assert reads["exact.purchase_orders"].rows + reads["exact.purchase_order_lines"].rows == 1
    assert reads["exact.warehouses"].rows == len(before["raw_exact.warehouses"])
    after = shop.tables()
    assert after.pop("raw_exact.items") != before.pop("raw_exact.items")
    assert after == before
    assert shop.query(f"select description from raw_exact.items where id = '{item}'") == [("Vergiet",)]
    assert shop.run("items")["exact.items"].rows == 0


def test_a_found_cursor_is_never_beyond_the_rows_that_are_there(shop: Shop) -> None:
    shop.run("items")
    before = shop.rows("raw_exact.items")
    for table in ("_dlt_pipeline_state", "_dlt_loads", "_dlt_version"):
        shop.query(f"drop table raw_exact.{table}")
    shop.query(
        "delete from raw_exact.items where timestamp > (select median(timestamp) from raw_exact.items)"
    )
    held = len(shop.rows("raw_exact.items"))
    assert shop.run("items")["exact.items"].rows == len(before) - held
    assert shop.rows("raw_exact.items") == before


def test_warehouses_of_all_divisions_of_the_user_are_told_apart(open_shop: Callable[..., Shop]) -> None:
    """F, dont_use_current_division. A division that the user may not see is passed over."""

    def warehouse(number: int, **fields: Any) -> dict[str, Any]:
        moment = datetime(2026, 3, 1, 12)
        return {"ID": f"{GUID}{number}", "Code": "1", "Created": moment, "Modified": moment, **fields}

    shop = open_shop(
        company_of(warehouses=[warehouse(1, Division=DIVISION)]),
        other_divisions=[company_of(7, warehouses=[warehouse(2), warehouse(3, Division=7)])],
    )
    shop.exact.store.insert("divisions", {"Code": 8})
    shop.run("divisions", "warehouses")
    held = "select division, right(id, 1) from raw_exact.warehouses order by all"
    assert shop.query(held) == [(DIVISION, "1")]
    shop.with_settings(flags={"dont_use_current_division": True})
    read = shop.run("divisions", "warehouses")["exact.warehouses"]
    assert (read.status, read.rows, read.message) == ("complete", 3, "")
    assert shop.query(held) == [(7, "2"), (7, "3"), (DIVISION, "1")]
    shop.run("divisions", "warehouses", read_whole=True)
    load = shop.last_load()
    assert shop.query(held) == [(7, "2"), (7, "3"), (DIVISION, "1")]
    assert gone(shop) == []

    shop.exact.faults.set([{"kind": "licence_403", "path": "*/inventory/Warehouses"}])
    result = shop.result("divisions", "warehouses")
    assert {one.stream: one.status for one in result.reads}["warehouses"] == "unavailable"
    assert (result.status, shop.last_load()) == ("complete", load)


def test_a_division_that_refuses_is_asked_once_a_day_and_anothers_used_up_day_is_not_the_tenants(
    open_shop: Callable[..., Shop],
) -> None:
    shop = open_shop(company_of(), other_divisions=[company_of(7)])
    shop.exact.store.insert("divisions", {"Code": 8})
    shop.with_settings(flags={"dont_use_current_division": True})
    shop.run("divisions")

    def asked(when: datetime) -> list[int]:
        shop.exact.forget()
        result = shop.result(now=lambda: when, as_of=when.date())
        assert {one.status for one in result.reads if one.stream == "warehouses"} == {"complete"}
        counted = shop.exact.statistics["by_request"]
        return [counted.get(f"GET /api/v1/{one}/inventory/Warehouses", 0) for one in (DIVISION, 7, 8)]

    assert asked(NOON) == [1, 1, 1]
    assert asked(NOON + timedelta(hours=1)) == [1, 1, 0]
    assert asked(NOON + timedelta(days=1, hours=2)) == [1, 1, 1]

    shop.exact.faults.set([{"kind": "day_429", "path": "*/7/inventory/Warehouses"}])
    reads = shop.run("warehouses", "items", "suppliers", "vat_codes")
    warehouses = reads.pop("exact.warehouses")
    assert warehouses.status == "failed" and warehouses.message.startswith("division 7: daily limit")
    assert {read.status for read in reads.values()} == {"complete"}
