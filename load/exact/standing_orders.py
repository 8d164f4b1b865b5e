"""The documents that stand in Exact under our marker (X6: marker and counterpart, never a number alone)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apis.exact import ExactClient
from apis.exact.edm import parse
from apis.exact.odata import Guid, and_, eq, or_
from load.exact.documents import DOCUMENTS, Document
from load.exact.orders import PlannedLine

AT_ONCE = 15  # markers in one request: keeps the URL below 2,000 characters
QUANTITY_TOLERANCE = 1e-4


@dataclass(frozen=True)
class StandingLine:
    exact_line_id: str
    line_number: int
    item_id: str
    quantity: float


@dataclass(frozen=True)
class StandingOrder:
    """A document as Exact holds it; its lines by line number. A shop order is its own only line."""

    exact_id: str
    order_number: str | None
    counterpart_id: str
    marker: str
    lines: tuple[StandingLine, ...]


@dataclass(frozen=True)
class Wanted:
    """What a document of ours is recognised by."""

    sink: str
    marker: str
    counterpart_id: str


def find_orders(exact: ExactClient, wanted: Sequence[Wanted]) -> dict[Wanted, list[StandingOrder]]:
    """Every document in Exact with one of these markers and its counterpart, the lowest number first.

    Raises what `ExactClient.pages` raises: then nothing is known, and nothing may be sent.
    """
    found: dict[Wanted, list[StandingOrder]] = {}
    for sink, document in DOCUMENTS.items():
        of_sink = [each for each in wanted if each.sink == sink]
        for start in range(0, len(of_sink), AT_ONCE):
            chunk = of_sink[start : start + AT_ONCE]
            condition = or_(
                *(
                    and_(
                        eq(document.marker, each.marker),
                        eq(document.counterpart, Guid(each.counterpart_id)),
                    )
                    for each in chunk
                )
            )
            asked = set(chunk)
            for order in _read(exact, document, condition):
                key = Wanted(sink, order.marker, order.counterpart_id)
                if key in asked:
                    found.setdefault(key, []).append(order)
    for orders in found.values():
        orders.sort(key=lambda order: (int(order.order_number or 0), order.exact_id))
    return found


def read_order(exact: ExactClient, document: Document, exact_id: str) -> StandingOrder | None:
    """One document, read back by its id."""
    return next(iter(_read(exact, document, eq(document.key, Guid(exact_id)))), None)


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


def _read(exact: ExactClient, document: Document, condition: str) -> Iterable[StandingOrder]:
    for page in exact.pages(document.path, select=document.select, filter=condition, expand=document.expand):
        for entry in page.entries:
            yield _order(document, entry)


def _order(document: Document, entry: Mapping[str, Any]) -> StandingOrder:
    number = parse(entry.get(document.number), "Int32", document.number)
    return StandingOrder(
        exact_id=str(parse(entry[document.key], "Guid", document.key)),
        order_number=None if number is None else str(number),
        counterpart_id=str(parse(entry[document.counterpart], "Guid", document.counterpart)),
        marker=str(entry.get(document.marker) or "").strip(),
        lines=tuple(sorted(_lines(document, entry), key=lambda line: line.line_number)),
    )


def _lines(document: Document, entry: Mapping[str, Any]) -> list[StandingLine]:
    if document.lines is None:
        return [_line(entry, document.quantity or "")]
    return [_line(line, document.lines.quantity) for line in entry.get(document.lines.name) or ()]


def _line(entry: Mapping[str, Any], quantity: str) -> StandingLine:
    edm_types = {"ID": "Guid", "LineNumber": "Int32", "Item": "Guid", quantity: "Double"}
    values: dict[str, Any] = {
        name: parse(entry.get(name), edm_type, name) for name, edm_type in edm_types.items()
    }
    return StandingLine(
        values["ID"], values["LineNumber"] or 0, values["Item"] or "", values[quantity] or 0.0
    )
