"""What Exact checks and fills in by itself when something is written: the same few things for every entity,
and a set of rules of its own for purchase orders.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sandbox.company.company import Row, Value
from sandbox.exact.entity_sets import EntitySet
from sandbox.exact.purchase_orders import PurchaseOrderRules
from sandbox.exact.refusals import exists_already, not_found
from sandbox.exact.stock_rules import StockCountRules, WarehouseTransferRules
from sandbox.exact.store import Store

# guid field -> the stream whose row it names; a value that is not there is refused
REFERENCES: Mapping[str, str] = {
    "Item": "items",
    "ItemGroup": "item_groups",
    "OrderedBy": "accounts",
    "DeliverTo": "accounts",
    "Document": "documents",
    "InvoiceTo": "accounts",
    "PurchaseOrderLine": "purchase_order_lines",
    "Supplier": "accounts",
    "Warehouse": "warehouses",
    "WarehouseFrom": "warehouses",
    "WarehouseID": "warehouses",
    "WarehouseTo": "warehouses",
}
# what an entry repeats of the row that it refers to: SupplierName, WarehouseCode, ItemDescription ...
REPEATED = ("Code", "Name", "Description", "Barcode")
CODE_LENGTH = 18  # codes of accounts are padded with leading spaces


class Rules(Protocol):
    """The rules of one kind of document. Each method gives the fields to set, or raises Refused; `written` does
    what follows from a new entry that stands."""

    def header(self, store: Store, header: Row) -> Row: ...

    def line(self, store: Store, header: Row, line: Row, sent: Collection[str]) -> Row: ...

    def totals(self, header: Row, lines: Sequence[Row]) -> Row: ...

    def written(self, store: Store, header: Row, lines: Sequence[Row]) -> None: ...


class NoRules:
    """Nothing beyond what holds for every entity."""

    def header(self, store: Store, header: Row) -> Row:  # noqa: ARG002
        return {}

    def line(self, store: Store, header: Row, line: Row, sent: Collection[str]) -> Row:  # noqa: ARG002
        return {}

    def totals(self, header: Row, lines: Sequence[Row]) -> Row:  # noqa: ARG002
        return {}

    def written(self, store: Store, header: Row, lines: Sequence[Row]) -> None:
        """Nothing follows from it."""


@dataclass(frozen=True)
class Sink:
    """`number`: a field that gets the next free number; `unique`: one whose value may stand once;
    `defaults`: what a new entry starts with."""

    number: str | None = None
    unique: tuple[str, ...] = ()
    defaults: Mapping[str, Value] = field(default_factory=dict)
    rules: Rules = field(default_factory=NoRules)


SINKS: Mapping[str, Sink] = {
    "accounts": Sink(unique=("Code",), defaults={"Status": "A", "IsSupplier": False, "Blocked": False}),
    "items": Sink(
        unique=("Code",),
        defaults={
            "IsSalesItem": True,
            "IsPurchaseItem": False,
            "IsStockItem": True,
            "IsMakeItem": 0,
            "Stock": 0,
        },
    ),
    "manufacturing_shop_orders": Sink(number="ShopOrderNumber", defaults={"Status": 10}),
    "purchase_entries": Sink(number="EntryNumber", defaults={"Status": 20}),
    "purchase_invoices": Sink(number="EntryNumber", defaults={"Status": 10}),
    "purchase_orders": Sink(
        number="OrderNumber",
        unique=("OrderNumber",),
        defaults={
            "ApprovalStatus": 1,
            "DropShipment": False,
            "InvoiceStatus": 10,
            "OrderStatus": 10,
            "ReceiptStatus": 10,
            "Source": 11,  # REST API
        },
        rules=PurchaseOrderRules(),
    ),
    "sales_orders": Sink(
        number="OrderNumber",
        unique=("OrderNumber",),
        defaults={"Status": 12, "DeliveryStatus": 12, "InvoiceStatus": 12, "ApprovalStatus": 1},
    ),
    "stock_counts": Sink(
        number="StockCountNumber", defaults={"Status": 12, "Source": 4}, rules=StockCountRules()
    ),
    "warehouse_transfers": Sink(
        number="TransferNumber", defaults={"Status": 10, "Source": 4}, rules=WarehouseTransferRules()
    ),
}


def sink_of(stream: str) -> Sink:
    return SINKS.get(stream, Sink())


def check_references(store: Store, fields: Mapping[str, Value]) -> None:
    """Every guid that names another row must find it. Raises Refused."""
    for name, stream in REFERENCES.items():
        value = fields.get(name)
        if value is not None and store.find(stream, value) is None:
            raise not_found(name, value)


def check_unique(
    store: Store, entity_set: EntitySet, fields: Mapping[str, Value], own_key: Value = None
) -> None:
    """A number or code that another row has is refused."""
    for name in sink_of(entity_set.stream).unique:
        value = fields.get(name)
        if value is None:
            continue
        wanted = _plain(value)
        for row in store.rows(entity_set.stream):
            if _plain(row.get(name)) == wanted and row.get(entity_set.key[0]) != own_key:
                raise exists_already(name, wanted)


def repeated_fields(store: Store, entity_set: EntitySet, fields: Mapping[str, Value]) -> Row:
    """What the entry repeats of the rows it refers to."""
    found: Row = {}
    for name, stream in REFERENCES.items():
        other = store.find(stream, fields[name]) if fields.get(name) is not None else None
        for suffix in REPEATED if other is not None else ():
            if f"{name}{suffix}" in entity_set.fields and other is not None:
                found[f"{name}{suffix}"] = other.get(suffix)
    return found


def new_entry(store: Store, entity_set: EntitySet, fields: Row) -> Row:
    """A new entry's own fields with defaults, number and repeated fields."""
    sink = sink_of(entity_set.stream)
    entry: Row = {name: value for name, value in sink.defaults.items() if name in entity_set.fields}
    entry.update({name: value for name, value in fields.items() if value is not None})
    if sink.number is not None and sink.number not in entry:
        entry[sink.number] = _next_number(store, entity_set.stream, sink.number)
    if entity_set.stream == "accounts":
        code = entry.get("Code") or _next_number(store, "accounts", "Code")
        entry["Code"] = str(code).strip().rjust(CODE_LENGTH)
    return entry | repeated_fields(store, entity_set, entry)


def _next_number(store: Store, stream: str, name: str) -> int:
    taken = [str(row.get(name, "")).strip() for row in store.rows(stream)]
    return 1 + max((int(text) for text in taken if text.isascii() and text.isdigit()), default=0)


def _plain(value: Value) -> str | None:
    return None if value is None else str(value).strip().lower()
