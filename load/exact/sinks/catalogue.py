"""The nine sinks (X11): where their records go, and by what one is recognised again (X6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sink:
    """One sink.

    marker: the field that carries the record's reference; a look-up holds `counterpart` against it besides.
    defaults: what is sent where the record says nothing. Names of records that `names.NAMED` lists may stand
    in place of their guids.
    """

    name: str
    path: str
    key: str
    marker: str
    counterpart: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)


_ALL = (
    Sink("BuyOrders", "purchaseorder/PurchaseOrders", "PurchaseOrderID", "YourRef", "Supplier"),
    # there is no such endpoint: a stock count changes stock; 12 is a draft that a person processes
    Sink(
        "UpdateInventory",
        "inventory/StockCounts",
        "StockCountID",
        "Description",
        "Warehouse",
        {"Status": 12},
    ),
    Sink("Items", "logistics/Items", "ID", "Code"),
    Sink("PurchaseInvoices", "purchase/PurchaseInvoices", "ID", "YourRef", "Supplier"),
    # without IsSupplier Exact makes an account that is none
    Sink("Suppliers", "crm/Accounts", "ID", "Code", defaults={"IsSupplier": True}),
    Sink("PurchaseEntries", "purchaseentry/PurchaseEntries", "EntryID", "YourRef", "Supplier"),
    Sink("SalesOrders", "salesorder/SalesOrders", "OrderID", "YourRef", "OrderedBy"),
    Sink("ShopOrders", "manufacturing/ShopOrders", "ID", "YourRef", "Item"),
    Sink("WarehouseTransfers", "inventory/WarehouseTransfers", "TransferID", "Description", "WarehouseTo"),
)
SINKS: Mapping[str, Sink] = {sink.name: sink for sink in _ALL}
PADDED_CODES = frozenset({"crm/Accounts"})  # codes with leading spaces
