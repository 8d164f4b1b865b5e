"""Sales prices of a generated company: general ones and what must not be taken for one.

Every item that is sold has a general price, except the ones whose case says so. Beside it, in turn: tiers
from 10 and 100, an expired and a future one, one in dollars, one of a single customer, one per box of 12, and
one that began later and therefore replaces the older.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sandbox.company.basics import CURRENCY, USER, at
from sandbox.company.company import Row, Value
from sandbox.company.ids import guid
from sandbox.company.items import Item
from sandbox.company.parties import Customer

VARIETIES = 8


def price_rows(items: list[Item], customers: list[Customer], division: int, today: date) -> list[Row]:
    rows: list[Row] = []
    for item in items:
        if not item.is_sold or item.case == "no_price":
            continue
        for number, own in enumerate(_prices(item, customers[item.number % len(customers)], today)):
            rows.append(
                {
                    "ID": guid("sales price", item.number, number),
                    "Division": division,
                    "Item": item.id,
                    "ItemCode": item.code,
                    "ItemDescription": item.name,
                    "Currency": CURRENCY,
                    "Quantity": 1.0,
                    "NumberOfItemsPerUnit": 1.0,
                    "Unit": item.unit.code,
                    "UnitDescription": item.unit.description,
                    "DefaultItemUnit": item.unit.code,
                    "StartDate": at(item.created),
                    "Created": at(item.created, 10),
                    "Creator": USER,
                    "Modified": at(item.created, 10),
                    "Modifier": USER,
                    **own,
                }
            )
    return rows


def _prices(item: Item, customer: Customer, today: date) -> Iterator[dict[str, Value]]:
    box = item.number % VARIETIES == 6
    general: dict[str, Value] = {"Price": item.price / 100}
    yield general | (
        {"Price": item.price * 12 / 100, "NumberOfItemsPerUnit": 12.0, "Unit": "ds12"} if box else {}
    )
    match item.number % VARIETIES:
        case 1:
            yield general | {"Price": round(item.price * 0.95) / 100, "Quantity": 10.0}
            yield general | {"Price": round(item.price * 0.9) / 100, "Quantity": 100.0}
        case 2:
            yield general | {"Price": 0.01, "EndDate": at(today - timedelta(days=1))}
        case 3:
            yield general | {
                "Price": round(item.price * 1.1) / 100,
                "StartDate": at(today + timedelta(days=14)),
            }
        case 4:
            yield general | {"Price": round(item.price * 1.2) / 100, "Currency": "USD"}
        case 5:
            cheaper: Value = round(item.price * 0.8) / 100
            yield {"Price": cheaper, "Account": customer.id, "AccountName": customer.name}
        case 7:
            since = at(today - timedelta(days=60))
            yield {"Price": round(item.price * 1.05) / 100, "StartDate": since, "Modified": since}
