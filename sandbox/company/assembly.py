"""Assembly bills of material of a generated company: what the made items consist of.

Each made item takes two bought parts, one of them on two rows now and then. The two `made_loop` items of a
group of 40 contain each other, which people do enter.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from sandbox.company.basics import USER, at
from sandbox.company.company import Row
from sandbox.company.ids import guid
from sandbox.company.items import Item

BATCH = 10.0
QUANTITIES = (1.0, 2.0, 4.0, 0.5)


def bill_rows(items: list[Item], division: int) -> tuple[list[Row], list[Row]]:
    """Headers (ID is the made item's) and materials."""
    made = [item for item in items if item.is_made]
    bought = [item for item in items if item.is_bought and item.case == "plain"]
    other = {
        one.id: two
        for first, second in pairwise(item for item in made if item.case == "made_loop")
        for one, two in ((first, second), (second, first))
        if first.number // 40 == second.number // 40
    }
    headers: list[Row] = []
    materials: list[Row] = []
    for item in made if len(bought) > 1 else []:
        parts = [bought[item.number % len(bought)], bought[(item.number + 1) % len(bought)]]
        if item.number % 3 == 0:
            parts.append(parts[0])
        if item.id in other:
            parts.append(other[item.id])
        headers.append(_header_row(item, division))
        materials += [_material_row(item, part, place, division) for place, part in enumerate(parts, start=1)]
    return headers, materials


def _header_row(item: Item, division: int) -> Row:
    stamp = at(item.created, 13)
    return {
        "ID": item.id,
        "Code": item.code,
        "Description": item.name,
        "Division": division,
        "BatchQuantity": BATCH,
        "CostPrice": item.cost / 100,
        "AssembledLeadDays": 2,
        "UseExplosion": 0,
        "Created": stamp,
        "Creator": USER,
        "Modified": stamp,
        "Modifier": USER,
    }


def _material_row(item: Item, part: Item, place: int, division: int) -> Row:
    quantity = QUANTITIES[(item.number + place) % len(QUANTITIES)]
    # the later row of a loop is the one that closes it
    stamp = at(item.created + timedelta(days=place), 13)
    return {
        "ID": guid("assembly material", item.number, place),
        "AssembledItem": item.id,
        "AssembledItemCode": item.code,
        "AssembledItemDescription": item.name,
        "PartItem": part.id,
        "PartItemCode": part.code,
        "PartItemDescription": part.name,
        "LineNumber": place,
        "Division": division,
        "BatchQuantity": BATCH,
        "Quantity": quantity,
        "QuantityBatch": quantity * BATCH,
        "Created": stamp,
        "Creator": USER,
        "Modified": stamp,
        "Modifier": USER,
    }
