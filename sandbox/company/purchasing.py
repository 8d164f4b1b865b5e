"""Purchase orders of a generated company: from suppliers' offers, in every status, and drop shipments.

An order of the last five weeks is open (10) or partly received (20), an older one complete (30); one in 15 is
cancelled (40). A sales line that is a drop shipment has a purchase order of its own, with the sale's ids.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sandbox.company.basics import BUYER, USER, VAT_HIGH, Warehouse, at
from sandbox.company.company import Row
from sandbox.company.documents import LineAmount, order_amounts, order_line_amounts
from sandbox.company.ids import guid
from sandbox.company.offers import Offer
from sandbox.company.parties import Supplier
from sandbox.company.sales import COMPLETE as SOLD
from sandbox.company.sales import SalesOrder, SoldLine

OPEN, PARTLY, COMPLETE, CANCELLED = 10, 20, 30, 40
YOUNG_DAYS = 35
RATE_WITHOUT_QUOTE = 0.09  # a rate typed on the order, of a currency that has none in the list


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """`ordered` and `received` in purchase units."""

    number: int
    offer: Offer
    ordered: float
    received: float
    amount: LineAmount
    id: str
    sold: SoldLine | None = None


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """One order. `expected`: the day on which the goods are due. `sale`: the order of a drop shipment."""

    number: int
    supplier: Supplier
    day: date
    expected: date
    changed: date
    status: int
    warehouse: Warehouse
    lines: tuple[BoughtLine, ...]
    id: str
    sale: SalesOrder | None = None

    @property
    def order_number(self) -> int:
        return 40_000_000 + self.number


def make_purchase_orders(
    count: int,
    offers: list[Offer],
    sales: list[SalesOrder],
    warehouses: tuple[Warehouse, ...],
    today: date,
    random: Random,
) -> list[PurchaseOrder]:
    """`count` orders for stock, by day, and one for each drop shipment of `sales`."""
    of_supplier: defaultdict[str, list[Offer]] = defaultdict(list)
    main_offer: dict[str, Offer] = {}
    for offer in offers:
        of_supplier[offer.supplier.id].append(offer)
        if offer.is_main:
            main_offer.setdefault(offer.item.id, offer)
    ranges = list(of_supplier.values())
    days = sorted(today - timedelta(days=random.randint(1, 820)) for _ in range(count))
    orders = [
        _for_stock(number, day, random.choice(ranges), random.choice(warehouses[:2]), today, random)
        for number, day in enumerate(days)
    ]
    drops = ((sale, line) for sale in sales for line in sale.lines if line.drop_shipment)
    return orders + [
        _for_customer(number, sale, line, main_offer[line.item.id])
        for number, (sale, line) in enumerate(drops, start=count)
    ]


def _amount(offer: Offer, ordered: float) -> LineAmount:
    rate = offer.supplier.rate
    return LineAmount(ordered, offer.price, VAT_HIGH, RATE_WITHOUT_QUOTE if rate is None else rate)


def _for_stock(
    number: int, day: date, choice: list[Offer], warehouse: Warehouse, today: date, random: Random
) -> PurchaseOrder:
    order_id = guid("purchase order", number)
    picked = random.sample(choice, min(len(choice), random.randint(1, 6)))
    if number % 12 == 5:
        picked.append(picked[0])  # BO3: two lines of one product stay two lines
    young = (today - day).days <= YOUNG_DAYS
    status = CANCELLED if number % 15 == 4 else random.choice((OPEN, PARTLY)) if young else COMPLETE
    if number % 15 in (6, 8):  # forgotten ones: never received, or not to the end
        status = (PARTLY, OPEN)[number % 15 == 8]
    lines: list[BoughtLine] = []
    for place, offer in enumerate(picked, start=1):
        ordered = float(random.choice((2, 4, 5, 10, 12, 48)))
        part = ordered // 2 if place % 2 else 0.0
        lines.append(
            BoughtLine(
                number=place,
                offer=offer,
                ordered=ordered,
                received={COMPLETE: ordered, PARTLY: part}.get(status, 0.0),
                amount=_amount(offer, ordered),
                id=guid("purchase order line", order_id, place),
            )
        )
    return PurchaseOrder(
        number=number,
        supplier=picked[0].supplier,
        day=day,
        expected=day + timedelta(days=max(offer.lead_days for offer in picked) + 1),
        changed=min(today, day + timedelta(days=random.randint(0, 30))),
        status=status,
        warehouse=warehouse,
        lines=tuple(lines),
        id=order_id,
    )


def _for_customer(number: int, sale: SalesOrder, line: SoldLine, offer: Offer) -> PurchaseOrder:
    order_id = guid("purchase order", number)
    ordered = line.quantity / offer.factor
    done = line.status == SOLD
    return PurchaseOrder(
        number=number,
        supplier=offer.supplier,
        day=sale.day,
        expected=sale.day + timedelta(days=offer.lead_days),
        changed=sale.changed,
        status=COMPLETE if done else OPEN,
        warehouse=sale.warehouse,
        lines=(
            BoughtLine(
                number=1,
                offer=offer,
                ordered=ordered,
                received=ordered if done else 0.0,
                amount=_amount(offer, ordered),
                id=guid("purchase order line", order_id, 1),
                sold=line,
            ),
        ),
        id=order_id,
        sale=sale,
    )


def drop_purchases(orders: list[PurchaseOrder]) -> dict[str, tuple[str, int]]:
    """Id and number of the purchase order by the sales order line that it delivers."""
    return {
        line.sold.id: (order.id, order.order_number)
        for order in orders
        for line in order.lines
        if line.sold is not None
    }


def planned_in(orders: list[PurchaseOrder]) -> dict[tuple[str, str], float]:
    """Units still to come into stock, by item and warehouse."""
    planned: dict[tuple[str, str], float] = {}
    for order in orders:
        if order.status not in (OPEN, PARTLY) or order.sale is not None:
            continue
        for line in order.lines:
            key = (line.offer.item.id, order.warehouse.id)
            planned[key] = planned.get(key, 0.0) + (line.ordered - line.received) * line.offer.factor
    return planned


def order_rows(orders: list[PurchaseOrder], division: int) -> list[Row]:
    return [_header_row(order, division) for order in orders]


def order_line_rows(orders: list[PurchaseOrder], division: int) -> list[Row]:
    return [_line_row(order, line, division) for order in orders for line in order.lines]


def _header_row(order: PurchaseOrder, division: int) -> Row:
    rate = order.supplier.rate
    row: Row = {
        "ID": guid("purchase order header", order.number),
        "PurchaseOrderID": order.id,
        "LineNumber": 0,
        "OrderNumber": order.order_number,
        "Division": division,
        "OrderDate": at(order.day),
        "ReceiptDate": at(order.expected),
        "OrderStatus": order.status,
        "ReceiptStatus": order.status,
        "InvoiceStatus": COMPLETE if order.status == COMPLETE else OPEN,
        "ApprovalStatus": 1,
        "Source": 1 if order.sale is None else 5,
        "Supplier": order.supplier.id,
        "SupplierCode": order.supplier.code,
        "SupplierName": order.supplier.name,
        "Currency": order.supplier.currency,
        "ExchangeRate": RATE_WITHOUT_QUOTE if rate is None else rate,
        "DropShipment": order.sale is not None,
        "Warehouse": order.warehouse.id,
        "WarehouseCode": order.warehouse.code,
        "WarehouseDescription": order.warehouse.description,
        "PurchaseOrderLineCount": len(order.lines),
        "YourRef": f"Inkoop {order.number}",
        **order_amounts([line.amount for line in order.lines]),
        "Created": at(order.day, 4, order.number % 60),
        "Creator": BUYER,
        "Modified": at(order.changed, 5, order.number % 60),
        "Modifier": USER,
    }
    if order.sale is not None:
        row |= {"SalesOrder": order.sale.id, "SalesOrderNumber": order.sale.order_number}
    return row


def _line_row(order: PurchaseOrder, line: BoughtLine, division: int) -> Row:
    offer = line.offer
    row: Row = {
        "ID": line.id,
        "PurchaseOrderID": order.id,
        "LineNumber": line.number,
        "Division": division,
        "Item": offer.item.id,
        "ItemCode": offer.item.code,
        "ItemDescription": offer.item.name,
        "ItemDivisable": offer.item.case == "by_weight",
        "SupplierItemCode": f"{offer.supplier.number}-{offer.item.number:06d}",
        "Unit": offer.unit.code,
        "UnitDescription": offer.unit.description,
        "QuantityInPurchaseUnits": line.ordered,
        "Quantity": line.ordered * offer.factor,
        "ReceivedQuantity": line.received,
        "InvoicedQuantity": line.received if order.status == COMPLETE else 0.0,
        "ReceiptDate": at(order.expected),
        **order_line_amounts(line.amount),
        "Created": at(order.day, 4, order.number % 60),
        "Modified": at(order.changed, 5, order.number % 60),
    }
    if order.sale is not None and line.sold is not None:
        row["SalesOrder"] = order.sale.id
        row["SalesOrderNumber"] = order.sale.order_number
        row["SalesOrderLine"] = line.sold.id
        row["SalesOrderLineNumber"] = line.sold.number
    return row
