"""QLS's list of fulfillment products.

    GET {base_url}/companies/{company_id}/fulfillment/products?page=1

    {"meta": {"code": 200},
     "data": [{"id": "…", "sku": "A-1", "amount_available": 5, "amount_backorder": 0, "amount_internally_moving": 1}],
     "pagination": {"page": 1, "limit": 100, "count": 240, "pageCount": 3, "nextPage": true, "prevPage": false}}

Where the facts are from: https://api.pakketdienstqls.nl/swagger/, and the open-source client vendure-plugin-qls, whose
types hold this envelope and which counts pages from 1. `nextPage` is a boolean there; a page number is understood too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from apis.errors import BrokenBody
from apis.wms.client import WmsClient

Product = dict[str, Any]


@dataclass(frozen=True)
class ProductPage:
    """`following`: number of the next page, None on the last. `count`: products in all, None where not told."""

    products: list[Product]
    following: int | None
    count: int | None


def product_pages(client: WmsClient, company_id: str) -> Iterator[list[Product]]:
    """Pages of products as sent. Raises what WmsClient.get raises, and BrokenBody when fewer came than there are."""
    path = f"companies/{quote(company_id, safe='')}/fulfillment/products"
    number: int | None = 1
    received = 0
    while number is not None:
        page = client.get(path, {"page": str(number)}, partial(page_of, number=number))
        received += len(page.products)
        if page.following is None and page.count is not None and received < page.count:
            raise BrokenBody(f"{received} products came, there are {page.count}", request=f"GET {path}")
        yield page.products
        number = page.following


def page_of(document: Any, number: int) -> ProductPage:
    """Page `number` from its document. Raises BrokenBody where it is no page of products, or leads in a circle."""
    products = document.get("data") if isinstance(document, dict) else None
    pagination = document.get("pagination") if isinstance(document, dict) else None
    if not isinstance(products, list) or not isinstance(pagination, dict) or "nextPage" not in pagination:
        raise BrokenBody("the body holds no list of products with its pagination")
    if not all(isinstance(product, dict) and "sku" in product for product in products):
        raise BrokenBody("the list holds something that is no product with a sku")
    following = _following(pagination["nextPage"], number)
    if following is not None and not products:
        raise BrokenBody("the page is empty, and yet there is a next one")
    count = pagination.get("count")
    return ProductPage(
        products, following, count if isinstance(count, int) and not isinstance(count, bool) else None
    )


def _following(next_page: Any, number: int) -> int | None:
    if isinstance(next_page, str) and next_page.isdecimal():
        next_page = int(next_page)
    match next_page:
        case bool():
            return number + 1 if next_page else None
        case None | 0 | "":
            return None
        case int() if next_page > number:
            return next_page
    raise BrokenBody("nextPage leads nowhere")
