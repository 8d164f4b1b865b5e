"""Stock of a generated company, per item and warehouse, with what is planned by its open orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from sandbox.company.basics import USER, Warehouse, at
from sandbox.company.company import Row
from sandbox.company.ids import guid
from sandbox.company.items import Item

Planned = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Position:
    """Units of one item in one warehouse."""

    item: Item
    warehouse: Warehouse
    current: float
    planned_in: float
    planned_out: float


def make_positions(
    items: list[Item], warehouses: tuple[Warehouse, ...], coming: Planned, going: Planned, random: Random
) -> list[Position]:
    """Every stocked item in the first warehouse, half of them in the second, some in the last."""
    positions: list[Position] = []
    for item in (item for item in items if item.is_stocked):
        for place, warehouse in enumerate(warehouses):
            key = (item.id, warehouse.id)
            if item.number % (1, 2, 10)[place] and key not in coming and key not in going:
                continue
            current = float(random.choice((0, 3, 12, 40, 150, 700)))
            if item.case == "by_weight":
                current += 0.75
            if item.case == "negative_stock":
                current = -2.5 if place == 0 else 1.0
            positions.append(Position(item, warehouse, current, coming.get(key, 0.0), going.get(key, 0.0)))
    return positions


def stock_by_item(positions: list[Position]) -> dict[str, float]:
    stock: defaultdict[str, float] = defaultdict(float)
    for position in positions:
        stock[position.item.id] += position.current
    return dict(stock)


def position_rows(positions: list[Position], division: int) -> list[Row]:
    return [
        {
            "ID": guid("stock position", position.item.number, position.warehouse.code),
            "Division": division,
            "ItemId": position.item.id,
            "ItemCode": position.item.code,
            "ItemDescription": position.item.name,
            "UnitCode": position.item.unit.code,
            "Warehouse": position.warehouse.id,
            "WarehouseCode": position.warehouse.code,
            "WarehouseDescription": position.warehouse.description,
            "CurrentStock": position.current,
            "PlanningIn": position.planned_in,
            "PlanningOut": position.planned_out,
            "ReservedStock": 0.0,
            "FreeStock": position.current - position.planned_out,
            "ProjectedStock": position.current + position.planned_in - position.planned_out,
        }
        for position in positions
    ]


def item_warehouse_rows(positions: list[Position], division: int, today: date) -> list[Row]:
    """The same figures under the names of inventory/ItemWarehouses, with settings."""
    return [
        {
            "ID": guid("item warehouse", position.item.number, position.warehouse.code),
            "Division": division,
            "Item": position.item.id,
            "ItemCode": position.item.code,
            "ItemDescription": position.item.name,
            "ItemUnit": position.item.unit.code,
            "Warehouse": position.warehouse.id,
            "WarehouseCode": position.warehouse.code,
            "WarehouseDescription": position.warehouse.description,
            "CurrentStock": position.current,
            "PlannedStockIn": position.planned_in,
            "PlannedStockOut": position.planned_out,
            "ProjectedStock": position.current + position.planned_in - position.planned_out,
            "ReorderPoint": float(position.item.number % 30),
            "SafetyStock": float(position.item.number % 10),
            "Created": at(position.item.created, 12),
            "Creator": USER,
            "Modified": at(today, 1),
            "Modifier": USER,
        }
        for position in positions
    ]
