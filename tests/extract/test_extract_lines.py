"""Lines without one request per parent: where all are read, they come within their headers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from extract.exact import lines
from sandbox import credentials
from sandbox.company import Company
from tests.extract.extract_shop import Shop, spoilt

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
GUID = "00000000-0000-4000-8000-00000000000"
STREAMS = ("goods_receipts", "goods_receipt_lines")
HEADERS, LINES = "purchaseorder/GoodsReceipts", "purchaseorder/GoodsReceiptLines"


def receipts(*days: date) -> Company:
    """One receipt a day given, with two lines: 11 and 12 of receipt 1."""
    moment = datetime(2026, 3, 1, 12)
    headers: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for number, day in enumerate(days, start=1):
        dated = {"ReceiptDate": datetime(day.year, day.month, day.day), "Created": moment, "Modified": moment}
        headers.append({"ID": f"{GUID}{number}", **dated})
        for line in (1, 2):
            fields = {
                "GoodsReceiptID": f"{GUID}{number}",
                "QuantityReceived": float(number),
                "Modified": moment,
            }
            found.append({"ID": f"{GUID[:-1]}{number}{line}", "LineNumber": line, **fields})
    return Company(credentials.EXACT_DIVISION, {"goods_receipts": headers, "goods_receipt_lines": found})


def run_at(shop: Shop, when: datetime) -> dict[str, Any]:
    return shop.run(*STREAMS, now=lambda: when, as_of=when.date())


def ids(shop: Shop, stream: str) -> list[str]:
    return [
        key for (key,) in shop.query(f"select ltrim(right(id, 2), '0') from raw_exact.{stream} order by 1")
    ]


def gone(shop: Shop) -> list[tuple[str, str]]:
    return shop.query(
        "select stream, ltrim(split_part(row_key, '-', 5), '0') from runs.rows_gone order by all"
    )  # type: ignore[return-value]


def test_a_complete_read_brings_lines_with_their_headers_and_concludes_no_more_than_it_asked(
    open_shop: Callable[..., Shop],
) -> None:
    """C8: a line is gone that is missing from a receipt that was read in full, or whose receipt is gone; lines of
    receipts before start_date were not asked for."""
    shop = open_shop(receipts(date(2025, 6, 1), date(2026, 2, 1), date(2026, 2, 2)))
    shop.with_settings(flags={"start_date": date(2025, 1, 1)})
    reads = run_at(shop, NOON)
    assert {read.status for read in reads.values()} == {"complete"}
    assert (ids(shop, "goods_receipts"), ids(shop, "goods_receipt_lines")) == (
        ["1", "2", "3"],
        ["11", "12", "21", "22", "31", "32"],
    )
    assert shop.requests() == {HEADERS: 1}
    run_at(shop, NOON + timedelta(hours=1))
    assert shop.requests() == {HEADERS: 1, LINES: 1}  # changes of either come by themselves

    shop.with_settings(flags={"start_date": date(2026, 1, 1)})
    shop.exact.store.delete("goods_receipt_lines", f"{GUID[:-1]}21")
    shop.exact.store.delete("goods_receipts", f"{GUID}3")
    reads = run_at(shop, NOON + timedelta(days=1))
    assert {read.status for read in reads.values()} == {"complete"}
    assert shop.requests() == {HEADERS: 1}
    assert gone(shop) == [
        ("goods_receipt_lines", "21"),
        ("goods_receipt_lines", "31"),
        ("goods_receipt_lines", "32"),
        ("goods_receipts", "3"),
    ]
    assert ids(shop, "goods_receipt_lines") == ["11", "12", "21", "22", "31", "32"]


def test_where_the_lines_do_not_come_each_stream_is_read_by_itself(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(receipts(date(2026, 2, 1), date(2026, 2, 2)))
    with spoilt(shop.exact, "-", str, refused_once="expand") as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url)
        reads = run_at(shop, NOON)
    assert {read.status for read in reads.values()} == {"complete"}
    assert ids(shop, "goods_receipt_lines") == ["11", "12", "21", "22"]


def test_lines_that_are_links_only_are_read_by_themselves(open_shop: Callable[..., Shop]) -> None:
    """A server that does not expand leaves the link without what it leads to."""

    def unexpanded(text: str) -> str:
        return text.replace("m:inline>", "x>")

    shop = open_shop(receipts(date(2026, 2, 1), date(2026, 2, 2)))
    with spoilt(shop.exact, HEADERS, unexpanded) as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url)
        reads = run_at(shop, NOON)
    assert {read.status for read in reads.values()} == {"complete"}
    assert ids(shop, "goods_receipt_lines") == ["11", "12", "21", "22"]


def test_the_lines_of_a_header_with_very_many_are_asked_for(
    open_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing says how many lines a header brings along."""
    monkeypatch.setattr(lines, "MOST_WITHIN", 2)
    shop = open_shop(receipts(date(2026, 2, 1), date(2026, 2, 2)))
    shop.exact.store.delete("goods_receipt_lines", f"{GUID[:-1]}21")
    read = run_at(shop, NOON)["exact.goods_receipts"]
    assert (read.status, read.requests, shop.requests()) == ("complete", 2, {HEADERS: 1, LINES: 1})
    assert ids(shop, "goods_receipt_lines") == ["11", "12", "22"]
