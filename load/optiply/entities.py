"""The Optiply entities that are sent, in the order of work, and what sending one has to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Entity:
    """references: payload key -> entity it points at. unique_by: attributes that Optiply allows once
    together (409). nested: payload key of the lines that only a POST can carry; they are read as `nested_entity`,
    which names its record in `nested_in`.

    goes_with: the reference whose record takes this one along when Optiply deletes it. create_needs: attributes
    that a create must carry and an update may lack, because the plan leaves what a flag is off for. with_account:
    a create names the account. refuses_reversed: Optiply refuses a pair whose reverse stands there.
    """

    name: str
    references: Mapping[str, str] = field(default_factory=lambda: NONE)
    unique_by: tuple[str, ...] = ()
    nested: str | None = None
    nested_references: Mapping[str, str] = field(default_factory=lambda: NONE)
    nested_entity: str = ""
    nested_in: str = ""
    goes_with: str | None = None
    create_needs: tuple[str, ...] = ()
    with_account: bool = False
    refuses_reversed: bool = False


ENTITIES = (
    Entity("products", create_needs=("stockLevel",)),
    Entity(
        "productCompositions",
        references={"composed_product_remote_id": "products", "part_product_remote_id": "products"},
        unique_by=("composedProductId", "partProductId"),
        refuses_reversed=True,
    ),
    Entity("suppliers"),
    Entity(
        "supplierProducts",
        references={"product_remote_id": "products", "supplier_remote_id": "suppliers"},
        unique_by=("productId", "supplierId"),
    ),
    Entity(
        "sellOrders",
        nested="order_lines",
        nested_references={"product_remote_id": "products"},
        nested_entity="sellOrderLines",
        nested_in="sellOrderId",
    ),
    Entity("buyOrders", references={"supplier_remote_id": "suppliers"}, with_account=True),
    Entity(
        "buyOrderLines",
        references={"buy_order_remote_id": "buyOrders", "product_remote_id": "products"},
        goes_with="buy_order_remote_id",
    ),
    Entity(
        "receiptLines",
        references={"buy_order_line_remote_id": "buyOrderLines"},
        goes_with="buy_order_line_remote_id",
    ),
)

# All that can carry our remote id, parents first: what a rebuild of the ledger reads.
REMEMBERED = tuple(entity.name for entity in ENTITIES)


@dataclass(frozen=True)
class Cascade:
    """Optiply deletes a `child` with its `parent`, which the child's payload names under `key`."""

    parent: str
    child: str
    key: str


# parents first, so that one pass finds grandchildren too
CASCADES = tuple(
    Cascade(entity.references[entity.goes_with], entity.name, entity.goes_with)
    for entity in ENTITIES
    if entity.goes_with
)
