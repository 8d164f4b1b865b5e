"""What every company of the sandbox has: division, user, warehouses, units, VAT codes, item groups, rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from sandbox.company.company import Row
from sandbox.company.ids import guid

CURRENCY = "EUR"
USER = guid("user", "connection")
BUYER = guid("user", "buyer")
FOUNDED = datetime(2015, 1, 5, 9)


@dataclass(frozen=True)
class VatCode:
    """`rate` is a fraction. `kind`: E on top of the amount, I inside it, B base only, N none."""

    code: str
    description: str
    rate: float
    kind: str


VAT_NONE = VatCode("0", "Geen BTW", 0.0, "N")
VAT_LOW = VatCode("1", "BTW verkoop 9%, exclusief", 0.09, "E")
VAT_HIGH = VatCode("2", "BTW verkoop 21%, exclusief", 0.21, "E")
VAT_HIGH_INSIDE = VatCode("3", "BTW verkoop 21%, inclusief", 0.21, "I")
VAT_CODES = (VAT_NONE, VAT_LOW, VAT_HIGH, VAT_HIGH_INSIDE)


@dataclass(frozen=True)
class Unit:
    code: str
    description: str
    kind: str = "O"

    @cached_property
    def id(self) -> str:
        return guid("unit", self.code)


PIECE = Unit("pc", "stuk")
UNITS = (PIECE, Unit("kg", "kilogram", "W"), Unit("m", "meter", "L"), Unit("uur", "uur", "T"))


@dataclass(frozen=True)
class Warehouse:
    code: str
    description: str

    @cached_property
    def id(self) -> str:
        return guid("warehouse", self.code)


MAIN_WAREHOUSE = Warehouse("1", "Hoofdmagazijn")
OTHER_WAREHOUSES = (Warehouse("2", "Winkel 's-Hertogenbosch"), Warehouse("RET", "Retouren & schade"))


@dataclass(frozen=True)
class ItemGroup:
    code: str
    description: str

    @cached_property
    def id(self) -> str:
        return guid("item group", self.code)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of a day as Exact sends it: without a zone, Dutch local time."""
    return datetime.combine(day, time(hour, minute))


def basics(
    division: int, name: str, today: date, warehouses: tuple[Warehouse, ...], groups: tuple[ItemGroup, ...]
) -> dict[str, list[Row]]:
    """The rows of the small streams; `today` dates the newest exchange rates."""
    stamps: Row = {"Created": FOUNDED, "Creator": USER, "Modified": FOUNDED, "Modifier": USER}
    return {
        "divisions": [
            {
                "Code": division,
                "Description": name,
                "Country": "NL",
                "Currency": CURRENCY,
                "Current": True,
                "CustomerName": name,
                "Hid": division + 1_000_000,
                "IsMainDivision": True,
                "Status": 1,
                "BlockingStatus": 0,
                "StartDate": FOUNDED,
                "Created": FOUNDED,
                "Modified": FOUNDED,
            }
        ],
        "me": [
            {
                "UserID": USER,
                "CurrentDivision": division,
                "AccountingDivision": division,
                "DivisionCustomerName": name,
                "FullName": "Koppeling Optiply",
                "UserName": "koppeling@voorbeeld.example",
                "LanguageCode": "nl-NL",
                "Legislation": 1,
            }
        ],
        "warehouses": [
            {
                "ID": warehouse.id,
                "Code": warehouse.code,
                "Description": warehouse.description,
                "Division": division,
                "Main": int(number == 0),
                "UseStorageLocations": int(number == 0),
                **stamps,
            }
            for number, warehouse in enumerate(warehouses)
        ],
        "units": [
            {
                "ID": unit.id,
                "Code": unit.code,
                "Description": unit.description,
                "Division": division,
                "Active": True,
                "Main": int(unit is PIECE),
                "Type": unit.kind,
            }
            for unit in UNITS
        ],
        "item_groups": [
            {
                "ID": group.id,
                "Code": group.code,
                "Description": group.description,
                "Division": division,
                "IsDefault": int(number == 0),
                **stamps,
            }
            for number, group in enumerate(groups)
        ],
        "vat_codes": [
            {
                "ID": guid("vat code", vat.code),
                "Code": vat.code,
                "Description": vat.description,
                "Division": division,
                "Percentage": vat.rate,
                "Type": vat.kind,
                "VATTransactionType": "B",
                "IsBlocked": False,
                **stamps,
            }
            for vat in VAT_CODES
        ],
        "exchange_rates": [
            {
                "ID": guid("exchange rate", currency, number),
                "Division": division,
                "SourceCurrency": currency,
                "TargetCurrency": CURRENCY,
                "Rate": rate,
                "StartDate": at(today - timedelta(days=days)),
                **stamps,
                "Created": at(today - timedelta(days=max(days, 0)), 6),
                "Modified": at(today - timedelta(days=max(days, 0)), 6),
            }
            for currency, rates in RATES.items()
            for number, (days, rate) in enumerate(rates)
        ],
    }


# Euro for one of the currency, from so many days before today; the negative one is known beforehand.
RATES: dict[str, tuple[tuple[int, float], ...]] = {
    "USD": ((400, 0.9512), (40, 0.9187), (-20, 0.9301)),
    "GBP": ((400, 1.1498), (40, 1.1744)),
}
