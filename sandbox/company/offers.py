"""Which supplier offers which item: purchase units of 1, 6 and 2.5, prices now, then and never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from sandbox.company.basics import USER, Unit, at
from sandbox.company.company import Row
from sandbox.company.ids import guid
from sandbox.company.items import Item
from sandbox.company.parties import Supplier

PriceCase = Literal["now", "expired", "none"]
SINGLE = Unit("pc", "stuk")
BOX = Unit("ds6", "doos van 6")
BAG = Unit("zak", "zak van 2,5")
FACTORS: dict[float, Unit] = {1.0: SINGLE, 6.0: BOX, 2.5: BAG}


@dataclass(frozen=True, slots=True)
class Offer:
    """One supplier's offer of one item. `price`: cents for a purchase unit in the supplier's currency."""

    item: Item
    supplier: Supplier
    is_main: bool
    factor: float
    price: int
    price_case: PriceCase
    lead_days: int

    @property
    def id(self) -> str:
        return guid("supplier product", self.item.number, self.supplier.number)

    @property
    def unit(self) -> Unit:
        return self.item.unit if self.factor == 1.0 else FACTORS[self.factor]


def make_offers(items: list[Item], suppliers: list[Supplier], random: Random) -> list[Offer]:
    """One or two offers of each item that is bought, from different suppliers; the first is the main one."""
    offers: list[Offer] = []
    for item in (item for item in items if item.is_bought):
        two_mains = item.case == "two_mains"
        count = 2 if two_mains or random.random() < 0.2 else 1
        for rank, supplier in enumerate(random.sample(suppliers, count)):
            factor = 2.5 if item.case == "by_weight" else random.choices((1.0, 6.0, 2.5), (70, 25, 5))[0]
            offers.append(
                Offer(
                    item=item,
                    supplier=supplier,
                    is_main=rank == 0 or two_mains,
                    factor=factor,
                    price=max(1, round(item.cost * factor / (supplier.rate or 0.09))),
                    price_case=random.choices(("now", "expired", "none"), (90, 6, 4))[0],
                    lead_days=random.choice((0, 2, 5, 7, 14, 30, 60)),
                )
            )
    return offers


def offer_rows(offers: list[Offer], division: int, today: date) -> list[Row]:
    return [_offer_row(offer, division, today) for offer in offers]


def _offer_row(offer: Offer, division: int, today: date) -> Row:
    item, supplier = offer.item, offer.supplier
    changed = min(today, item.created + timedelta(days=(item.number * 7 + supplier.number) % 800))
    row: Row = {
        "ID": offer.id,
        "Division": division,
        "Item": item.id,
        "ItemCode": item.code,
        "ItemDescription": item.name,
        "ItemUnit": item.unit.id,
        "ItemUnitCode": item.unit.code,
        "Supplier": supplier.id,
        "SupplierCode": supplier.code,
        "SupplierDescription": supplier.name,
        "SupplierItemCode": f"{supplier.number}-{item.number:06d}",
        "MainSupplier": offer.is_main,
        "DropShipment": 0,
        "Currency": supplier.currency,
        "PurchasePrice": 0.0 if offer.price_case == "none" else offer.price / 100,
        "PurchaseUnit": offer.unit.code,
        "PurchaseUnitDescription": offer.unit.description,
        "PurchaseUnitFactor": offer.factor,
        "PurchaseLeadTime": offer.lead_days,
        "StartDate": at(item.created),
        "Created": at(item.created, 3),
        "Creator": USER,
        "Modified": at(changed, 4),
        "Modifier": USER,
    }
    if offer.price_case == "expired":
        row["EndDate"] = at(today - timedelta(days=1))
    if item.number % 3 == 0:
        row["MinimumQuantity"] = offer.factor * (1 + item.number % 5)
    if item.number % 5 == 0:
        row["PurchaseLotSize"] = 1 + item.number % 24
    return row
