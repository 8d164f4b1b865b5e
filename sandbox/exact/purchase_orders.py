"""What Exact does with a purchase order that is sent to it: the refusals of X12, quantities, prices, amounts.

Amounts: AmountDC of lines and header without VAT in the division's currency, AmountFC of the header with VAT
in the order's, AmountFCExclVat without.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from sandbox.company.company import Row, Value
from sandbox.exact.refusals import business_rule, mandatory, not_found
from sandbox.exact.store import Store

CENT = Decimal("0.01")


class PurchaseOrderRules:
    """Checks and fills a purchase order's header and lines; reads the store, writes nothing."""

    def written(self, store: Store, header: Row, lines: Sequence[Row]) -> None:
        """Nothing follows from it."""

    def header(self, store: Store, header: Row) -> Row:
        """Raises Refused: the supplier is none or is blocked, no warehouse."""
        supplier = store.find("accounts", header.get("Supplier"))
        if supplier is None or not supplier.get("IsSupplier"):
            raise not_found("Supplier", header.get("Supplier"))
        if supplier.get("Blocked"):
            raise business_rule(f"Geblokkeerd: Leverancier - {_code(supplier)}")
        today = datetime.combine(store.now(), time())
        filled: Row = {
            "OrderDate": header.get("OrderDate") or today,
            "ReceiptDate": header.get("ReceiptDate") or header.get("OrderDate") or today,
            "Currency": header.get("Currency") or supplier.get("PurchaseCurrency") or "EUR",
            "ExchangeRate": header.get("ExchangeRate") or 1,
        }
        warehouse = header.get("Warehouse") or _main_warehouse(store)
        if warehouse is None:
            raise mandatory("Warehouse")
        return {**filled, "Warehouse": warehouse}

    def line(self, store: Store, header: Row, line: Row, sent: Collection[str]) -> Row:
        """Raises Refused: an item that may not be ordered here, of this supplier, now; no price; VAT code.

        `sent`: the fields of the request, so that a price sent now beats one that the line has already.
        """
        item = store.find("items", line.get("Item"))
        if item is None:
            raise not_found("Item", line.get("Item"))
        day = cast(datetime, header["OrderDate"])
        _check_item(item, datetime.combine(store.now(), time()))
        link = _supplier_item(store, item["ID"], header["Supplier"])
        if link is None:
            raise business_rule(f"Artikel en leverancier zijn niet gekoppeld: {_code(item)}")
        _check_warehouse(store, item, header["Warehouse"])
        quantity = _number(line.get("QuantityInPurchaseUnits"))
        if quantity <= 0:
            raise business_rule(f"Ongeldig: Aantal - {_code(item)}")
        if quantity != int(quantity) and not item.get("IsFractionAllowedItem"):
            raise business_rule(f"Aantal moet een geheel getal zijn: {_code(item)}")
        vat_code = line.get("VATCode") or link.get("PurchaseVATCode")
        percentage = _vat_percentage(store, vat_code)
        discount = _number(line.get("Discount"))
        price = _first_known(line.get("UnitPrice"), _purchase_price(store, link, day))
        net = float(_exact(_number(price)) * (1 - _exact(discount)))
        if "NetPrice" in sent and line.get("NetPrice") is not None:
            net = _number(line["NetPrice"])
            price = line["UnitPrice"] if "UnitPrice" in sent else net
        if price is None:
            raise business_rule(f"Geen inkoopprijs gevonden: {_code(item)}")
        amount = _money(_exact(quantity) * _exact(net))
        vat = _money(_exact(amount) * _exact(percentage))
        return {
            "Quantity": quantity * _factor(link),
            "UnitPrice": price,
            "NetPrice": net,
            "Discount": discount,
            "AmountFC": amount,
            "AmountDC": _money(_exact(amount) * _exact(_number(header.get("ExchangeRate")))),
            "VATCode": vat_code,
            "VATPercentage": percentage,
            "VATAmount": vat,
            "Unit": link.get("PurchaseUnit"),
            "UnitDescription": link.get("PurchaseUnitDescription"),
            "SupplierItemCode": link.get("SupplierItemCode"),
            "ReceiptDate": line.get("ReceiptDate") or header.get("ReceiptDate"),
            "Description": line.get("Description") or item.get("Description"),
            "ItemDivisable": bool(item.get("IsFractionAllowedItem")),
            "ReceivedQuantity": line.get("ReceivedQuantity") or 0,
            "InvoicedQuantity": line.get("InvoicedQuantity") or 0,
        }

    def totals(self, header: Row, lines: Sequence[Row]) -> Row:  # noqa: ARG002
        without_vat = _sum(lines, "AmountFC")
        vat = _sum(lines, "VATAmount")
        return {
            "AmountFCExclVat": float(without_vat),
            "VATAmount": float(vat),
            "AmountFC": float(without_vat + vat),
            "AmountDC": float(_sum(lines, "AmountDC")),
            "PurchaseOrderLineCount": len(lines),
        }


