"""Buy orders that are made (shop orders, X10) or moved (warehouse transfers, X9), and what Exact does with them.

For `benchmarks.export_chaos`. Nothing is bought here: all quantities are in the item's own unit.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from benchmarks.export_scenario import BY_FACTOR, INACTIVE, SMIT, day_of, lines_in_optiply
from sandbox.company.company import Row
from sandbox.optiply import place_buy_order
from tests.world import World

TRANSFER_FLAGS = {"export_stock_transfers": "true", "stock_transfer_from": '"1"', "stock_transfer_to": '"2"'}
EVERY = 20  # of so many orders one holds an item that is no longer active
REFUSED = "item INACTIVE is no longer active in Exact"
SHOP_ORDERS, TRANSFERS, TRANSFER_LINES = (
    "manufacturing_shop_orders", "warehouse_transfers", "warehouse_transfer_lines",
)  # fmt: skip


@dataclass(frozen=True)
class Internal:
    """A buy order of Optiply. lines: (item, quantity); is_made: as shop orders, one a line."""

    order_id: str
    lines: tuple[tuple[str, int], ...]
    is_made: bool
    is_sendable: bool


@dataclass(frozen=True)
class Part:
    """One line of an order as Exact holds it."""

    line_id: str
    item: str
    quantity: float
    expected: date | None
    arrived: float
    is_complete: bool


def place_internal(world: World, count: int, chance: random.Random, *, is_made: bool) -> list[Internal]:
    """As people place them in Optiply; a product may stand on several lines."""
    store = world.optiply.store
    ids = {
        row.values.get("remoteId"): row.id for name in ("products", "suppliers") for row in store.rows(name)
    }
    placed = []
    for number in range(count):
        items = [chance.choice(list(BY_FACTOR.values())) for _ in range(chance.randrange(1, 4))]
        is_sendable = number % EVERY != EVERY // 2
        lines = [(item, chance.randrange(2, 30)) for item in items] + ([] if is_sendable else [(INACTIVE, 1)])
        order = place_buy_order(
            store,
            ids[SMIT],
            "2026-03-02T08:00:00Z",
            [{"productId": ids[item], "quantity": each, "subtotalValue": 3 * each} for item, each in lines],
            assembly=is_made,
        )
        placed.append(Internal(str(order.id), tuple(lines), is_made, is_sendable))
    return placed


def internal_exported_differences(world: World, placed: Sequence[Internal]) -> Iterator[str]:
    """Each sendable order stands in Exact once, in item units, and carries its ids; each other is explained."""
    reasons: dict[str, str] = dict(
        world.query("select optiply_buy_order_id, reason from marts.export_status where state = 'refused'")
    )
    for order in placed:
        parts = parts_in_exact(world, order)
        if not order.is_sendable:
            if parts or REFUSED not in (reasons.get(order.order_id) or ""):
                yield f"order {order.order_id} is explained as {reasons.get(order.order_id)}, {len(parts)} lines stand"
            continue
        if sorted((part.item, part.quantity) for part in parts) != sorted(order.lines):
            yield f"order {order.order_id} stands in Exact as {parts}"
        linked = {str(row.values["remoteId"]) for row in lines_in_optiply(world, order.order_id)}
        head = world.optiply.store.get("buyOrders", int(order.order_id)).values["remoteId"]
        if linked != {part.line_id for part in parts} or head not in _heads(world, order):
            yield f"order {order.order_id} carries other ids in Optiply"


def work_on_internal(world: World, placed: Sequence[Internal], turn: int) -> set[str]:
    """What happens in Exact on day `turn`, 0 or 1. The orders of which nothing is left."""
    gone = set()
    for number, order in enumerate(order for order in placed if order.is_sendable):
        if order.is_made:
            gone |= _on_shop_orders(world, order, number % 5, turn)
        else:
            gone |= _on_transfer(world, order, number, turn)
    return gone


def _on_shop_orders(world: World, order: Internal, case: int, turn: int) -> set[str]:
    """Made in two goes and finished; made at once; changed and held; one cancelled of several, or all; left alone."""
    store, rows = world.exact.store, _shop_orders(world, order)
    if case == 0:
        for row in rows:
            made: Row = {
                "ProducedQuantity": row["PlannedQuantity"] if turn else 1.0,
                "Status": 30 if turn else 20,
            }
            store.change(SHOP_ORDERS, row["ID"], made)
    elif case == 1 and turn == 0:
        for row in rows:
            store.change(SHOP_ORDERS, row["ID"], {"ProducedQuantity": row["PlannedQuantity"], "Status": 40})
    elif case == 2:
        row = rows[-1]
        moved = row["PlannedDate"] + timedelta(days=7)
        store.change(
            SHOP_ORDERS, row["ID"], {"PlannedQuantity": row["PlannedQuantity"] + 3, "PlannedDate": moved}
        )
    elif case == 3 and turn == 0:
        store.delete(SHOP_ORDERS, rows[0]["ID"])  # the one whose id the Optiply order carries
        return {order.order_id} if len(rows) == 1 else set()
    return set()


def _on_transfer(world: World, order: Internal, number: int, turn: int) -> set[str]:
    """Moved; changed, then moved; a line less and a line more; cancelled, one of twenty; left alone."""
    store, headers = world.exact.store, _transfers(world, order)
    if not headers:
        return set()  # cancelled the day before
    (header,) = headers
    lines = _lines_of(world, header)
    case = number % 5
    done: Row = {"Status": 50, "TransferDate": datetime(2026, 3, 3 + turn)}
    if case == 0 and turn == 0:
        store.change(TRANSFERS, header["TransferID"], done)
    elif case == 1 and turn == 0:
        store.change(TRANSFER_LINES, lines[0]["ID"], {"Quantity": lines[0]["Quantity"] + 4})
        later = header["PlannedReceiptDate"] + timedelta(days=7)
        store.change(TRANSFERS, header["TransferID"], {"PlannedReceiptDate": later})
    elif case == 1:
        store.change(TRANSFERS, header["TransferID"], done)
    elif case == 2 and turn == 0:
        added = {name: value for name, value in lines[0].items() if name not in ("ID", "LineNumber")}
        store.insert(TRANSFER_LINES, {**added, "Quantity": 2.0})
        if len(lines) > 1:
            store.delete(TRANSFER_LINES, lines[-1]["ID"])
        store.change(TRANSFERS, header["TransferID"], {"Remarks": "changed"})
    elif number % EVERY == 3 and turn == 0:
        store.delete(TRANSFERS, header["TransferID"])
        return {order.order_id}
    return set()


def internal_returned_differences(world: World, placed: Sequence[Internal], gone: set[str]) -> Iterator[str]:
    """Optiply's orders show the numbers of Exact: lines, dates, what has arrived, completion; no cancelled one."""
    store = world.optiply.store
    standing = {str(row.id): row for row in store.rows("buyOrders")}
    yield from (
        f"order {each} was cancelled in Exact, and stands in Optiply" for each in gone & set(standing)
    )
    for order in placed:
        if order.order_id in gone or not order.is_sendable:
            continue
        parts = parts_in_exact(world, order)
        expected = {part.line_id: (part.quantity, part.arrived, part.expected) for part in parts}
        held: Mapping[Any, Any] = {
            row.values["remoteId"]: (
                row.values["quantity"],
                sum(
                    receipt.values["quantity"]
                    for receipt in store.with_value("receiptLines", "buyOrderLineId", row.id)
                ),
                day_of(row.values.get("expectedDeliveryDate")),
            )
            for row in lines_in_optiply(world, order.order_id)
        }
        if held != expected:
            yield f"order {order.order_id}: Exact has {expected}, Optiply {held}"
        if order.order_id not in standing:
            yield f"order {order.order_id} is gone in Optiply"
        elif (standing[order.order_id].values.get("completed") is not None) != all(
            part.is_complete for part in parts
        ):
            yield f"order {order.order_id} is complete in one of the two only"


