"""A last look at Optiply before an order is sent: is it still what was planned?

Raw keeps what was read, also an order that somebody has deleted, completed or changed in Optiply since. The
plan may therefore be older than the order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apis.optiply import OptiplyClient
from apis.optiply.resource import Resource

CHANGED = "changed in Optiply since it was planned: goes with the next run"
DELETED = "deleted in Optiply"
COMPLETED = "completed in Optiply"
IN_EXACT = "carries a remote id in Optiply: it stands in Exact already"


@dataclass(frozen=True)
class _Line:
    product_id: str
    quantity: Decimal | None
    subtotal_value: Decimal | None


def why_not_now(optiply: OptiplyClient, order_id: str, planned: str) -> str | None:
    """Why the order must not be sent as planned; None: it is unchanged. Two requests.

    planned: JSON text, `optiply_order` of the plan. Raises what `OptiplyClient.list` raises.
    """
    order = next((one for one in _all(optiply, "buyOrders", {"id": order_id}) if one.id == order_id), None)
    if order is None:
        return DELETED
    if order.attributes.get("completed"):
        return COMPLETED
    if _has_remote_id(order.attributes):
        return IN_EXACT
    expected: dict[str, Any] = json.loads(planned, parse_float=Decimal)
    if _text(order.attributes.get("supplierId")) != _text(expected["supplier_id"]):
        return CHANGED
    lines = {
        line.id: _Line(
            _text(line.attributes.get("productId")),
            _number(line.attributes.get("quantity")),
            _number(line.attributes.get("subtotalValue")),
        )
        for line in _all(optiply, "buyOrderLines", {"buyOrderId": order_id})
        if _text(line.attributes.get("buyOrderId")) == order_id
    }
    planned_lines = {
        _text(line["id"]): _Line(
            _text(line["product_id"]), _number(line["quantity"]), _number(line["subtotal_value"])
        )
        for line in expected["lines"]
    }
    return None if lines == planned_lines else CHANGED


def _all(optiply: OptiplyClient, entity: str, filters: Mapping[str, str]) -> Iterable[Resource]:
    for page in optiply.list(entity, filters=filters):
        yield from page


def _has_remote_id(attributes: Mapping[str, Any]) -> bool:
    by_coupling = attributes.get("remoteIdMap") or {}
    ids = by_coupling.values() if isinstance(by_coupling, Mapping) else (by_coupling,)
    return any(_text(value).strip() for value in (attributes.get("remoteId"), *ids))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> Decimal | None:
    """Optiply sends decimals as text; two decimals are what raw keeps of an amount."""
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))
