"""Sales orders of a generated company, in every status.

An order of the last three weeks is open (12) or partly done (20), an older one complete (21); one in 20 is
cancelled (45). Lines follow: of an order that is partly done some are delivered, in part, or cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sandbox.company.basics import BUYER, USER, Warehouse, at
from sandbox.company.company import Row
from sandbox.company.documents import LineAmount, order_amounts, order_line_amounts
from sandbox.company.ids import guid
from sandbox.company.items import Item
from sandbox.company.parties import Customer

OPEN, PARTLY, COMPLETE, CANCELLED = 12, 20, 21, 45
STATUS_WORDS = {OPEN: "Open", PARTLY: "Gedeeltelijk", COMPLETE: "Volledig", CANCELLED: "Geannuleerd"}
YOUNG_DAYS = 21
COST_CENTERS = ("WINKEL", "GROOT")


@dataclass(frozen=True, slots=True)
class SoldLine:
    """`quantity` and `delivered` in units of the item."""

    number: int
    item: Item
    quantity: float
    delivered: float
    status: int
    drop_shipment: bool
    amount: LineAmount
    id: str


@dataclass(frozen=True, slots=True)
class SalesOrder:
    """One order. `changed`: the day of its last change, from `day` to today."""

    number: int
    customer: Customer
    day: date
    changed: date
    status: int
    warehouse: Warehouse
    lines: tuple[SoldLine, ...]
    id: str

    @property
    def order_number(self) -> int:
        return 30_000_000 + self.number

    @property
    def is_billed(self) -> bool:
        """What was delivered stands on an invoice, as of seven orders in ten."""
        return self.number % 10 < 7


@dataclass(frozen=True)
class SalesMarket:
    """What sales documents draw from."""

    items: list[Item]
    customers: list[Customer]
    warehouses: tuple[Warehouse, ...]
    today: date
    random: Random

    def quantity(self, item: Item) -> float:
        if item.case == "by_weight":
            return self.random.randint(1, 40) / 4
        return float(self.random.choice((1, 1, 1, 2, 2, 3, 4, 6, 10, 24)))

    def past_day(self, oldest: int = 820) -> date:
        """A day before today, as likely young as old."""
        return self.today - timedelta(days=self.random.randint(1, oldest))


def make_sales_orders(count: int, market: SalesMarket) -> list[SalesOrder]:
    """`count` orders by day, so that numbers rise with time; the first 20 hold every status at any count."""
    days = sorted(market.past_day() for _ in range(count))
    return [_order(number, day, market) for number, day in enumerate(days)]


def _order(number: int, day: date, market: SalesMarket) -> SalesOrder:
    random = market.random
    customer = random.choice(market.customers)
    young = (market.today - day).days <= YOUNG_DAYS
    status = CANCELLED if number % 20 == 7 else random.choice((OPEN, PARTLY)) if young else COMPLETE
    if number % 20 in (11, 13):  # forgotten ones: old, and never finished
        status = (OPEN, PARTLY)[number % 20 == 13]
    order_id = guid("sales order", number)
    items = [random.choice(market.items) for _ in range(random.randint(1, 5))]
    if number % 10 == 3:
        items.append(items[0])  # the same item on two lines
    lines = tuple(
        _line(order_id, place, item, status, customer, market) for place, item in enumerate(items, start=1)
    )
    if status == PARTLY and not any(line.delivered for line in lines):
        status = OPEN
    return SalesOrder(
        number=number,
        customer=customer,
        day=day,
        changed=min(market.today, day + timedelta(days=random.randint(0, 5))),
        status=status,
        warehouse=random.choice(market.warehouses[:2]),
        lines=lines,
        id=order_id,
    )


def _line(
    order_id: str, place: int, item: Item, order_status: int, customer: Customer, market: SalesMarket
) -> SoldLine:
    quantity = market.quantity(item)
    status = order_status
    if order_status == PARTLY:
        status = (PARTLY, OPEN, CANCELLED, COMPLETE)[(place - 1) % 4]
    whole = float(int(quantity / 2)) if item.case != "by_weight" else quantity / 2
    if status == PARTLY and not whole:
        status = OPEN
    delivered = {COMPLETE: quantity, PARTLY: whole, CANCELLED: whole if order_status == PARTLY else 0.0}
    discount = market.random.choice((0, 0, 0, 0, 5, 10))
    price = round(item.price / customer.rate * (100 - discount) / 100)
    inside = customer.inside
    return SoldLine(
        number=place,
        item=item,
        quantity=quantity,
        delivered=delivered.get(status, 0.0),
        status=status,
        drop_shipment=item.is_bought and market.random.random() < 0.03,
        amount=LineAmount(
            quantity, round(price * (1 + item.vat.rate)) if inside else price, item.vat, customer.rate, inside
        ),
        id=guid("sales order line", order_id, place),
    )


def planned_out(orders: list[SalesOrder]) -> dict[tuple[str, str], float]:
    """Units still to be delivered from own stock, by item and warehouse."""
    planned: dict[tuple[str, str], float] = {}
    for order in orders:
        for line in order.lines:
            if line.status in (OPEN, PARTLY) and not line.drop_shipment:
                key = (line.item.id, order.warehouse.id)
                planned[key] = planned.get(key, 0.0) + line.quantity - line.delivered
    return planned


def order_rows(orders: list[SalesOrder], division: int) -> list[Row]:
    return [
        {
            "OrderID": order.id,
            "ID": order.id,
            "OrderNumber": order.order_number,
            "Division": division,
            "OrderDate": at(order.day),
            "DeliveryDate": at(order.day + timedelta(days=3)),
            "OrderedBy": order.customer.id,
            "OrderedByName": order.customer.name,
            "DeliverTo": order.customer.id,
            "InvoiceTo": order.customer.id,
            "Currency": order.customer.currency,
            "Status": order.status,
            "StatusDescription": STATUS_WORDS[order.status],
            "DeliveryStatus": order.status,
            "InvoiceStatus": order.status if order.is_billed else OPEN,
            "ApprovalStatus": 1,
            "WarehouseID": order.warehouse.id,
            "WarehouseCode": order.warehouse.code,
            "WarehouseDescription": order.warehouse.description,
            "YourRef": f"PO {order.number} / {order.customer.name[:8]}",
            **order_amounts([line.amount for line in order.lines]),
            "Created": at(order.day, 10, order.number % 60),
            "Creator": USER,
            "Modified": at(order.changed, 11 if order.changed == order.day else 3, order.number % 60),
            "Modifier": BUYER,
        }
        for order in orders
    ]


def order_line_rows(
    orders: list[SalesOrder], division: int, drop_purchases: Mapping[str, tuple[str, int]]
) -> list[Row]:
    """`drop_purchases`: id and number of the purchase order behind a line that is a drop shipment."""
    return [
        _line_row(order, line, division, drop_purchases.get(line.id))
        for order in orders
        for line in order.lines
    ]


def _line_row(order: SalesOrder, line: SoldLine, division: int, purchase: tuple[str, int] | None) -> Row:
    row: Row = {
        "ID": line.id,
        "OrderID": order.id,
        "OrderNumber": order.order_number,
        "LineNumber": line.number,
        "Division": division,
        "Item": line.item.id,
        "ItemCode": line.item.code,
        "ItemDescription": line.item.name,
        "UnitCode": line.item.unit.code,
        "Quantity": line.quantity,
        "QuantityDelivered": line.delivered,
        "QuantityInvoiced": line.delivered if order.is_billed else 0.0,
        **order_line_amounts(line.amount),
        "Status": line.status,
        "OrderStatus": line.status,
        "DeliveryStatus": line.status,
        "InvoiceStatus": line.status if order.is_billed else OPEN,
        "UseDropShipment": int(line.drop_shipment),
        "DeliveryDate": at(order.day + timedelta(days=3)),
        "Created": at(order.day, 10, order.number % 60),
        "Modified": at(order.changed, 11 if order.changed == order.day else 3, order.number % 60),
    }
    if order.number % 4 == 0:
        row["CostCenter"] = COST_CENTERS[order.number // 4 % 2]
    if purchase is not None:
        row["PurchaseOrder"], row["PurchaseOrderNumber"] = purchase
    return row
