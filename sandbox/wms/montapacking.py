"""Montapacking, API v6: `GET /products`, pages counted from 0, the one after the last empty.

`first_page` 1 counts from 1 instead, `is_wrapped` False sends products without the wrapping and StockAvailable beside
Sku: what is public shows both forms (see `apis.wms.montapacking`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from werkzeug import Request, Response

from sandbox import credentials
from sandbox.wms.server import Product, WmsSandbox, json_response


class MontapackingSandbox(WmsSandbox):
    """A context manager that serves the products; see `sandbox.company.wms_stock`."""

    def __init__(
        self,
        products: Sequence[Product] = (),
        *,
        page_size: int = 50,
        first_page: int = 0,
        is_wrapped: bool = True,
        port: int = 0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(
            products,
            username=credentials.MONTAPACKING_USERNAME,
            password=credentials.MONTAPACKING_PASSWORD,
            page_size=page_size,
            port=port,
            sleep=sleep,
        )
        self._first_page = first_page
        self._is_wrapped = is_wrapped

    def answer(self, request: Request) -> Response:
        if request.path != "/products":
            return json_response({"Message": f"No HTTP resource was found for {request.path}"}, 404)
        number = request.args.get("page", str(self._first_page))
        if not number.isdecimal():
            return json_response({"Message": "page must be a whole number"}, 400)
        products = self.page((int(number) - self._first_page) * self._page_size)
        if not self._is_wrapped:
            return json_response([_flat(product) for product in products])
        return json_response({"Products": [{"Product": product} for product in products]})


def _flat(product: Product) -> Product:
    """Without an id too."""
    flat = {key: value for key, value in product.items() if key not in ("Stock", "ProductId")}
    return {**flat, **product.get("Stock", {})}
