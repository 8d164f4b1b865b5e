"""The three kinds of documents that a buy order of Optiply can become in Exact, and how each is found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Collection:
    """The lines of a document: the property that holds them, and the line's own fields."""

    name: str
    quantity: str


@dataclass(frozen=True)
class Document:
    """One kind of document.

    marker: the field that carries our reference (X6). counterpart: the field that a look-up holds against it
    besides, so that a number which somebody typed elsewhere is never taken for ours. lines: None where the
    document is its own only line, of `counterpart` and `quantity`.
    """

    sink: str
    path: str
    key: str
    number: str
    marker: str
    counterpart: str
    noun: str
    lines: Collection | None = None
    quantity: str | None = None

    @property
    def select(self) -> tuple[str, ...]:
        own = (self.key, self.number, self.marker, self.counterpart)
        if self.lines is None:
            return (*own, self.quantity) if self.quantity else own
        fields = ("ID", "LineNumber", "Item", self.lines.quantity)
        return (*own, *(f"{self.lines.name}/{field}" for field in fields))

    @property
    def expand(self) -> tuple[str, ...]:
        return () if self.lines is None else (self.lines.name,)


PURCHASE_ORDERS = Document(
    sink="purchase_orders",
    path="purchaseorder/PurchaseOrders",
    key="PurchaseOrderID",
    number="OrderNumber",
    marker="YourRef",
    counterpart="Supplier",
    noun="purchase order",
    lines=Collection("PurchaseOrderLines", "QuantityInPurchaseUnits"),
)
WAREHOUSE_TRANSFERS = Document(
    sink="warehouse_transfers",
    path="inventory/WarehouseTransfers",
    key="TransferID",
    number="TransferNumber",
    marker="Description",
    counterpart="WarehouseTo",
    noun="warehouse transfer",
    lines=Collection("WarehouseTransferLines", "Quantity"),
)
SHOP_ORDERS = Document(
    sink="shop_orders",
    path="manufacturing/ShopOrders",
    key="ID",
    number="ShopOrderNumber",
    marker="YourRef",
    counterpart="Item",
    noun="shop order",
    quantity="PlannedQuantity",
)
DOCUMENTS: Mapping[str, Document] = {
    document.sink: document for document in (PURCHASE_ORDERS, WAREHOUSE_TRANSFERS, SHOP_ORDERS)
}
