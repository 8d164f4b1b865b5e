"""Sales invoices of a generated company.

Most bill what an order delivered, line by line, with the order's ids on them. The rest stand alone: invoices
(8020), direct invoices with a warehouse (8023) and credit notes with negative quantities (8021). Some are
drafts (status 10) or still open (20). Some have a line without item (freight), a text line, or an item twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from sandbox.company.basics import USER, VAT_HIGH, Warehouse, at
from sandbox.company.company import Row
from sandbox.company.documents import LineAmount, invoice_amounts, invoice_line_amounts
from sandbox.company.ids import guid
from sandbox.company.items import Item
from sandbox.company.parties import Customer
from sandbox.company.sales import SalesMarket, SalesOrder, SoldLine

DRAFT, STILL_OPEN, PROCESSED = 10, 20, 50
INVOICE, CREDIT_NOTE, DIRECT_INVOICE = 8020, 8021, 8023
STATUS_WORDS = {DRAFT: "Concept", STILL_OPEN: "Open", PROCESSED: "Verwerkt"}
TYPE_WORDS = {
    INVOICE: "Verkoopfactuur",
    CREDIT_NOTE: "Verkoopcreditnota",
    DIRECT_INVOICE: "Directe verkoopfactuur",
}
FREIGHT = 695


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """`item` None: a free line, or a text line without an amount. `sold`: the order line billed."""

    words: str
    item: Item | None = None
    amount: LineAmount | None = None
    sold: SoldLine | None = None


@dataclass(frozen=True)
class Invoice:
    number: int
    kind: int
    status: int
    customer: Customer
    day: date
    lines: tuple[InvoiceLine, ...]
    order: SalesOrder | None = None
    warehouse: Warehouse | None = None

    @cached_property
    def id(self) -> str:
        return guid("sales invoice", self.number)

    @property
    def amounts(self) -> list[LineAmount]:
        return [line.amount for line in self.lines if line.amount is not None]


def make_invoices(count: int, orders: list[SalesOrder], market: SalesMarket) -> list[Invoice]:
    """About `count` invoices: of seven in ten delivered orders, the rest without an order."""
    delivered = [order for order in orders if any(line.delivered for line in order.lines)]
    billed = (order for order in delivered if order.is_billed)
    invoices = [_of_order(number, order, market) for number, order in enumerate(billed)]
    alone = range(len(invoices), max(count, len(invoices) + 12))
    return invoices + [_alone(number, market) for number in alone]


def _status(number: int, day: date, today: date) -> int:
    if number % 25 == 9:
        return DRAFT
    return STILL_OPEN if number % 25 == 16 or (today - day).days < 2 else PROCESSED


def _of_order(number: int, order: SalesOrder, market: SalesMarket) -> Invoice:
    rate = order.customer.rate
    lines = [
        InvoiceLine(
            words=sold.item.name,
            item=sold.item,
            # an invoice line is without VAT whatever the order's prices held
            amount=LineAmount(sold.delivered, _price_excluding(sold.amount), sold.item.vat, rate),
            sold=sold,
        )
        for sold in order.lines
        if sold.delivered
    ]
    if number % 6 == 1:
        lines.append(InvoiceLine("Verzendkosten", amount=LineAmount(1.0, FREIGHT, VAT_HIGH, rate)))
    if number % 9 == 2:
        lines.insert(0, InvoiceLine(f"Uw bestelling {order.order_number}, met dank — tot ziens!"))
    return Invoice(
        number=number,
        kind=INVOICE,
        status=_status(number, order.changed, market.today),
        customer=order.customer,
        day=min(market.today, order.changed),
        lines=tuple(lines),
        order=order,
    )


def _price_excluding(amount: LineAmount) -> int:
    return round(amount.price / (1 + amount.vat.rate)) if amount.inside else amount.price


def _alone(number: int, market: SalesMarket) -> Invoice:
    random = market.random
    kind = (INVOICE, INVOICE, DIRECT_INVOICE, INVOICE, DIRECT_INVOICE, CREDIT_NOTE)[number % 6]
    customer = random.choice(market.customers)
    day = market.past_day()
    items = [random.choice(market.items) for _ in range(random.randint(1, 4))]
    if number % 8 == 5:
        items.append(items[0])
    sign = -1 if kind == CREDIT_NOTE else 1
    lines = [
        InvoiceLine(
            item.name,
            item,
            LineAmount(
                sign * market.quantity(item), round(item.price / customer.rate), item.vat, customer.rate
            ),
        )
        for item in items
    ]
    if number % 7 == 3:
        lines.append(
            InvoiceLine("Emballage & statiegeld", amount=LineAmount(sign * 2.0, 250, VAT_HIGH, customer.rate))
        )
    return Invoice(
        number=number,
        kind=kind,
        status=_status(number, day, market.today),
        customer=customer,
        day=day,
        lines=tuple(lines),
        warehouse=random.choice(market.warehouses[:2]) if kind == DIRECT_INVOICE else None,
    )


def invoice_rows(invoices: list[Invoice], division: int) -> list[Row]:
    return [_header_row(invoice, division) for invoice in invoices]


def invoice_line_rows(invoices: list[Invoice], division: int) -> list[Row]:
    return [
        _line_row(invoice, place, line, division)
        for invoice in invoices
        for place, line in enumerate(invoice.lines, start=1)
    ]


def _header_row(invoice: Invoice, division: int) -> Row:
    order = invoice.order
    row: Row = {
        "ID": guid("sales invoice header", invoice.number),
        "InvoiceID": invoice.id,
        "LineNumber": 0,
        "Division": division,
        "Type": invoice.kind,
        "TypeDescription": TYPE_WORDS[invoice.kind],
        "Status": invoice.status,
        "StatusDescription": STATUS_WORDS[invoice.status],
        "OrderNumber": order.order_number if order else 50_000_000 + invoice.number,
        "OrderDate": at(order.day if order else invoice.day),
        "OrderedBy": invoice.customer.id,
        "OrderedByName": invoice.customer.name,
        "InvoiceTo": invoice.customer.id,
        "DeliverTo": invoice.customer.id,
        "Currency": invoice.customer.currency,
        "DueDate": at(invoice.day + timedelta(days=30)),
        **invoice_amounts(invoice.amounts),
        "Created": at(invoice.day, 2, invoice.number % 60),
        "Creator": USER,
        "Modified": at(invoice.day, 4, invoice.number % 60),
        "Modifier": USER,
    }
    if invoice.status == PROCESSED:
        row["InvoiceNumber"] = 20_000_000 + invoice.number
    if invoice.status != DRAFT:
        row["InvoiceDate"] = at(invoice.day)
    if invoice.warehouse is not None:
        row["Warehouse"] = invoice.warehouse.id
    return row


def _line_row(invoice: Invoice, place: int, line: InvoiceLine, division: int) -> Row:
    row: Row = {
        "ID": guid("sales invoice line", invoice.number, place),
        "InvoiceID": invoice.id,
        "LineNumber": place,
        "Division": division,
        "Description": line.words,
    }
    if line.amount is not None:
        row |= invoice_line_amounts(line.amount)
    if line.item is not None:
        row["Item"] = line.item.id
        row["ItemCode"] = line.item.code
        row["ItemDescription"] = line.item.name
        row["UnitCode"] = line.item.unit.code
    if line.sold is not None and invoice.order is not None:
        row["SalesOrder"] = invoice.order.id
        row["SalesOrderNumber"] = invoice.order.order_number
        row["SalesOrderLine"] = line.sold.id
        row["SalesOrderLineNumber"] = line.sold.number
    return row
