"""Bills of material of a generated company's production: versions of the made items and their materials.

Each made item has a historic version and the active default one, of which every third is a sales bill of material
instead of a recipe. The active version takes the parts of the assembly bill, of the first twice as much, with waste
in the batch, and leaves a by-product now and then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.company.assembly import BATCH
from sandbox.company.basics import USER, at
from sandbox.company.company import Row
from sandbox.company.ids import guid
from sandbox.company.items import Item

HISTORIC, ACTIVE = 40, 30
SALES_BILL, RECIPE = 10, 20
MATERIAL, BY_PRODUCT = 1, 2
WASTE_PERCENTAGE = 15.0


def recipe_rows(
    items: list[Item], assembly_materials: list[Row], division: int
) -> tuple[list[Row], list[Row]]:
    """Versions (`bill_of_materials_versions`) and their lines (`bill_of_materials`)."""
    made = {item.id: item for item in items if item.is_made}
    versions: list[Row] = []
    lines: list[Row] = []
    for item in made.values():
        for number, status in ((1, HISTORIC), (2, ACTIVE)):
            versions.append(_version_row(item, number, status, division))
    for material in assembly_materials:
        item = made[str(material["AssembledItem"])]
        lines.append(_line_row(item, material, 2, MATERIAL, division))
        if material["LineNumber"] == 1:
            lines.append(_line_row(item, material, 1, MATERIAL, division))
            if item.number % 2 == 0:
                lines.append(_line_row(item, material, 2, BY_PRODUCT, division))
    return versions, lines


def _stamp(item: Item, number: int) -> datetime:
    return at(item.created + timedelta(days=number), 14)


def _version_row(item: Item, number: int, status: int, division: int) -> Row:
    stamp = _stamp(item, number)
    return {
        "ID": guid("recipe", item.number, number),
        "Item": item.id,
        "ItemDescription": item.name,
        "Description": f"Versie {number}",
        "Division": division,
        "VersionNumber": number,
        "VersionDate": at(stamp.date()),
        "Status": status,
        "Type": SALES_BILL if item.number % 3 == 0 else RECIPE,
        "IsDefault": int(status == ACTIVE),
        "BatchQuantity": BATCH,
        "CalculatedCostPrice": item.cost / 100,
        "Created": stamp,
        "Creator": USER,
        "Modified": stamp,
        "Modifier": USER,
    }


def _line_row(item: Item, material: Row, number: int, kind: int, division: int) -> Row:
    place = material["LineNumber"]
    quantity = float(str(material["Quantity"])) * (2 if place == 1 else 1)
    stamp = material["Created"]
    return {
        "ID": guid("recipe line", item.number, number, kind, place),
        "ItemVersion": guid("recipe", item.number, number),
        "PartItem": material["PartItem"],
        "PartItemCode": material["PartItemCode"],
        "PartItemDescription": material["PartItemDescription"],
        "LineNumber": place,
        "Division": division,
        "Type": kind,
        "Quantity": quantity,
        "QuantityBatch": round(quantity * BATCH * (1 + WASTE_PERCENTAGE / 100), 4),
        "WastePercentage": WASTE_PERCENTAGE,
        "syscreated": stamp,
        "syscreator": USER,
        "sysmodified": stamp,
        "sysmodifier": USER,
    }
