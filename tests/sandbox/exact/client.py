"""A small company and a plain HTTP client for the tests of the Exact sandbox: no code of `apis/` in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import requests

from sandbox import credentials
from sandbox.company.company import Company, Row
from sandbox.exact import ExactSandbox

DIVISION = credentials.EXACT_DIVISION
ATOM = "{http://www.w3.org/2005/Atom}"
DATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
METADATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
NOON = 1_718_445_600.0  # 2024-06-15 10:00 UTC, 12:00 in Amsterdam


class Clock:
    """Seconds since the epoch that move when a test says so."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


def guid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def item(number: int, **fields: Any) -> Row:
    return {
        "ID": guid(number),
        "Code": f"SKU-{number}",
        "Description": f"Item {number}",
        "IsPurchaseItem": True,
        "IsMakeItem": 0,
        "Stock": 0.5,
        "Modified": datetime(2024, 1, 1, 12, 0, 0, 500_000),
        **fields,
    }


SUPPLIER, CUSTOMER, MAIN_WAREHOUSE, OTHER_WAREHOUSE = guid(0xA1), guid(0xA2), guid(0xB1), guid(0xB2)


def trading_company(**further: list[Row]) -> Company:
    """Ten items of one supplier, in boxes of 12 at 6.00 a box; further streams replace these."""
    rows: dict[str, list[Row]] = {
        "items": [item(number) for number in range(1, 11)],
        "accounts": [
            {"ID": SUPPLIER, "Code": "42".rjust(18), "Name": "Jansen & Zn <BV>", "IsSupplier": True},
            {"ID": CUSTOMER, "Code": "43".rjust(18), "Name": "Klant", "IsSupplier": False},
        ],
        "warehouses": [
            {"ID": OTHER_WAREHOUSE, "Code": "2", "Description": "Winkel"},
            {"ID": MAIN_WAREHOUSE, "Code": "1", "Description": "Magazijn", "Main": 1},
        ],
        "vat_codes": [
            {"ID": guid(0xC1), "Code": "5  ", "Percentage": 0.21, "IsBlocked": False},
            {"ID": guid(0xC2), "Code": "9  ", "Percentage": 0.09, "IsBlocked": True},
        ],
        "supplier_products": [
            {
                "ID": guid(0x100 + number),
                "Item": guid(number),
                "Supplier": SUPPLIER,
                "PurchaseUnitFactor": 12,
                "PurchasePrice": 6.0,
                "PurchaseVATCode": "5  ",
                "PurchaseUnit": "doos",
                "SupplierItemCode": f"J{number}",
                "MainSupplier": True,
            }
            for number in range(1, 11)
        ],
    }
    return Company(DIVISION, rows | further)


def documents(count: int, lines: int) -> dict[str, list[Row]]:
    """`count` purchase orders with `lines` lines each."""
    headers: list[Row] = []
    entries: list[Row] = []
    for order in range(1, count + 1):
        headers.append(
            {
                "PurchaseOrderID": guid(0x1000 + order),
                "ID": guid(0x2000 + order),
                "LineNumber": 0,
                "OrderNumber": order,
                "Supplier": SUPPLIER,
                "Modified": datetime(2024, 2, order),
            }
        )
        for line in range(1, lines + 1):
            entries.append(
                {
                    "ID": guid(0x10000 * order + line),
                    "PurchaseOrderID": guid(0x1000 + order),
                    "LineNumber": line,
                    "Item": guid(line),
                    "QuantityInPurchaseUnits": 2,
                    "Modified": datetime(2024, 2, order),
                }
            )
    return {"purchase_orders": headers, "purchase_order_lines": entries}


@dataclass
class Page:
    """One Atom feed: typed text by field (None where m:null), expanded collections as lists."""

    entries: list[dict[str, Any]]
    next_link: str | None
    root: ElementTree.Element


def read_entry(entry: ElementTree.Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    properties = entry.find(f"{ATOM}content/{METADATA}properties")
    assert properties is not None
    for element in properties:
        is_null = element.get(f"{METADATA}null") == "true"
        found[element.tag.removeprefix(DATA)] = None if is_null else element.text or ""
    for link in entry.findall(f"{ATOM}link"):
        inline = link.find(f"{METADATA}inline")
        if inline is not None:
            found[link.get("title", "")] = [read_entry(one) for one in inline.iter(f"{ATOM}entry")]
    return found


def read_feed(response: requests.Response) -> Page:
    assert response.status_code == 200, response.text
    root = ElementTree.fromstring(response.content)
    links = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "next"]
    return Page([read_entry(entry) for entry in root.findall(f"{ATOM}entry")], next(iter(links), None), root)


def words(response: requests.Response) -> str:
    """The message of an error document."""
    root = ElementTree.fromstring(response.content)
    assert root.tag == f"{METADATA}error"
    return root.findtext(f"{METADATA}message") or ""


@dataclass
class Caller:
    """One signed-in client. Paths are relative to the division."""

    sandbox: ExactSandbox
    session: requests.Session = field(default_factory=requests.Session)
    refresh_token: str = credentials.EXACT_REFRESH_TOKEN

    def token(self, **form: str) -> requests.Response:
        asked = {
            "grant_type": "refresh_token",
            "client_id": credentials.EXACT_CLIENT_ID,
            "client_secret": credentials.EXACT_CLIENT_SECRET,
            "refresh_token": self.refresh_token,
        }
        return self.session.post(self.sandbox.token_url, data=asked | form)

    def sign_in(self) -> None:
        answer = self.token()
        assert answer.status_code == 200, answer.text
        self.refresh_token = answer.json()["refresh_token"]
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def url(self, path: str) -> str:
        return f"{self.sandbox.base_url}/api/v1/{DIVISION}/{path}"

    def get(self, path: str, headers: dict[str, str] | None = None, **options: str) -> requests.Response:
        params = {f"${name}": value for name, value in options.items()}
        return self.session.get(self.url(path), params=params, headers=headers)

    def pages(self, path: str, **options: str) -> list[Page]:
        """All pages, along the next links."""
        found = [read_feed(self.get(path, **options))]
        while found[-1].next_link is not None:
            found.append(read_feed(self.session.get(found[-1].next_link)))
        return found

    def rows(self, path: str, **options: str) -> list[dict[str, Any]]:
        return [entry for page in self.pages(path, **options) for entry in page.entries]

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.post(self.url(path), json=body, headers={"Accept": "application/json", **sent})

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(method, f"{self.sandbox.base_url}/_sandbox/{path}", json=body)
