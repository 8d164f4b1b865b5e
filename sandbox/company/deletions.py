"""The log of what was deleted in the last two months: keys of rows that are gone, of every kind we read."""

from __future__ import annotations

from datetime import date, timedelta

from sandbox.company.basics import USER, at
from sandbox.company.company import Row
from sandbox.company.ids import guid

# Deleted.EntityType of accounts, prices, items, sales orders (old), invoices, stock positions, item
# warehouses, purchase orders, supplier items, sales order headers, sales order lines
ENTITY_TYPES = (2, 8, 9, 12, 13, 15, 19, 22, 30, 32, 33)
KEPT_DAYS = 60


def deleted_rows(count: int, division: int, today: date) -> list[Row]:
    """`count` deletions spread over the types and the two months, oldest first."""
    return [
        {
            "ID": guid("deleted", number),
            "Division": division,
            "EntityType": ENTITY_TYPES[number % len(ENTITY_TYPES)],
            "EntityKey": guid("deleted row", number),
            "DeletedBy": USER,
            "DeletedDate": at(
                today - timedelta(days=1 + (count - 1 - number) * (KEPT_DAYS - 2) // count), 15
            ),
        }
        for number in range(count)
    ]
