"""Price lists of a generated company: a web shop's list by item, and a trade list by item group.

The web shop's list has a basic period with the price from 1 and from 10, a special offer of these weeks, and one
that is over. Of its rows every third is a discount from the standard sales price, every third a discount from a
base price of its own, the others a new price, some of them per box of 12.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sandbox.company.basics import CURRENCY, FOUNDED, USER, ItemGroup, at
from sandbox.company.company import Row, Value
from sandbox.company.ids import guid
from sandbox.company.items import Item

WEB, TRADE = "WEB", "GROOTHANDEL"
BY_ITEM, BY_GROUP = 1, 2
BASIC, SPECIAL_OFFER = 1, 2
DISCOUNT_LEADS, NEW_PRICE_LEADS = 1, 2
STAMPS: Row = {"Created": FOUNDED, "Creator": USER, "Modified": FOUNDED, "Modifier": USER}


def price_list_rows(
    items: list[Item], groups: tuple[ItemGroup, ...], division: int, today: date
) -> dict[str, list[Row]]:
    """Rows of the three streams of price lists."""
    return {
        "sales_price_lists": [
            {
                "ID": guid("price list", code),
                "Code": code,
                "Description": description,
                "Currency": CURRENCY,
                "Division": division,
                "Entity": entity,
                "Type": 1,
                **STAMPS,
            }
            for code, description, entity in ((WEB, "Webwinkel", BY_ITEM), (TRADE, "Groothandel", BY_GROUP))
        ],
        "sales_price_list_periods": list(_period_rows(division, today)),
        "sales_price_list_volume_discounts": [
            *_web_rows([item for item in items if item.is_sold], division),
            *_trade_rows(groups, division),
        ],
    }


def _period(code: str, name: str) -> str:
    return guid("price list period", code, name)


def _period_rows(division: int, today: date) -> Iterator[Row]:
    weeks = timedelta(days=14)
    periods: tuple[tuple[str, str, int, Value, Value], ...] = (
        (WEB, "basic", BASIC, FOUNDED, None),
        (WEB, "offer", SPECIAL_OFFER, at(today - weeks), at(today + weeks)),
        (WEB, "past offer", SPECIAL_OFFER, at(today - 4 * weeks), at(today - 2 * weeks)),
        (TRADE, "basic", BASIC, FOUNDED, None),
    )
    for code, name, kind, start, end in periods:
        yield {
            "ID": _period(code, name),
            "PriceList": guid("price list", code),
            "Type": kind,
            "Currency": CURRENCY,
            "StartDate": start,
            **({} if end is None else {"EndDate": end}),
            "Division": division,
            **STAMPS,
        }


def _web_rows(items: list[Item], division: int) -> Iterator[Row]:
    for item in items:
        if item.number % 5 == 4:  # not in the list
            continue
        yield _discount_row(item, "basic", 1, 0.05, division)
        if item.number % 2 == 0:
            yield _discount_row(item, "basic", 10, 0.15, division)
        if item.number % 7 == 0:
            yield _discount_row(item, "offer", 1, 0.25, division)
        if item.number % 7 == 1:
            yield _discount_row(item, "past offer", 1, 0.5, division)


def _discount_row(item: Item, period: str, from_quantity: int, discount: float, division: int) -> Row:
    standard = item.price / 100
    method: Row
    match item.number % 3:
        case 0:
            method = {"EntryMethod": DISCOUNT_LEADS, "Discount": discount, "BasePriceAmount": standard}
        case 1:
            base = round(standard * 1.1, 2)
            method = {
                "EntryMethod": DISCOUNT_LEADS,
                "Discount": discount,
                "BasePrice": guid("price list base", item.number),
                "BasePriceAmount": base,
            }
        case _:
            method = {
                "EntryMethod": NEW_PRICE_LEADS,
                "NewPrice": round(standard * (1 - discount), 2),
                "Discount": discount,
                "BasePriceAmount": standard,
            }
    unit: Row = {
        "Unit": item.unit.code,
        "UnitDescription": item.unit.description,
        "NumberOfItemsPerUnit": 1.0,
    }
    if item.number % 12 == 2:  # a new price, per box
        unit = {"Unit": "ds12", "UnitDescription": "doos van 12", "NumberOfItemsPerUnit": 12.0}
        method["NewPrice"] = round(standard * 12 * (1 - discount), 2)
    return {
        "ID": guid("volume discount", item.number, period, from_quantity),
        "Division": division,
        "PriceListCode": WEB,
        "PriceListDescription": "Webwinkel",
        "PriceListPeriod": _period(WEB, period),
        "Item": item.id,
        "ItemCode": item.code,
        "ItemDescription": item.name,
        "Quantity": float(from_quantity),
        **unit,
        **method,
        **STAMPS,
    }


def _trade_rows(groups: tuple[ItemGroup, ...], division: int) -> Iterator[Row]:
    for place, group in enumerate(groups, start=1):
        yield {
            "ID": guid("volume discount", group.code),
            "Division": division,
            "PriceListCode": TRADE,
            "PriceListDescription": "Groothandel",
            "PriceListPeriod": _period(TRADE, "basic"),
            "ItemGroup": group.id,
            "ItemGroupCode": group.code,
            "ItemGroupDescription": group.description,
            "Quantity": 1.0,
            "EntryMethod": DISCOUNT_LEADS,
            "Discount": place / 20,
            **STAMPS,
        }
