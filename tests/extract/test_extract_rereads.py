"""Streams that are read from the beginning again: what is gone is marked and never removed (C8), stock is put
right (P6), and a cursor is not believed when Exact has renewed its row versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from extract.bookmark import Bookmark
from extract.exact.catalogue import Variant, catalogue
from extract.rereads import ASKED, DAILY, MOVED, PAUSED, RENUMBERED, History, Today, reason_of
from extract.result import StreamRead
from sandbox import credentials
from sandbox.company import Company
from tests.extract.extract_shop import Shop

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
GUID = "00000000-0000-4000-8000-00000000000"


def company_of(**rows: list[dict[str, Any]]) -> Company:
    return Company(credentials.EXACT_DIVISION, rows)


def row(number: int, **fields: Any) -> dict[str, Any]:
    moment = datetime(2026, 3, 1, 12)
    return {"ID": f"{GUID}{number}", "Created": moment, "Modified": moment, **fields}


def position(number: int, stock: float) -> dict[str, Any]:
    return {"ID": f"{GUID}{number}", "CurrentStock": stock}


def run_at(shop: Shop, when: datetime, *streams: str, **options: Any) -> dict[str, StreamRead]:
    return shop.run(*streams, now=lambda: when, as_of=when.date(), **options)


def gone(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.query("select stream, right(row_key, 1), reason from runs.rows_gone order by all")


def restart_row_versions(shop: Shop, *streams: str) -> None:
    for number, stream in enumerate(streams, start=1):
        shop.exact.store.renew_timestamps(stream, beginning=100 * number)


def test_what_a_daily_complete_read_does_not_bring_is_marked_and_stays(
    open_shop: Callable[..., Shop],
) -> None:
    """C8: receipts have no log of deletions. The mark goes when the row comes again."""
    shop = open_shop(company_of(goods_receipts=[row(1), row(2), row(3)], warehouses=[row(1), row(2)]))
    streams = ("goods_receipts", "warehouses")
    shop.with_settings(flags={"start_date": date(2020, 1, 1)})
    for number in (1, 2, 3):
        shop.exact.store.change("goods_receipts", f"{GUID}{number}", {"ReceiptDate": datetime(2026, 3, 1)})
    run_at(shop, NOON, *streams)
    shop.exact.store.delete("goods_receipts", f"{GUID}2")
    shop.exact.store.delete("warehouses", f"{GUID}2")

    assert run_at(shop, NOON + timedelta(hours=8), *streams)["exact.goods_receipts"].message == ""
    assert gone(shop) == []

    loads = shop.query("select id, _dlt_load_id from raw_exact.goods_receipts order by all")
    read = run_at(shop, NOON + timedelta(days=1), *streams)["exact.goods_receipts"]
    assert (read.status, read.rows) == ("complete", 2)
    assert (
        read.message
        == "read from the beginning (daily), 1 rows are gone, 1 differences listed in runs.reread_differences"
    )
    assert gone(shop) == [("goods_receipts", "2", "daily")]
    assert shop.query("select id, _dlt_load_id from raw_exact.goods_receipts order by all") == loads
    assert shop.query(
        "select count(*) from information_schema.schemata where schema_name like '%reread%'"
    ) == [(0,)]

    later = NOON + timedelta(days=1, hours=1)
    assert run_at(shop, later, *streams)["exact.goods_receipts"].message == ""
    assert gone(shop) == [("goods_receipts", "2", "daily")]
    shop.exact.store.insert(
        "goods_receipts", row(2, ReceiptDate=datetime(2026, 3, 1), Modified=datetime(2026, 3, 19, 14))
    )
    run_at(shop, later + timedelta(hours=1), *streams)
    assert gone(shop) == []


def test_stock_that_the_cursor_had_missed_is_put_right_and_listed(open_shop: Callable[..., Shop]) -> None:
    """P6. A change since the last read is no difference."""
    shop = open_shop(
        company_of(stock_positions=[position(1, 10), position(2, 20), position(3, 30), position(4, 40)])
    )
    run_at(shop, NOON, "stock_positions")
    shop.query(f"update raw_exact.stock_positions set current_stock = 11 where id = '{GUID}1'")
    shop.query(f"delete from raw_exact.stock_positions where id = '{GUID}2'")
    shop.exact.store.change("stock_positions", f"{GUID}3", {"CurrentStock": 33.0})

    read = run_at(shop, NOON + timedelta(days=1), "stock_positions")["exact.stock_positions"]

    assert read.message == "read from the beginning (daily), 2 differences listed in runs.reread_differences"
    assert shop.query("select right(id, 1), current_stock from raw_exact.stock_positions order by 1") == [
        ("1", 10.0),
        ("2", 20.0),
        ("3", 33.0),
        ("4", 40.0),
    ]
    assert shop.query(
        "select right(row_key, 1), old_rows->'$[0].current_stock', new_rows->'$[0].current_stock', run_id "
        "from runs.reread_differences order by 1"
    ) == [("1", "11.0", "10.0", "run-2"), ("2", None, "20.0", "run-2")]
    assert shop.query("select reason, rows_changed, rows_gone, rows_missed from runs.rereads") == [
        ("daily", 3, 0, 2)
    ]
    shop.exact.store.change("stock_positions", f"{GUID}4", {"CurrentStock": 44.0})
    assert (
        run_at(shop, NOON + timedelta(days=1, hours=1), "stock_positions")["exact.stock_positions"].rows == 1
    )


def test_a_division_that_moved_is_read_beside_its_rows_and_put_in_place_when_complete(
    open_shop: Callable[..., Shop],
) -> None:
    """Row versions begin again below: the old cursor would find nothing."""
    items = [row(number, Code=str(number)) for number in (1, 2, 3)]
    shop = open_shop(company_of(items=items, warehouses=[row(1)]))
    streams = ("divisions", "items", "warehouses")
    run_at(shop, NOON, *streams)
    before = shop.rows("raw_exact.items")
    shop.exact.store.change("items", f"{GUID}1", {"Code": "one"})
    shop.exact.store.delete("items", f"{GUID}3")
    restart_row_versions(shop, "items")
    shop.exact.store.change(
        "divisions",
        credentials.EXACT_DIVISION,
        {"DivisionMoveDate": datetime(2026, 3, 18), "Modified": datetime(2026, 3, 18, 14)},
    )

    shop.exact.faults.set([{"kind": "503", "path": "*/sync/Logistics/Items"}])
    broken = run_at(shop, NOON + timedelta(hours=1), *streams)
    assert broken["exact.items"].status == "failed"
    assert shop.rows("raw_exact.items") == before
    shop.exact.faults.set([])

    reads = run_at(shop, NOON + timedelta(hours=2), *streams)
    assert reads["exact.items"].message == f"read from the beginning ({MOVED}), 1 rows are gone"
    assert reads["exact.warehouses"].message == ""
    assert shop.query("select code from raw_exact.items order by 1") == [("2",), ("3",), ("one",)]
    assert gone(shop) == [("items", "3", MOVED)]
    assert shop.query("select max(timestamp) < 1000 from raw_exact.items where code <> '3'") == [(True,)]

    shop.exact.store.change("items", f"{GUID}2", {"Code": "two"})
    after = run_at(shop, NOON + timedelta(hours=3), *streams)["exact.items"]
    assert (after.rows, after.message) == (1, "")
    assert ("two",) in shop.query("select code from raw_exact.items")


def test_row_versions_that_went_backwards_make_the_next_run_read_all_of_them(
    open_shop: Callable[..., Shop],
) -> None:
    shop = open_shop(company_of(items=[row(1, Code="1")], stock_positions=[position(1, 10)]))
    streams = ("items", "stock_positions")
    run_at(shop, NOON, *streams)
    shop.exact.store.change("items", f"{GUID}1", {"Code": "one"})
    restart_row_versions(shop, "items", "stock_positions")

    first = run_at(shop, NOON + timedelta(days=1), *streams)
    assert RENUMBERED in first["exact.stock_positions"].message
    assert shop.query("select code from raw_exact.items") == [("1",)]
    second = run_at(shop, NOON + timedelta(days=1, minutes=30), *streams)
    assert second["exact.items"].message == f"read from the beginning ({RENUMBERED})"
    assert shop.query("select code from raw_exact.items") == [("one",)]
    third = run_at(shop, NOON + timedelta(days=1, hours=1), *streams)
    assert {read.message for read in third.values()} == {""}


def test_a_read_from_the_beginning_concludes_nothing_before_the_start_date(
    open_shop: Callable[..., Shop],
) -> None:
    days = {1: datetime(2025, 1, 1), 2: datetime(2026, 2, 1), 3: datetime(2026, 2, 2)}
    shop = open_shop(
        company_of(goods_receipts=[row(number, ReceiptDate=day) for number, day in days.items()])
    )
    shop.with_settings(flags={"start_date": date(2020, 1, 1)})
    run_at(shop, NOON, "goods_receipts")
    shop.with_settings(flags={"start_date": date(2026, 1, 1)})
    for number in (1, 2):
        shop.exact.store.delete("goods_receipts", f"{GUID}{number}")
    run_at(shop, NOON, "goods_receipts", read_whole=True)
    assert gone(shop) == [("goods_receipts", "2", ASKED)]


def test_an_answer_without_rows_and_a_log_mark_nothing_as_gone(open_shop: Callable[..., Shop]) -> None:
    """C8: a stream that returned nothing deletes nothing; Exact forgets deletions after two months."""
    shop = open_shop(company_of(warehouses=[row(1)], units=[row(1), row(2)]))
    shop.exact.store.insert("deleted", {"EntityType": 9})
    shop.exact.store.insert("deleted", {"EntityType": 9})
    streams = ("warehouses", "deleted", "units")
    run_at(shop, NOON, *streams)
    shop.exact.store.delete("warehouses", f"{GUID}1")
    shop.exact.store.delete("units", f"{GUID}2")
    shop.exact.store.delete("deleted", shop.exact.store.rows("deleted")[0]["ID"])
    reads = run_at(shop, NOON, *streams, read_whole=True)
    assert reads["exact.deleted"].message == ""
    assert gone(shop) == [("units", "2", ASKED)]


def test_a_complete_read_that_was_cut_off_goes_on_where_it_stopped(shop: Shop) -> None:
    shop.with_settings(variant="standard")
    run_at(shop, NOON, "sales_order_lines")
    total = len(shop.rows("raw_exact.sales_order_lines"))
    path = "*/salesorder/SalesOrderLines"
    shop.exact.faults.set([{"kind": "500", "path": path, "at": at} for at in range(3, 8)])
    broken = run_at(shop, NOON, "sales_order_lines", read_whole=True)["exact.sales_order_lines"]
    assert (broken.status, broken.rows) == ("failed", 120)
    shop.exact.faults.set([])
    rest = run_at(shop, NOON, "sales_order_lines")["exact.sales_order_lines"]
    assert (rest.status, rest.rows, rest.message) == (
        "complete",
        total - 120,
        f"read from the beginning ({ASKED})",
    )
    assert gone(shop) == []


DAY = date(2026, 3, 18)
YESTERDAY, TODAY_EARLY = (
    datetime(2026, 3, 17, 22),
    datetime(2026, 3, 17, 23),
)  # 23:00 and midnight in the Netherlands


@pytest.mark.parametrize(
    ("stream", "variant", "read_at", "options", "reason"),
    [
        ("goods_receipts", "standard", YESTERDAY, {}, DAILY),
        ("goods_receipts", "standard", TODAY_EARLY, {}, None),
        ("goods_receipts", "standard", None, {"asked": True, "open": {"goods_receipts": ASKED}}, None),
        ("items", "sync", YESTERDAY, {}, None),
        ("items", "sync", TODAY_EARLY, {"asked": True}, ASKED),
        ("items", "sync", TODAY_EARLY, {"open": {"items": RENUMBERED}}, RENUMBERED),
        ("items", "sync", TODAY_EARLY, {"open": {"items": ASKED}, "dates": "2026-03-01 -"}, MOVED),
        ("items", "bulk", TODAY_EARLY, {"dates": "2026-03-01 -"}, None),
        ("items", "sync", TODAY_EARLY, {"known": None, "dates": "2026-03-01 -"}, None),
        ("items", "sync", TODAY_EARLY, {"dates": None}, None),
        ("items", "sync", TODAY_EARLY, {"paused_days": 59}, PAUSED),
        ("items", "sync", TODAY_EARLY, {"paused_days": 58}, None),
        ("warehouses", "standard", TODAY_EARLY, {"paused_days": 90}, None),
        ("deleted", "sync", YESTERDAY, {"asked": True, "paused_days": 90}, None),
        ("deleted", "sync", YESTERDAY, {"dates": "2026-03-01 -"}, MOVED),
    ],
)
def test_a_stream_is_read_from_the_beginning_again_for_a_reason(
    stream: str, variant: Variant, read_at: datetime | None, options: dict[str, Any], reason: str | None
) -> None:
    now = datetime(2026, 3, 18, 9)
    past = History(
        open=options.get("open", {}),
        whole={} if read_at is None else {stream: read_at},
        deletions_read_at=now - timedelta(days=options.get("paused_days", 0)),
    )
    today = Today(DAY, now, ZoneInfo("Europe/Amsterdam"), options.get("asked", False))
    bookmark = Bookmark(cursor=1, division_dates=options.get("known", "- -"))
    dates = options.get("dates", "- -")
    assert reason_of(catalogue()[stream], variant, bookmark, past, today, dates) == reason


def test_without_any_read_of_deletions_nothing_was_missed() -> None:
    past = History({}, {"items": TODAY_EARLY}, None)
    today = Today(DAY, datetime(2026, 3, 18), ZoneInfo("Europe/Amsterdam"))
    assert reason_of(catalogue()["items"], "sync", Bookmark(cursor=1), past, today, None) is None
