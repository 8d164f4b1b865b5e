"""What people delete in Optiply: nothing there tells it, so it is looked for once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from extract.optiply import resource_read
from extract.optiply.catalogue import catalogue
from extract.optiply.selection import ALWAYS, scheduled_resources
from settings.flags import Flags
from tests.extract.extract_shop import Shop

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
STREAMS = ("optiply.buy_orders", "optiply.buy_order_lines")


def order(shop: Shop, supplier: int, product: int, lines: int = 1) -> tuple[int, list[int]]:
    store = shop.optiply.store
    placed = {"placed": "2026-03-01T00:00:00Z", "supplierId": supplier, "totalValue": 12.5, "accountId": 4711}
    made = store.create("buyOrders", placed, from_api=False)
    line = {"buyOrderId": made.id, "productId": product, "quantity": 1, "subtotalValue": 2}
    return made.id, [store.create("buyOrderLines", line).id for _ in range(lines)]


def run_at(shop: Shop, when: datetime, **options: Any) -> dict[str, Any]:
    return shop.run(*STREAMS, now=lambda: when, as_of=when.date(), **options)


def gone(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.query("select source, stream, row_key, reason from runs.rows_gone order by all")


def trade(shop: Shop) -> tuple[int, int]:
    store = shop.optiply.store
    product = store.create("products", {"name": "Pan", "stockLevel": 1})
    return store.create("suppliers", {"name": "Pannen & Zn."}).id, product.id


def test_an_order_or_line_deleted_in_optiply_is_marked_once_a_day_and_stays_in_raw(shop: Shop) -> None:
    supplier, product = trade(shop)
    kept, (kept_line, lost_line) = order(shop, supplier, product, 2)
    lost, (line_of_lost,) = order(shop, supplier, product)
    run_at(shop, NOON)
    shop.optiply.store.delete("buyOrders", lost)
    shop.optiply.store.delete("buyOrderLines", lost_line)

    assert run_at(shop, NOON + timedelta(hours=8))["optiply.buy_orders"].message == ""
    assert gone(shop) == []

    reads = run_at(shop, NOON + timedelta(days=1))
    assert reads["optiply.buy_orders"].message == "1 rows are gone"
    lines = sorted([("optiply", "buy_order_lines", str(one), "daily") for one in (lost_line, line_of_lost)])
    assert gone(shop) == [*lines, ("optiply", "buy_orders", str(lost), "daily")]
    held = shop.query("select id from raw_optiply.buy_orders order by 1")
    assert sorted(held) == sorted([(str(kept),), (str(lost),)])
    assert kept_line not in {int(key) for _, _, key, _ in gone(shop)}

    again = run_at(shop, NOON + timedelta(days=1, hours=1))
    assert {read.message for read in again.values()} == {""}
    done = shop.query("select stream, rows_gone from runs.rereads where source = 'optiply' order by all")
    assert done == [("buy_order_lines", 2), ("buy_orders", 1)]


def test_a_record_that_the_pages_passed_over_is_asked_for_before_it_is_called_gone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages go by offset: a record deleted meanwhile moves another over the edge. Of too many nothing is believed."""
    supplier, product = trade(shop)
    orders = [order(shop, supplier, product)[0] for _ in range(3)]
    run_at(shop, NOON)
    shop.query("insert into raw_optiply.buy_orders (id) values ('9999991'), ('9999992')")
    monkeypatch.setattr(resource_read, "MOST_LOOKED_UP", 1)
    monkeypatch.setattr("extract.extraction.MOST_LOOKED_UP", 1)

    read = run_at(shop, NOON + timedelta(days=1))["optiply.buy_orders"]

    assert read.message == "2 records did not come, too many to believe: none is marked as gone"
    assert gone(shop) == []
    monkeypatch.undo()
    shop.query("delete from raw_optiply.buy_orders where id = '9999992'")
    moved = str(orders[1])
    first = _Hiding(shop, moved)
    read = run_at(shop, NOON + timedelta(days=1, hours=1), optiply=first)["optiply.buy_orders"]
    assert read.rows == 3
    assert [key for _, _, key, _ in gone(shop)] == ["9999991"]


class _Hiding:
    """The shop's client of Optiply, of whose lists one record is missing until it is asked for by its id."""

    def __init__(self, shop: Shop, hidden: str) -> None:
        import apis.optiply

        self._client = apis.optiply.connect(shop.tenant)
        self._hidden = hidden

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def list(self, entity: str, **options: Any) -> Any:
        for page in self._client.list(entity, **options):
            asked = "id" in (options.get("filters") or {})
            yield page if asked else [record for record in page if record.id != self._hidden]


def test_an_answer_without_records_marks_nothing(shop: Shop) -> None:
    """C8: a stream that returned nothing deletes nothing."""
    supplier, product = trade(shop)
    number, _ = order(shop, supplier, product)
    run_at(shop, NOON)
    shop.optiply.store.delete("buyOrders", number)
    run_at(shop, NOON + timedelta(days=1))
    assert gone(shop) == []


def test_products_compositions_and_receipts_are_read_when_they_are_asked_for(shop: Shop) -> None:
    supplier, product = trade(shop)
    _, (line,) = order(shop, supplier, product)
    store = shop.optiply.store
    part = store.create("products", {"name": "Deksel", "stockLevel": -2, "price": 3.5})
    parts = {"composedProductId": product, "partProductId": part.id, "partQuantity": 2}
    store.create("productCompositions", parts)
    store.create("receiptLines", {"buyOrderLineId": line, "quantity": 4, "occurred": "2026-03-02T00:00:00Z"})
    names = ("products", "product_compositions", "receipt_lines")
    shop.run(*(f"optiply.{name}" for name in names))
    assert shop.query("select name, stock_level, price from raw_optiply.products order by id") == [
        ("Pan", 1, None),
        ("Deksel", -2, 3.5),
    ]
    assert shop.query("select part_product_id, part_quantity from raw_optiply.product_compositions") == [
        (str(part.id), 2)
    ]
    assert shop.query("select buy_order_line_id, quantity from raw_optiply.receipt_lines") == [(str(line), 4)]
    assert scheduled_resources(Flags()) == ALWAYS
    assert scheduled_resources(Flags(sync_sell_orders_only=True)) == tuple(sorted({*ALWAYS, "products"}))
    assert {*ALWAYS, *names} == catalogue().keys()
