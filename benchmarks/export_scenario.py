"""The company, the buy orders and what Exact does with them, for `benchmarks.export_chaos`.

One item for each purchase unit factor; buy orders of these, and of each kind that cannot be sent.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sandbox import credentials
from sandbox.company.company import Company
from sandbox.optiply import place_buy_order
from tests.world import World

FACTORS = (0.5, 1.0, 2.5, 6.0, 12.0)
LOTS = {0.5: 1, 1.0: 1, 2.5: 10, 6.0: 6, 12.0: 12}  # 10: receipts of 2.5 are whole units two at a time
SMIT, FOREIGN_SUPPLIER = (f"50000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
INACTIVE, BLOCKED_VAT, FOREIGN = (f"10000000-0000-4000-8000-00000000000{n}" for n in (6, 7, 8))
BY_FACTOR = {factor: f"10000000-0000-4000-8000-00000000000{n}" for n, factor in enumerate(FACTORS, start=1)}
# why an order cannot be sent -> words of the explanation
UNSENDABLE = {
    "unknown supplier": "supplier Only in Optiply has no counterpart in Exact",
    "inactive item": "item INACTIVE is no longer active in Exact",
    "10 of a dozen": "order a multiple of 12 of F-12, not 10",
    "blocked VAT code": "choose another purchase VAT code",
    "currency without rate": "enter a purchase price",
}
EVERY = 40  # of so many orders one of each kind cannot be sent


@dataclass(frozen=True)
class Placed:
    """A buy order of Optiply. lines: (item, quantity in purchase units), None where it cannot be sent; why."""

    order_id: str
    lines: tuple[tuple[str, float], ...] = ()
    why_not: str | None = None


def company() -> Company:
    """Eight items of two suppliers."""

    def item(item_id: str, code: str) -> dict[str, Any]:
        return {"ID": item_id, "Code": code, "Description": code, "IsPurchaseItem": True, "IsStockItem": True}

    def link(number: int, item_id: str, factor: float, **fields: Any) -> dict[str, Any]:
        given = {"Supplier": SMIT, "PurchasePrice": 3.0 * factor, "MainSupplier": True, **fields}
        link_id = f"60000000-0000-4000-8000-00000000000{number}"
        return {"ID": link_id, "Item": item_id, "PurchaseUnitFactor": factor, **given}

    named = {BY_FACTOR[factor]: f"F-{factor:g}" for factor in FACTORS}
    named |= {INACTIVE: "INACTIVE", BLOCKED_VAT: "BLOCKED-VAT", FOREIGN: "FOREIGN"}
    return Company(
        credentials.EXACT_DIVISION,
        {
            "accounts": [
                {"ID": SMIT, "Code": "1", "Name": "Smit", "IsSupplier": True},
                {
                    "ID": FOREIGN_SUPPLIER, "Code": "2", "Name": "Foreign", "IsSupplier": True,
                    "PurchaseCurrency": "USD",
                },
            ],
            "warehouses": [
                {"ID": f"70000000-0000-4000-8000-00000000000{n}", "Code": str(n), "Description": name, "Main": n == 1}
                for n, name in enumerate(("Main", "Shop"), start=1)
            ],
            "vat_codes": [{"ID": str(uuid.uuid4()), "Code": "9", "Percentage": 0.21, "IsBlocked": True}],
            "items": [item(item_id, code) for item_id, code in named.items()],
            "supplier_products": [
                *(link(n, BY_FACTOR[factor], factor) for n, factor in enumerate(FACTORS, start=1)),
                link(6, INACTIVE, 1.0),
                link(7, BLOCKED_VAT, 1.0, PurchaseVATCode="9"),
                link(8, FOREIGN, 1.0, Supplier=FOREIGN_SUPPLIER, PurchasePrice=None),
            ],
        },
    )  # fmt: skip


def place_orders(world: World, count: int, chance: random.Random) -> list[Placed]:
    """As people place them in Optiply; the same product may stand on several lines. INACTIVE ends in Exact."""
    stores = {
        (row.values["remoteId"]): row.id
        for entity in ("products", "suppliers")
        for row in world.optiply.store.rows(entity)
    }
    stores["unknown"] = world.optiply.store.create("suppliers", {"name": "Only in Optiply"}).id
    world.exact.store.change("items", INACTIVE, {"EndDate": datetime(2026, 1, 1)})
    return [_place(world, number, stores, chance) for number in range(count)]


def _place(world: World, number: int, ids: dict[str, int], chance: random.Random) -> Placed:
    kinds: dict[int, tuple[str, str, list[tuple[str, int]]]] = {
        3: ("unknown supplier", "unknown", [(BY_FACTOR[1.0], 5)]),
        11: ("inactive item", SMIT, [(BY_FACTOR[6.0], 6), (INACTIVE, 1)]),
        19: ("10 of a dozen", SMIT, [(BY_FACTOR[12.0], 10)]),
        27: ("blocked VAT code", SMIT, [(BY_FACTOR[1.0], 5), (BLOCKED_VAT, 2)]),
        35: ("currency without rate", FOREIGN_SUPPLIER, [(FOREIGN, 2)]),
    }
    why_not, supplier, units = kinds.get(number % EVERY, (None, SMIT, []))
    factors = [chance.choice(FACTORS) for _ in range(0 if why_not else chance.randrange(1, 5))]
    ordered = [(factor, LOTS[factor] * chance.randrange(1, 9)) for factor in factors]
    units = [*units, *((BY_FACTOR[factor], quantity) for factor, quantity in ordered)]
    order = place_buy_order(
        world.optiply.store,
        ids[supplier],
        "2026-03-02T08:00:00Z",
        [
            {"productId": ids[item], "quantity": quantity, "subtotalValue": 3 * quantity}
            for item, quantity in units
        ],
    )
    lines = tuple((BY_FACTOR[factor], quantity / factor) for factor, quantity in ordered)
    return Placed(str(order.id), lines, why_not)


def take_lines_out(world: World, placed: Sequence[Placed]) -> list[Placed]:
    """People delete the last line of some orders in Optiply after they were planned: these go without it."""
    changed = []
    for number, order in enumerate(placed):
        if number % 6 == 0 and not order.why_not and len(order.lines) > 1:
            last = max(lines_in_optiply(world, order.order_id), key=lambda row: row.id)
            world.optiply.store.delete("buyOrderLines", last.id)
            changed.append(replace(order, lines=order.lines[:-1]))
        else:
            changed.append(order)
    return changed


def delete_in_optiply(world: World, placed: Sequence[Placed]) -> None:
    """People delete some exported orders in Optiply, received ones among them, and a line of others (X13)."""
    for number, order in enumerate(order for order in placed if not order.why_not):
        if number % 12 == 0:
            world.optiply.store.delete("buyOrders", int(order.order_id))
        elif number % 12 == 1:
            world.optiply.store.delete("buyOrderLines", lines_in_optiply(world, order.order_id)[0].id)


def exported_differences(world: World, placed: Sequence[Placed]) -> Iterator[str]:
    """Each sendable order stands in Exact once, in purchase units, and carries its ids; each other is explained."""
    status = {
        order_id: (state, reason or "")
        for order_id, state, reason in world.query(
            "select optiply_buy_order_id, state, reason from marts.export_status"
        )
    }
    for order in placed:
        standing = world.orders_in_exact(order.order_id)
        if len(standing) != (0 if order.why_not else 1):
            yield f"order {order.order_id} ({order.why_not}) stands {len(standing)} times"
        elif order.why_not:
            state, reason = status.get(order.order_id, ("", ""))
            if state != "refused" or UNSENDABLE[order.why_not] not in reason:
                yield f"order {order.order_id} ({order.why_not}) is explained as {state}: {reason}"
        else:
            lines = lines_in_exact(world, order.order_id)
            if sorted((line["Item"], line["QuantityInPurchaseUnits"]) for line in lines) != sorted(
                order.lines
            ):
                yield f"order {order.order_id} has other lines"
            linked = {row.values["remoteId"] for row in lines_in_optiply(world, order.order_id)}
            head = world.optiply.store.get("buyOrders", int(order.order_id)).values["remoteId"]
            if linked != {line["ID"] for line in lines} or head != standing[0]["PurchaseOrderID"]:
                yield f"order {order.order_id} carries other ids in Optiply"


def work_in_exact(world: World, placed: Sequence[Placed]) -> None:
    """Goods come in parts, some go back, lines change, are added and removed, one order is cancelled, some end."""
    sent = [order for order in placed if not order.why_not]
    for number, order in enumerate(sent):
        (header,) = world.orders_in_exact(order.order_id)
        lines = lines_in_exact(world, order.order_id)
        if number % 5 == 0:
            for line in lines:
                ordered, part = line["QuantityInPurchaseUnits"], 2.0
                receive(world, line, min(part, ordered))
                receive(world, line, ordered - min(part, ordered))
        elif number % 5 == 1:
            receive(world, lines[0], 2.0 * max(1, lines[0]["QuantityInPurchaseUnits"] // 2))
            send_back(world, lines[0], 2.0)
        elif number % 5 == 2:
            _change(world, lines[0], lines[0]["QuantityInPurchaseUnits"] + 2)
            if len(lines) > 1:
                world.exact.store.delete("purchase_order_lines", lines[-1]["ID"])
            added = {
                name: value
                for name, value in lines[0].items()
                if name not in ("ID", "LineNumber", "Timestamp")
            }
            world.exact.store.insert("purchase_order_lines", added)
        elif number % 5 == 3:
            is_first = number == 3
            world.exact.store.change(
                "purchase_orders", header["PurchaseOrderID"], {"OrderStatus": 40 if is_first else 30}
            )


def returned_differences(world: World, placed: Sequence[Placed]) -> Iterator[str]:
    """Optiply's orders show the numbers of Exact: lines, dates, what has come and gone back, completion."""
    arrived: dict[str, float] = {}
    for stream, field, sign in (
        ("goods_receipt_lines", "QuantityReceived", 1),
        ("purchase_return_lines", "ReturnQuantity", -1),
    ):
        for row in world.exact.store.rows(stream):
            line = str(row["PurchaseOrderLineID"])
            arrived[line] = arrived.get(line, 0) + sign * float(str(row[field]))
    for order in (order for order in placed if not order.why_not):
        (header,) = world.orders_in_exact(order.order_id)
        standing = [
            row
            for row in world.optiply.store.rows("buyOrders")
            if row.values.get("remoteId") == header["PurchaseOrderID"]
        ]
        if len(standing) != 1:
            yield f"order {order.order_id} stands {len(standing)} times in Optiply"
            continue
        expected = {
            line["ID"]: (
                line["Quantity"],
                arrived.get(line["ID"], 0) * line["Quantity"] / line["QuantityInPurchaseUnits"],
                line["ReceiptDate"].date(),
            )
            for line in lines_in_exact(world, order.order_id)
        }
        held = {
            row.values["remoteId"]: (
                row.values["quantity"],
                sum(
                    receipt.values["quantity"]
                    for receipt in world.optiply.store.with_value("receiptLines", "buyOrderLineId", row.id)
                ),
                day_of(row.values.get("expectedDeliveryDate")),
            )
            for row in lines_in_optiply(world, str(standing[0].id))
        }
        if held != expected:
            yield f"order {order.order_id}: Exact has {expected}, Optiply {held}"
        is_complete = standing[0].values.get("completed") is not None
        if is_complete != (header["OrderStatus"] in (30, 40)):
            yield f"order {order.order_id} is complete in one of the two only"