def _check_item(item: Row, today: datetime) -> None:
    if not item.get("IsPurchaseItem"):
        raise business_rule(f"Artikel is geen inkoopartikel: {_code(item)}")
    start, end = item.get("StartDate"), item.get("EndDate")
    if isinstance(start, datetime) and start > today:
        raise business_rule(f"Artikel is toekomstig: {_code(item)}")
    if isinstance(end, datetime) and end < today:
        raise business_rule(f"Artikel is niet actief: {_code(item)}")


def _check_warehouse(store: Store, item: Row, warehouse: Value) -> None:
    """An item with links to warehouses must have one to this; an item without any may go anywhere."""
    linked = {row.get("Warehouse") for row in store.children("item_warehouses", "Item", item["ID"])}
    if linked and warehouse not in linked:
        raise business_rule(f"Artikel en magazijn zijn niet gekoppeld: {_code(item)}")


def _supplier_item(store: Store, item: Value, supplier: Value) -> Row | None:
    rows = [
        row for row in store.children("supplier_products", "Item", item) if row.get("Supplier") == supplier
    ]
    return max(rows, key=lambda row: bool(row.get("MainSupplier")), default=None)


def _purchase_price(store: Store, link: Row, day: datetime) -> Value:
    """The supplier item's price where it holds on that day, else the first price agreed with the supplier."""
    if link.get("PurchasePrice") and _active(link, day):
        return link["PurchasePrice"]
    for row in store.children("purchase_items_prices", "Item", link.get("Item")):
        if row.get("Account") == link.get("Supplier") and row.get("Price") and _active(row, day):
            return row["Price"]
    return None


def _first_known(*values: Value) -> Value:
    return next((value for value in values if value is not None), None)


def _active(row: Row, day: datetime) -> bool:
    start, end = row.get("StartDate"), row.get("EndDate")
    began = not isinstance(start, datetime) or start <= day
    return began and (not isinstance(end, datetime) or day < end + timedelta(days=1))


def _vat_percentage(store: Store, code: Value) -> float:
    """The fraction of a VAT code (0.21). A code that is unknown or blocked is refused."""
    rows = store.rows("vat_codes")
    if code is None or not rows:
        return 0.0
    found = next((row for row in rows if str(row.get("Code")).strip() == str(code).strip()), None)
    if found is None:
        raise not_found("VATCode", code)
    if found.get("IsBlocked"):
        raise business_rule(f"Geblokkeerd: BTW-code - {str(code).strip()}")
    return _number(found.get("Percentage"))


def _main_warehouse(store: Store) -> Value:
    rows = store.rows("warehouses")
    main = next((row for row in rows if row.get("Main")), rows[0] if rows else None)
    return main["ID"] if main else None


def _factor(link: Row) -> float:
    factor = _number(link.get("PurchaseUnitFactor"))
    return factor if factor > 0 else 1.0


def _code(row: Row) -> str:
    return str(row.get("Code") or row.get("ID")).strip()


def _exact(number: float) -> Decimal:
    """The decimal that a person reads in the number, so that 31.50 at 21 % is 6.615 and no less."""
    return Decimal(str(number))


def _money(amount: Decimal) -> float:
    return float(amount.quantize(CENT, ROUND_HALF_UP))


def _sum(lines: Sequence[Row], field: str) -> Decimal:
    return sum((_exact(_number(line.get(field))) for line in lines), Decimal())


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
