"""Goods receipts of a generated company: what has come in of the purchase orders.

An order with several lines received comes in two receipts now and then. In the main warehouse goods lie on
storage locations, and a line that was put away on two of them has two rows with one ID, as Exact sends it.
"""

from __future__ import annotations

from datetime import date, timedelta

from sandbox.company.basics import MAIN_WAREHOUSE, USER, at
from sandbox.company.company import Row
from sandbox.company.ids import guid
from sandbox.company.purchasing import BoughtLine, PurchaseOrder

LOCATIONS = ("A-01", "A-02", "B-01")


def receipt_rows(orders: list[PurchaseOrder], division: int, today: date) -> tuple[list[Row], list[Row]]:
    """Receipts and their lines. Drop shipments never come in: the supplier delivers to the customer."""
    receipts: list[Row] = []
    lines: list[Row] = []
    for order in orders:
        received = [line for line in order.lines if line.received and order.sale is None]
        half = len(received) // 2 if order.number % 4 == 1 else 0
        for part, share in enumerate((received[:half], received[half:])):
            if share:
                row = _receipt_row(order, part, len(share), division, today)
                receipts.append(row)
                for line in share:
                    lines.extend(_line_rows(row, order, line, division))
    return receipts, lines


def _receipt_row(order: PurchaseOrder, part: int, line_count: int, division: int, today: date) -> Row:
    day = order.expected + timedelta(days=part)
    if day > today:  # it came early, on any day since the order
        day = order.day + (today - order.day) * (order.number % 8) // 8
    return {
        "ID": guid("goods receipt", order.number, part),
        "ReceiptNumber": 60_000_000 + 2 * order.number + part,
        "EntryNumber": 70_000_000 + 2 * order.number + part,
        "Division": division,
        "ReceiptDate": at(day),
        "Supplier": order.supplier.id,
        "SupplierCode": order.supplier.code,
        "SupplierName": order.supplier.name,
        "Warehouse": order.warehouse.id,
        "WarehouseCode": order.warehouse.code,
        "WarehouseDescription": order.warehouse.description,
        "GoodsReceiptLineCount": line_count,
        "YourRef": f"Pakbon {order.number}",
        "Created": at(day, 1, order.number % 60),
        "Creator": USER,
        "Modified": at(day, 1, order.number % 60),
        "Modifier": USER,
    }


def _line_rows(receipt: Row, order: PurchaseOrder, line: BoughtLine, division: int) -> list[Row]:
    row: Row = {
        "ID": guid("goods receipt line", line.id),
        "GoodsReceiptID": receipt["ID"],
        "LineNumber": line.number,
        "Division": division,
        "Item": line.offer.item.id,
        "ItemCode": line.offer.item.code,
        "ItemDescription": line.offer.item.name,
        "ItemUnitCode": line.offer.unit.code,
        "PurchaseOrderID": order.id,
        "PurchaseOrderLineID": line.id,
        "PurchaseOrderNumber": order.order_number,
        "QuantityOrdered": line.ordered,
        "QuantityReceived": line.received,
        "Created": receipt["Created"],
        "Creator": USER,
        "Modified": receipt["Modified"],
        "Modifier": USER,
    }
    if order.warehouse.id != MAIN_WAREHOUSE.id:
        return [row]
    first = order.number % len(LOCATIONS)
    if order.number % 6 != 2 or line.received < 2:
        return [{**row, **_location(first)}]
    rest = line.received // 3 or 1.0
    return [
        {**row, **_location(first), "QuantityReceived": line.received - rest},
        {**row, **_location((first + 1) % len(LOCATIONS)), "QuantityReceived": rest},
    ]


def _location(number: int) -> Row:
    return {"Location": guid("location", LOCATIONS[number]), "LocationCode": LOCATIONS[number]}
