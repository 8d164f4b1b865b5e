"""Units there and back: an order of n units in Optiply is received as n units, under every setting that touches them.

    python -m benchmarks.unit_round_trip [--only "no lot sizes"]

The whole job on both sandbox servers, once per setting of the lot flags and of the unit conversion: products of every
purchase unit factor, sold by the piece and by the gallon, whole and divisible, are ordered in Optiply, exported,
received in Exact (at once, or in two parts with a return between) and read again. Ends with 1 at a difference.
"""

from __future__ import annotations

import itertools
import math
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.export_scenario import FACTORS, SMIT, lines_in_exact, lines_in_optiply, receive, send_back
from sandbox import credentials
from sandbox.company.company import Company
from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox, place_buy_order
from tests.world import World, emptied, world_of

MAIN, SHOP = (f"70000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
GALLON = 3750
CONVERTED = {"unit_filter": "true", "unit_factors": f'{{ gal = {{ unit = "ml", factor = {GALLON} }} }}'}
LOT_SIZE, LEAST = 4.0, 7.0  # PurchaseLotSize and MinimumQuantity of every supplier product
TRANSFERS = {"export_stock_transfers": "true", "stock_transfer_from": '"1"', "stock_transfer_to": '"2"'}
SETTINGS: dict[str, dict[str, str]] = {
    " ".join(name for name, value in chosen.items() if value == "true") or "no lot sizes": chosen
    for chosen in (
        dict(zip(("useLOT", "useLOT_PurchaseLotSize", "useMOQ"), values, strict=True))
        for values in itertools.product(("true", "false"), repeat=3)
        if values[:2] != ("false", "true")  # refused: useLOT_PurchaseLotSize replaces useLOT
    )
}
SETTINGS |= {
    "unit_filter": CONVERTED,
    "unit_filter useLOT_PurchaseLotSize": {**CONVERTED, "useLOT_PurchaseLotSize": "true"},
    "unit_filter transfers": {**CONVERTED, **TRANSFERS},
    "unit_filter shop orders": {**CONVERTED, "use_production_orders": "true"},
}


@dataclass(frozen=True)
class Good:
    """One item of Exact. factor: stock units in a purchase unit; unit: its stock unit's code."""

    number: int
    factor: float
    unit: str
    is_divisible: bool

    @property
    def item_id(self) -> str:
        return f"10000000-0000-4000-8000-{self.number:012d}"

    @property
    def code(self) -> str:
        return f"F-{self.factor:g}-{self.unit}{'-divisible' if self.is_divisible else ''}"


GOODS = [
    Good(number, *facts)
    for number, facts in enumerate(itertools.product(FACTORS, ("pc", "gal"), (False, True)), start=1)
]


@dataclass(frozen=True)
class Ordered:
    """One line of an order: what of which good, in Optiply's units."""

    good: Good
    quantity: int


def main(
    only: Annotated[list[str] | None, typer.Option(help="This setting; repeatable.")] = None,
) -> None:
    """Order, export, receive and compare, setting by setting."""
    begun = time.monotonic()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name, flags in SETTINGS.items():
            if not only or name in only:
                found = list(_differences(emptied(Path(folder)), flags))
                typer.echo(f"{name}: {'; '.join(found) or 'received as ordered'}")
                failed = failed or bool(found)
    typer.echo(f"{time.monotonic() - begun:.0f} s")
    raise typer.Exit(int(failed))


def _differences(folder: Path, flags: Mapping[str, str]) -> Iterator[str]:
    with ExactSandbox(_company(), minute_limit=None) as exact, OptiplySandbox() as optiply:
        world = world_of(folder, exact, optiply, flags)
        yield from _problems(world)
        orders = _place(world, flags)
        yield from _problems(world)
        yield from _not_as_sent(world, orders, flags)
        _arrive(world)
        yield from _problems(world)
        yield from _not_as_ordered(world, orders)
        left = world.query("select entity, operation, remote_id, blocked_by from plan.plan_pending")
        yield from (f"still to do: {row}" for row in left)


def _problems(world: World) -> Iterator[str]:
    run = world.sync()
    yield from run.problems
    yield from (f"{notice}" for notice in run.notices if "export" in notice)


def _company() -> Company:
    def item(good: Good) -> dict[str, Any]:
        given = {"ID": good.item_id, "Code": good.code, "Description": good.code, "Unit": good.unit}
        return {
            **given, "IsPurchaseItem": True, "IsStockItem": True, "IsFractionAllowedItem": good.is_divisible,
        }  # fmt: skip

    def link(good: Good) -> dict[str, Any]:
        return {
            "ID": str(uuid.uuid5(uuid.NAMESPACE_OID, good.code)), "Item": good.item_id, "Supplier": SMIT,
            "PurchasePrice": 3.0 * good.factor, "PurchaseUnitFactor": good.factor, "PurchaseLotSize": LOT_SIZE,
            "MinimumQuantity": LEAST, "MainSupplier": True,
        }  # fmt: skip

    return Company(
        credentials.EXACT_DIVISION,
        {
            "accounts": [{"ID": SMIT, "Code": "1", "Name": "Smit", "IsSupplier": True}],
            "warehouses": [
                {"ID": MAIN, "Code": "1", "Description": "Main", "Main": True},
                {"ID": SHOP, "Code": "2", "Description": "Shop"},
            ],
            "items": [item(good) for good in GOODS],
            "supplier_products": [link(good) for good in GOODS],
        },
    )


def _place(world: World, flags: Mapping[str, str]) -> dict[str, list[Ordered]]:
    """By its id, an order of all goods for each number of lots, as Optiply would suggest them."""
    store = world.optiply.store
    products = {row.values["remoteId"]: row for row in store.rows("products")}
    (supplier,) = (row for row in store.rows("suppliers") if row.values["remoteId"] == SMIT)
    offers = {row.values["productId"]: row.values for row in store.rows("supplierProducts")}
    is_bought = not {"export_stock_transfers", "use_production_orders"} & flags.keys()
    orders = {}
    for lots in (1, 2, 5):
        lines = []
        for good in GOODS:
            product = products[good.item_id]
            step = Fraction(good.factor) if is_bought else Fraction(1)
            step *= GALLON if good.unit == "gal" and "unit_filter" in flags else 1
            offer = offers[product.id]
            if good.is_divisible:  # what Optiply was told, whatever it is in purchase units
                step = Fraction(offer.get("lotSize") or 1)
            least = max(lots * step, Fraction(offer.get("minimumPurchaseQuantity") or 0))
            whole = next(n for n in itertools.count(math.ceil(least / step)) if (n * step).denominator == 1)
            lines.append(Ordered(good, int(whole * step)))
        row = place_buy_order(
            store,
            supplier.id,
            "2026-03-02T08:00:00Z",
            [
                {"productId": products[line.good.item_id].id, "quantity": line.quantity, "subtotalValue": 3}
                for line in lines
            ],
            assembly="use_production_orders" in flags,
        )
        orders[str(row.id)] = lines
    return orders


def _not_as_sent(
    world: World, orders: Mapping[str, list[Ordered]], flags: Mapping[str, str]
) -> Iterator[str]:
    """Exact counts in purchase units what is bought, in its own units what is moved or made."""
    store = world.exact.store
    for order_id, lines in orders.items():
        wanted = {
            line.good.item_id: line.quantity
            / (GALLON if line.good.unit == "gal" and "unit_filter" in flags else 1)
            for line in lines
        }
        if "export_stock_transfers" in flags:
            (transfer,) = (row for row in store.rows("warehouse_transfers") if row["Description"] == order_id)
            moved = store.children("warehouse_transfer_lines", "TransferID", transfer["TransferID"])
            held = {line["Item"]: line["Quantity"] for line in moved}
        elif "use_production_orders" in flags:
            held = {
                row["Item"]: row["PlannedQuantity"]
                for row in store.rows("manufacturing_shop_orders")
                if str(row["YourRef"]).startswith(f"{order_id}-")
            }
        else:
            held = {line["Item"]: line["QuantityInPurchaseUnits"] for line in lines_in_exact(world, order_id)}
            wanted = {line.good.item_id: wanted[line.good.item_id] / line.good.factor for line in lines}
        for good in (line.good for line in lines):
            sent: Any = held.get(good.item_id, 0)
            if not math.isclose(sent, wanted[good.item_id], abs_tol=1e-6):
                yield f"{good.code}: {sent} sent, {wanted[good.item_id]} ordered"


def _arrive(world: World) -> None:
    """Everything comes in: of every second line one unit in advance, sent back and replaced."""
    store = world.exact.store
    for transfer in store.rows("warehouse_transfers"):
        store.change(
            "warehouse_transfers",
            transfer["TransferID"],
            {"Status": 50, "TransferDate": datetime(2026, 3, 3)},
        )
    for row in store.rows("manufacturing_shop_orders"):
        store.change(
            "manufacturing_shop_orders", row["ID"], {"ProducedQuantity": row["PlannedQuantity"], "Status": 40}
        )
    for number, line in enumerate(store.rows("purchase_order_lines")):
        quantity = line["QuantityInPurchaseUnits"]
        assert isinstance(quantity, float | int)
        if number % 2:
            receive(world, line, quantity)
            send_back(world, line, quantity)
        receive(world, line, quantity)
    for order in store.rows("purchase_orders"):
        store.change("purchase_orders", order["PurchaseOrderID"], {"OrderStatus": 30})


def _not_as_ordered(world: World, orders: Mapping[str, list[Ordered]]) -> Iterator[str]:
    store = world.optiply.store
    if len(store.rows("buyOrders")) != len(orders):
        yield f"{len(store.rows('buyOrders'))} orders stand in Optiply, {len(orders)} were placed"
    remote_ids = {row.id: row.values["remoteId"] for row in store.rows("products")}
    for order_id, lines in orders.items():
        if store.get("buyOrders", int(order_id)).values.get("completed") is None:
            yield f"order {order_id} is not complete"
        held = {remote_ids[row.values["productId"]]: row for row in lines_in_optiply(world, order_id)}
        for line in lines:
            row = held.get(line.good.item_id)
            ordered = row.values["quantity"] if row else None
            receipts = store.with_value("receiptLines", "buyOrderLineId", row.id) if row else []
            arrived = sum(receipt.values["quantity"] for receipt in receipts)
            if (ordered, arrived) != (line.quantity, line.quantity):
                yield f"{line.good.code}: {line.quantity} placed, {ordered} ordered, {arrived} received"


if __name__ == "__main__":
    typer.run(main)
