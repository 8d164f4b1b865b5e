"""Suppliers and customers of a generated company, in one list of accounts as Exact keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sandbox.company.basics import BUYER, CURRENCY, USER, at
from sandbox.company.company import Row
from sandbox.company.ids import guid
from sandbox.company.names import TOWNS, trader_name

SupplierCase = Literal[
    "plain", "also_customer", "dollar", "slow", "no_rate", "blocked", "former", "bad_email", "no_email"
]
# One of each in every 12 suppliers. `slow`: lead time above a year; `no_rate`: a currency without a rate.
SUPPLIER_CASES: tuple[SupplierCase, ...] = (
    "plain", "also_customer", "dollar", "slow", "no_rate", "blocked", "former", "bad_email", "no_email",
    "plain", "plain", "plain",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Supplier:
    """`rate`: euro for one of its currency, None where Exact knows none."""

    number: int
    case: SupplierCase
    name: str
    currency: str
    rate: float | None
    lead_days: int | None
    id: str

    @property
    def is_active(self) -> bool:
        return self.case not in ("blocked", "former")

    @property
    def code(self) -> str:
        return str(20_000 + self.number).rjust(18)


@dataclass(frozen=True, slots=True)
class Customer:
    """`inside`: a consumer, whose sales orders have prices that hold the VAT."""

    number: int
    name: str
    currency: str
    rate: float
    inside: bool
    id: str

    @property
    def code(self) -> str:
        return str(10_000 + self.number).rjust(18)


def make_suppliers(count: int) -> list[Supplier]:
    suppliers: list[Supplier] = []
    for number in range(count):
        case = SUPPLIER_CASES[number % len(SUPPLIER_CASES)]
        suppliers.append(
            Supplier(
                number=number,
                case=case,
                name=trader_name(number),
                currency={"dollar": "USD", "no_rate": "SEK"}.get(case, CURRENCY),
                rate={"dollar": 0.92, "no_rate": None}.get(case, 1.0),
                lead_days={"slow": 400, "no_email": None}.get(case, 3 + number % 40),
                id=guid("supplier", number),
            )
        )
    return suppliers


def make_customers(count: int) -> list[Customer]:
    return [
        Customer(
            number=number,
            name=f"{trader_name(number + 5)} afd. {number}",
            currency="USD" if number % 9 == 4 else CURRENCY,
            rate=0.92 if number % 9 == 4 else 1.0,
            inside=number % 7 == 3,
            id=guid("customer", number),
        )
        for number in range(count)
    ]


def account_rows(
    suppliers: list[Supplier], customers: list[Customer], division: int, today: date
) -> list[Row]:
    return [
        *(_supplier_row(supplier, division, today) for supplier in suppliers),
        *(_customer_row(customer, division, today) for customer in customers),
    ]


def _supplier_row(supplier: Supplier, division: int, today: date) -> Row:
    day = today - timedelta(days=900 + supplier.number % 300)
    row: Row = {
        "ID": supplier.id,
        "Code": supplier.code,
        "Name": supplier.name,
        "SearchCode": supplier.name[:10].upper(),
        "Division": division,
        "Type": "A",
        "City": TOWNS[supplier.number % len(TOWNS)],
        "Country": "NL",
        "IsSupplier": supplier.case != "former",
        "IsSales": supplier.case == "also_customer",
        "Blocked": supplier.case == "blocked",
        "CanDropShip": supplier.number % 3 == 0,
        "PurchaseCurrency": supplier.currency,
        "Created": at(day, 4),
        "Creator": USER,
        "Modified": at(day + timedelta(days=supplier.number % 800), 5),
        "Modifier": USER,
    }
    if supplier.lead_days is not None:
        row["PurchaseLeadDays"] = supplier.lead_days
    if supplier.number % 2:
        row["AccountManager"] = BUYER
        row["AccountManagerFullName"] = "Inge Koper"
    if supplier.case == "also_customer":
        row |= {"Status": "C", "SalesCurrency": supplier.currency}
    if supplier.case != "no_email":
        at_sign = "" if supplier.case == "bad_email" else "@"
        row["Email"] = f"bestellingen{at_sign}leverancier{supplier.number}.example"
    return row


def _customer_row(customer: Customer, division: int, today: date) -> Row:
    day = today - timedelta(days=820 + customer.number % 300)
    return {
        "ID": customer.id,
        "Code": customer.code,
        "Name": customer.name,
        "Division": division,
        "Type": "A",
        "Status": "C",
        "City": TOWNS[customer.number % len(TOWNS)],
        "Country": "NL",
        "IsSupplier": False,
        "IsSales": True,
        "Blocked": customer.number % 20 == 19,
        "SalesCurrency": customer.currency,
        "Email": f"inkoop@klant{customer.number}.example",
        "Created": at(day, 9),
        "Creator": USER,
        "Modified": at(day, 9),
        "Modifier": USER,
    }
