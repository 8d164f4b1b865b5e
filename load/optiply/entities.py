"""The Optiply entities that are sent, in the order of work, and what sending one has to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Entity:
    """references: payload key -> entity it points at. unique_by: attributes that Optiply allows once
    together (409). nested: payload key of the lines that only a POST can carry."""

    name: str
    references: Mapping[str, str] = field(default_factory=lambda: NONE)
    unique_by: tuple[str, ...] = ()
    nested: str | None = None
    nested_references: Mapping[str, str] = field(default_factory=lambda: NONE)


ENTITIES = (
    Entity("products"),
    Entity("suppliers"),
    Entity(
        "supplierProducts",
        references={"product_remote_id": "products", "supplier_remote_id": "suppliers"},
        unique_by=("productId", "supplierId"),
    ),
    Entity("sellOrders", nested="order_lines", nested_references={"product_remote_id": "products"}),
)

# All that can carry our remote id, parents first: what a rebuild of the ledger reads.
REMEMBERED = (
    "products",
    "productCompositions",
    "suppliers",
    "supplierProducts",
    "sellOrders",
    "buyOrders",
    "buyOrderLines",
    "receiptLines",
)