def lines_in_exact(world: World, order_id: str) -> list[dict[str, Any]]:
    (order,) = world.orders_in_exact(order_id)
    return world.exact.store.children("purchase_order_lines", "PurchaseOrderID", order["PurchaseOrderID"])


def lines_in_optiply(world: World, order_id: str) -> list[Any]:
    return world.optiply.store.with_value("buyOrderLines", "buyOrderId", int(order_id))


def receive(world: World, line: dict[str, Any], quantity: float) -> None:
    if quantity > 0:
        store = world.exact.store
        header = store.insert("goods_receipts", {"ReceiptDate": datetime(2026, 3, 3)})
        ids = {"GoodsReceiptID": header["ID"], "PurchaseOrderLineID": line["ID"], "Item": line["Item"]}
        store.insert("goods_receipt_lines", {**ids, "QuantityReceived": quantity})


def send_back(world: World, line: dict[str, Any], quantity: float) -> None:
    store = world.exact.store
    header = store.insert("purchase_returns", {"ReturnDate": datetime(2026, 3, 4)})
    ids = {"EntryID": header["ID"], "PurchaseOrderLineID": line["ID"], "Item": line["Item"]}
    store.insert("purchase_return_lines", {**ids, "ReturnQuantity": quantity})


def _change(world: World, line: dict[str, Any], quantity: float) -> None:
    factor = line["Quantity"] / line["QuantityInPurchaseUnits"]
    world.exact.store.change(
        "purchase_order_lines",
        line["ID"],
        {
            "QuantityInPurchaseUnits": quantity,
            "Quantity": quantity * factor,
            "ReceiptDate": line["ReceiptDate"] + timedelta(days=7),
        },
    )


def day_of(moment: Any) -> date | None:
    return moment.date() if isinstance(moment, datetime) else None
