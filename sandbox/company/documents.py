"""Amounts of sales and purchase documents, in cents, by the rules of Exact.

A line of an invoice is without VAT. AmountFC of a header is with VAT, AmountFCExclVat without, AmountDC the
sum of the lines' AmountDC. FC is the document's currency, DC the division's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.company.basics import VatCode
from sandbox.company.company import Row


@dataclass(frozen=True)
class LineAmount:
    """`price`: cents for one unit after discount, in FC. `inside`: the price and the line hold the VAT."""

    quantity: float
    price: int
    vat: VatCode
    rate: float = 1.0
    inside: bool = False

    @property
    def fc(self) -> int:
        return round(self.quantity * self.price)

    @property
    def vat_fc(self) -> int:
        return (
            round(self.fc - self.fc / (1 + self.vat.rate)) if self.inside else round(self.fc * self.vat.rate)
        )

    @property
    def excluding_fc(self) -> int:
        return self.fc - self.vat_fc if self.inside else self.fc

    @property
    def dc(self) -> int:
        return round(self.fc * self.rate)

    @property
    def vat_dc(self) -> int:
        return round(self.vat_fc * self.rate)


def money(cents: int) -> float:
    return cents / 100


def invoice_line_amounts(line: LineAmount) -> Row:
    return {
        "Quantity": line.quantity,
        "UnitPrice": money(line.price),
        "NetPrice": money(line.price),
        "AmountFC": money(line.fc),
        "AmountDC": money(line.dc),
        "VATCode": line.vat.code,
        "VATPercentage": line.vat.rate,
        "VATAmountFC": money(line.vat_fc),
        "VATAmountDC": money(line.vat_dc),
    }


def invoice_amounts(lines: list[LineAmount]) -> Row:
    """Of a sales invoice's header."""
    return _header_amounts(lines) | {
        "VATAmountFC": money(sum(line.vat_fc for line in lines)),
        "VATAmountDC": money(sum(line.vat_dc for line in lines)),
    }


def order_line_amounts(line: LineAmount) -> Row:
    """Of a sales order line; a purchase order line has its own quantities beside them."""
    return {
        "UnitPrice": money(line.price),
        "NetPrice": money(line.price),
        "AmountFC": money(line.fc),
        "AmountDC": money(line.dc),
        "VATCode": line.vat.code,
        "VATPercentage": line.vat.rate,
        "VATAmount": money(line.vat_fc),
    }


def order_amounts(lines: list[LineAmount]) -> Row:
    """Of a sales or purchase order's header."""
    return _header_amounts(lines) | {"VATAmount": money(sum(line.vat_fc for line in lines))}


def _header_amounts(lines: list[LineAmount]) -> Row:
    excluding = sum(line.excluding_fc for line in lines)
    return {
        "AmountFC": money(excluding + sum(line.vat_fc for line in lines)),
        "AmountFCExclVat": money(excluding),
        "AmountDC": money(sum(line.dc for line in lines)),
        "AmountDiscount": 0.0,
        "AmountDiscountExclVat": 0.0,
    }
