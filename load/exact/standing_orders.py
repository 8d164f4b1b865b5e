"""The purchase orders that stand in Exact under our marker (X6: marker and supplier, never OrderNumber)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apis.exact import ExactClient
from apis.exact.edm import parse
from apis.exact.odata import Guid, and_, eq, or_
from load.exact.orders import PlannedLine

PATH = "purchaseorder/PurchaseOrders"
SELECT = (
    "PurchaseOrderID",
    "OrderNumber",
    "Supplier",
    "YourRef",
    "PurchaseOrderLines/ID",
    "PurchaseOrderLines/LineNumber",
    "PurchaseOrderLines/Item",
    "PurchaseOrderLines/QuantityInPurchaseUnits",
)
EXPAND = ("PurchaseOrderLines",)
AT_ONCE = 15  # markers in one request: keeps the URL below 2,000 characters
LINE_FIELDS = {"ID": "Guid", "LineNumber": "Int32", "Item": "Guid", "QuantityInPurchaseUnits": "Double"}
QUANTITY_TOLERANCE = 1e-4


@dataclass(frozen=True)
class StandingLine:
    exact_line_id: str
    line_number: int
    item_id: str
    quantity: float


@dataclass(frozen=True)
class StandingOrder:
    """A purchase order as Exact holds it; its lines by line number."""

    exact_id: str
    order_number: str | None
    supplier_id: str
    your_ref: str
    lines: tuple[StandingLine, ...]


@dataclass(frozen=True)
class Wanted:
    """What an order of ours is recognised by."""

    marker: str
    supplier_remote_id: str


def find_orders(exact: ExactClient, wanted: Sequence[Wanted]) -> dict[Wanted, list[StandingOrder]]:
    """Every order in Exact with one of these markers and its supplier, the lowest order number first.

    Raises what `ExactClient.pages` raises: then nothing is known, and nothing may be sent.
    """
    found: dict[Wanted, list[StandingOrder]] = {}
    for start in range(0, len(wanted), AT_ONCE):
        chunk = wanted[start : start + AT_ONCE]
        condition = or_(
            *(
                and_(eq("YourRef", each.marker), eq("Supplier", Guid(each.supplier_remote_id)))
                for each in chunk
            )
        )
        asked = set(chunk)
        for order in _read(exact, condition):
            key = Wanted(order.your_ref, order.supplier_id)
            if key in asked:
                found.setdefault(key, []).append(order)
    for orders in found.values():
        orders.sort(key=lambda order: (int(order.order_number or 0), order.exact_id))
    return found


def read_order(exact: ExactClient, exact_id: str) -> StandingOrder | None:
    """One order, read back by its id."""
    return next(iter(_read(exact, eq("PurchaseOrderID", Guid(exact_id)))), None)


@dataclass(frozen=True)
class Match:
    """Our lines and Exact's, one to one. `has_same_items`: nothing is missing or left over on either side."""

    pairs: tuple[tuple[PlannedLine, StandingLine], ...]
    has_same_items: bool
    has_same_quantities: bool


def match_lines(planned: Sequence[PlannedLine], standing: Sequence[StandingLine]) -> Match:
    """Each of our lines takes the first free line of its item and quantity, else of its item.

    Two lines of one product stay two pairs. A quantity that somebody has changed in Exact since does not make
    it another order; another set of items does.
    """
    free = list(standing)
    found: dict[int, StandingLine] = {}
    for is_match in (_is_same, _is_same_item):
        for position, line in enumerate(planned):
            match = None if position in found else next((each for each in free if is_match(line, each)), None)
            if match is not None:
                found[position] = match
                free.remove(match)
    pairs = tuple((planned[position], found[position]) for position in sorted(found))
    return Match(
        pairs,
        has_same_items=not free and len(pairs) == len(planned),
        has_same_quantities=all(_is_same(*pair) for pair in pairs),
    )


def _is_same_item(planned: PlannedLine, standing: StandingLine) -> bool:
    return planned.item_id == standing.item_id


def _is_same(planned: PlannedLine, standing: StandingLine) -> bool:
    return _is_same_item(planned, standing) and math.isclose(
        planned.quantity, standing.quantity, rel_tol=0, abs_tol=QUANTITY_TOLERANCE
    )


def _read(exact: ExactClient, condition: str) -> Iterable[StandingOrder]:
    for page in exact.pages(PATH, select=SELECT, filter=condition, expand=EXPAND):
        for entry in page.entries:
            yield _order(entry)


def _order(entry: Mapping[str, Any]) -> StandingOrder:
    lines = [_line(line) for line in entry.get("PurchaseOrderLines") or ()]
    number = parse(entry.get("OrderNumber"), "Int32", "OrderNumber")
    return StandingOrder(
        exact_id=str(parse(entry["PurchaseOrderID"], "Guid", "PurchaseOrderID")),
        order_number=None if number is None else str(number),
        supplier_id=str(parse(entry["Supplier"], "Guid", "Supplier")),
        your_ref=str(entry.get("YourRef") or "").strip(),
        lines=tuple(sorted(lines, key=lambda line: line.line_number)),
    )


def _line(entry: Mapping[str, Any]) -> StandingLine:
    values: dict[str, Any] = {
        name: parse(entry.get(name), edm_type, name) for name, edm_type in LINE_FIELDS.items()
    }
    return StandingLine(
        values["ID"],
        values["LineNumber"] or 0,
        values["Item"] or "",
        values["QuantityInPurchaseUnits"] or 0.0,
    )