def parts_in_exact(world: World, order: Internal) -> list[Part]:
    """The lines of all documents that carry the order's marker."""
    if order.is_made:
        return [
            Part(
                row["ID"], row["Item"], row["PlannedQuantity"], day_of(row["PlannedDate"]),
                row.get("ProducedQuantity") or 0, row["Status"] in (30, 40),
            )
            for row in _shop_orders(world, order)
        ]  # fmt: skip
    return [
        Part(
            line["ID"], line["Item"], line["Quantity"], day_of(header["PlannedReceiptDate"]),
            line["Quantity"] if header["Status"] == 50 else 0, header["Status"] == 50,
        )
        for header in _transfers(world, order)
        for line in _lines_of(world, header)
    ]  # fmt: skip


def _heads(world: World, order: Internal) -> set[str]:
    rows = _shop_orders(world, order)[:1] if order.is_made else _transfers(world, order)
    return {row["ID" if order.is_made else "TransferID"] for row in rows}


def _shop_orders(world: World, order: Internal) -> list[dict[str, Any]]:
    """By their markers."""
    rows: list[dict[str, Any]] = [
        row
        for row in world.exact.store.rows(SHOP_ORDERS)
        if str(row["YourRef"]).startswith(f"{order.order_id}-")
    ]
    return sorted(rows, key=lambda row: str(row["YourRef"]))


def _transfers(world: World, order: Internal) -> list[dict[str, Any]]:
    return [row for row in world.exact.store.rows(TRANSFERS) if row["Description"] == order.order_id]


def _lines_of(world: World, header: Mapping[str, Any]) -> list[dict[str, Any]]:
    return world.exact.store.children(TRANSFER_LINES, "TransferID", header["TransferID"])
