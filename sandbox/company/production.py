"""Assembly and shop orders of a generated company: what it makes itself.

Each made item has one order that is done, one of which a part is done, and one that has not begun; every second item
is made by assembly, the others in the workshop. What is open is planned for days to come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.company.basics import MAIN_WAREHOUSE, USER, at
from sandbox.company.company import Row
from sandbox.company.ids import guid
from sandbox.company.items import Item

ASSEMBLY, REGULAR = 8060, 9040


@dataclass(frozen=True, slots=True)
class Stage:
    """`share`: of the planned quantity that is done. `assembly`, `workshop`: the status code in either."""

    number: int
    days_ago: int
    share: float
    assembly: int
    workshop: int


STAGES = (Stage(1, 60, 1.0, 50, 30), Stage(2, 12, 0.4, 30, 20), Stage(3, 3, 0.0, 20, 10))
DAYS_TO_MAKE = 14


@dataclass(frozen=True, slots=True)
class MadeOrder:
    """One order: `quantity` of `item`, `done` of it. `day`: of the order; `planned`: its end."""

    number: int
    item: Item
    stage: Stage
    day: date
    quantity: float

    @property
    def planned(self) -> date:
        return self.day + timedelta(days=DAYS_TO_MAKE)

    @property
    def done(self) -> float:
        return self.quantity * self.stage.share


def production_rows(items: list[Item], division: int, today: date) -> dict[str, list[Row]]:
    """Rows by stream."""
    made = [item for item in items if item.is_made]
    return {
        "assembly_orders": [_assembly_row(order, division) for order in _orders(made[::2], today)],
        "manufacturing_shop_orders": [_shop_row(order, division) for order in _orders(made[1::2], today)],
    }


def _orders(items: list[Item], today: date) -> Iterator[MadeOrder]:
    for item in items:
        for stage in STAGES:
            day = today - timedelta(days=stage.days_ago)
            yield MadeOrder(item.number * 10 + stage.number, item, stage, day, 10.0 + item.number % 5 * 10)


def _row(order: MadeOrder, kind: str, division: int) -> Row:
    return {
        "ID": guid(kind, order.number),
        "Item": order.item.id,
        "ItemCode": order.item.code,
        "ItemDescription": order.item.name,
        "Warehouse": MAIN_WAREHOUSE.id,
        "WarehouseCode": MAIN_WAREHOUSE.code,
        "WarehouseDescription": MAIN_WAREHOUSE.description,
        "PlannedQuantity": order.quantity,
        "Division": division,
    }


def _assembly_row(order: MadeOrder, division: int) -> Row:
    return {
        **_row(order, "assembly order", division),
        "OrderNumber": 50_000_000 + order.number,
        "OrderDate": at(order.day),
        "AssemblyDate": at(order.planned),
        "FinishedAssemblyDate": at(order.planned) if order.stage.share == 1 else None,
        "FinishedQuantity": order.done,
        "OrderStatus": order.stage.assembly,
        "Type": ASSEMBLY,
        "UnitCode": order.item.unit.code,
    }


def _shop_row(order: MadeOrder, division: int) -> Row:
    return {
        **_row(order, "shop order", division),
        "ShopOrderNumber": 60_000_000 + order.number,
        "EntryDate": at(order.day),
        "PlannedDate": at(order.planned),
        "ProducedQuantity": order.done,
        "Status": order.stage.workshop,
        "Type": REGULAR,
        "Unit": order.item.unit.code,
        "Created": at(order.day, 10),
        "Creator": USER,
        "Modified": at(order.day, 10),
        "Modifier": USER,
    }
