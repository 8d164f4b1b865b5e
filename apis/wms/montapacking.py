"""Montapacking's product list, API v6.

    GET {base_url}/products           the first page
    GET {base_url}/products?page=1    and so on, until a page is empty

    {"Products": [{"Product": {"ProductId": 7, "Sku": "A-1", "Stock": {"StockAvailable": 12, …}}}, …]}

Where the facts are from: https://api-v6.monta.nl/index.html, and the open-source reader tap-montapacking, which
finds the products under `Products[*].Product` and calls the page without a number the 0th. Other readers find them
without the wrapping and StockAvailable beside Sku. All of these forms are understood. That a number counts from 0
is not stated: where page 1 is the first page once more, it counts from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apis.errors import BrokenBody
from apis.wms.client import WmsClient

PATH = "products"
# It has answered 401 to right credentials when it was busy (the incumbent reader repeats those too).
BUSY_STATUSES = frozenset({401})
Product = dict[str, Any]


def product_pages(client: WmsClient) -> Iterator[list[Product]]:
    """Pages of {"ProductId", "Sku", "StockAvailable"}; a key that Montapacking does not send is absent. The last
    page is the empty one. Raises what WmsClient.get raises."""
    first = client.get(PATH, {}, products_of)
    yield first
    if not first:
        return
    number, before = 1, first
    while before:
        page = client.get(PATH, {"page": str(number)}, products_of)
        is_repeated = bool(page) and _identities(page) == _identities(before)
        if is_repeated and number > 1:
            raise BrokenBody("the page is the one before it: page is not heeded", request=f"GET {PATH}")
        yield [] if is_repeated else page
        number, before = number + 1, page


def products_of(document: Any) -> list[Product]:
    """The products of a page. Raises BrokenBody where the document is no list of products."""
    entries = document.get("Products") if isinstance(document, dict) else document
    if not isinstance(entries, list):
        raise BrokenBody("the body holds no list of products")
    return [_product(entry) for entry in entries]


def _product(entry: Any) -> Product:
    inner = entry.get("Product", entry) if isinstance(entry, dict) else None
    if not isinstance(inner, dict) or "Sku" not in inner:
        raise BrokenBody("the list holds something that is no product with a Sku")
    stock = inner.get("Stock")
    holder: Mapping[str, Any] = inner if "StockAvailable" in inner or not isinstance(stock, dict) else stock
    found = {name: inner[name] for name in ("ProductId", "Sku") if name in inner}
    if "StockAvailable" in holder:
        found["StockAvailable"] = holder["StockAvailable"]
    return found


def _identities(page: list[Product]) -> list[tuple[Any, Any]]:
    return [(product.get("ProductId"), product["Sku"]) for product in page]
