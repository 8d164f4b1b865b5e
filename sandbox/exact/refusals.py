"""What the server refuses: one exception that carries the status and the words of Exact's error document."""

from __future__ import annotations

from collections.abc import Mapping

NOT_IN_LICENCE = "Forbidden: the licence of this division does not include this module."


class Refused(Exception):
    """The answer is an error document with this status, these words and, if any, further headers."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


# What Exact's Dutch messages call a field; a field that is not here goes by its own name.
DUTCH: Mapping[str, str] = {
    "AmountFC": "Bedrag",
    "Code": "Code",
    "Currency": "Valuta",
    "Description": "Omschrijving",
    "EntryDate": "Boekdatum",
    "GLAccount": "Grootboekrekening",
    "Item": "Artikel",
    "Journal": "Dagboek",
    "Name": "Naam",
    "OrderDate": "Orderdatum",
    "OrderNumber": "Ordernummer",
    "OrderedBy": "Besteld door",
    "PlannedQuantity": "Gepland aantal",
    "PurchaseEntryLines": "Regels",
    "PurchaseInvoiceLines": "Regels",
    "PurchaseOrderID": "Inkooporder",
    "PurchaseOrderLines": "Orderregels",
    "Quantity": "Aantal",
    "QuantityInPurchaseUnits": "Aantal",
    "ReceiptDate": "Ontvangstdatum",
    "SalesOrderLines": "Orderregels",
    "Supplier": "Leverancier",
    "Type": "Type",
    "VATCode": "BTW-code",
    "Warehouse": "Magazijn",
    "WarehouseFrom": "Magazijn van",
    "WarehouseTo": "Magazijn naar",
    "WarehouseTransferLines": "Regels",
}


def label(field: str) -> str:
    return DUTCH.get(field, field)


def mandatory(field: str) -> Refused:
    return Refused(400, f"Verplicht: {label(field)}")


def not_found(field: str, value: object) -> Refused:
    # Exact sends its business refusals under 400 and under 500: a client that retries every 500 fails here
    return Refused(500, f"Niet gevonden: {label(field)} - {value}")


def exists_already(field: str, value: object) -> Refused:
    return Refused(500, f"Bestaat reeds: {label(field)} - {value}")


def business_rule(words: str) -> Refused:
    return Refused(500, words)
