"""The items of a generated company: what is sold, bought, made and kept in stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from sandbox.company.basics import (
    CURRENCY,
    PIECE,
    UNITS,
    USER,
    VAT_HIGH,
    VAT_HIGH_INSIDE,
    VAT_LOW,
    ItemGroup,
    Unit,
    VatCode,
    at,
)
from sandbox.company.company import Row
from sandbox.company.ids import guid
from sandbox.company.names import ean13, item_code, item_name

Case = Literal[
    "plain", "made", "ended", "future", "on_demand", "service", "unusable", "sales_only", "by_weight",
    "negative_stock", "no_barcode", "odd_code", "two_mains", "vat_inside", "no_price", "made_loop",
]  # fmt: skip
GROUPS = (
    ItemGroup("KEUKEN", "Keuken & koken"),
    ItemGroup("TAFEL", "Tafel"),
    ItemGroup("DIENST", "Diensten"),
)
# One of each special case in every 40 items, so that 40 items show them all and most items are plain.
SPECIAL: Mapping[int, Case] = {
    0: "made", 3: "ended", 5: "future", 8: "on_demand", 10: "service", 12: "unusable", 14: "sales_only",
    17: "by_weight", 20: "negative_stock", 22: "no_barcode", 25: "odd_code", 28: "two_mains",
    31: "vat_inside", 34: "no_price", 36: "made_loop", 38: "made_loop",
}  # fmt: skip
CYCLE = 40


@dataclass(frozen=True, slots=True)
class Item:
    """`price` and `cost`: cents for one unit. `starts` and `ends` bound the time in which it is active."""

    number: int
    case: Case
    name: str
    code: str
    price: int
    cost: int
    created: date
    starts: date
    ends: date | None
    id: str

    @property
    def unit(self) -> Unit:
        return UNITS[1] if self.case == "by_weight" else UNITS[3] if self.case == "service" else PIECE

    @property
    def vat(self) -> VatCode:
        if self.case == "vat_inside":
            return VAT_HIGH_INSIDE
        return VAT_LOW if self.number % 11 == 9 else VAT_HIGH

    @property
    def group(self) -> ItemGroup:
        return GROUPS[2] if self.case == "service" else GROUPS[self.number % 2]

    @property
    def is_made(self) -> bool:
        return self.case in ("made", "made_loop")

    @property
    def is_stocked(self) -> bool:
        return self.case not in ("service", "unusable")

    @property
    def is_bought(self) -> bool:
        return self.is_stocked and not self.is_made and self.case != "sales_only"

    @property
    def is_sold(self) -> bool:
        return self.case != "unusable"

    @property
    def is_traded(self) -> bool:
        """Documents name it: it can be sold and its time has begun."""
        return self.is_sold and self.case != "future"


def make_items(size: int, today: date, random: Random) -> list[Item]:
    """`size` items, created up to five years before today."""
    items: list[Item] = []
    for number in range(size):
        case = SPECIAL.get(number % CYCLE, "plain")
        created = today - timedelta(days=random.randint(810, 1800))
        price = random.randint(150, 25_000)
        items.append(
            Item(
                number=number,
                case=case,
                name=item_name(number),
                code=item_code(number, case == "odd_code"),
                price=price,
                cost=round(price * random.uniform(0.35, 0.7)),
                created=created,
                starts=today + timedelta(days=30) if case == "future" else created,
                ends=today - timedelta(days=random.randint(1, 90)) if case == "ended" else None,
                id=guid("item", number),
            )
        )
    return items


def item_rows(items: list[Item], stock: Mapping[str, float], division: int, today: date) -> list[Row]:
    """`stock`: units over all warehouses by item."""
    return [_item_row(item, stock.get(item.id, 0.0), division, today) for item in items]


def _item_row(item: Item, stock: float, division: int, today: date) -> Row:
    row: Row = {
        "ID": item.id,
        "Code": item.code,
        "Description": item.name,
        "SearchCode": item.name.split()[0].upper()[:20],
        "Division": division,
        "ItemGroup": item.group.id,
        "ItemGroupCode": item.group.code,
        "ItemGroupDescription": item.group.description,
        "Class_01": "ABC"[item.number % 3],
        "Unit": item.unit.code,
        "UnitDescription": item.unit.description,
        "UnitType": item.unit.kind,
        "IsPurchaseItem": item.is_bought,
        "IsSalesItem": item.is_sold,
        "IsStockItem": item.is_stocked,
        "IsFractionAllowedItem": item.case in ("by_weight", "service"),
        "IsMakeItem": int(item.is_made or item.case == "on_demand"),  # the latter without a bill of material
        "IsOnDemandItem": int(item.case == "on_demand"),
        "CostPriceStandard": item.cost / 100,
        "CostPriceCurrency": CURRENCY,
        "StandardSalesPrice": item.price / 100,
        "SalesVatCode": item.vat.code,
        "SalesVatCodeDescription": item.vat.description,
        "BatchQuantity": 10.0 if item.is_made else 1.0,
        "Stock": stock,
        "StartDate": at(item.starts),
        "Created": at(item.created, 4, item.number % 60),
        "Creator": USER,
        "Modified": at(min(today, item.created + timedelta(days=item.number % 900)), 5, item.number % 60),
        "Modifier": USER,
    }
    if item.case != "no_barcode":
        row["Barcode"] = ean13(item.number)
    if item.ends is not None:
        row["EndDate"] = at(item.ends)
        row["Modified"] = at(item.ends, 16)
    return row
