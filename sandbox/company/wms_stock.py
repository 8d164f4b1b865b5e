"""What the company keeps in two outside warehouses, beside the stock that Exact knows of.

Of the items with a SKU every third stands at Montapacking and every fourth at QLS, so some at both. Each also holds a
product that Exact does not know, and Montapacking one SKU in two rows.
"""

from __future__ import annotations

from sandbox.company.company import Company
from sandbox.company.ids import guid

UNKNOWN_SKU = "NOT-IN-EXACT"


def montapacking_products(company: Company) -> list[dict[str, object]]:
    """Products as Montapacking sends them, in the order of their ids."""
    skus = _skus(company)[::3]
    wanted = [*skus, *skus[:1], UNKNOWN_SKU]
    return [
        {
            "ProductId": 7000 + number,
            "Sku": sku,
            "Description": f"Product {sku}",
            "Stock": {
                "StockAll": 5 + number % 40,
                "StockReserved": number % 3,
                "StockAvailable": number % 40 + 3,
            },
        }
        for number, sku in enumerate(wanted)
    ]


def qls_products(company: Company) -> list[dict[str, object]]:
    """Products as QLS sends them."""
    return [
        {
            "id": guid("qls product", number),
            "sku": sku,
            "name": f"Product {sku}",
            "amount_total": number % 30 + 4,
            "amount_available": number % 30,
            "amount_backorder": number % 4,
            "amount_internally_moving": number % 3,
        }
        for number, sku in enumerate([*_skus(company)[::4], UNKNOWN_SKU])
    ]


def _skus(company: Company) -> list[str]:
    return [str(item["Code"]) for item in company.rows_of("items") if item.get("Code")]
