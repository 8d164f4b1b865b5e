"""QLS: `GET /companies/{company_id}/fulfillment/products?page=N`, pages counted from 1."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from werkzeug import Request, Response

from sandbox import credentials
from sandbox.wms.server import Product, WmsSandbox, json_response


class QlsSandbox(WmsSandbox):
    """A context manager that serves the products; see `sandbox.company.wms_stock`."""

    def __init__(
        self,
        products: Sequence[Product] = (),
        *,
        page_size: int = 50,
        port: int = 0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(
            products,
            username=credentials.QLS_USERNAME,
            password=credentials.QLS_PASSWORD,
            page_size=page_size,
            port=port,
            sleep=sleep,
        )

    def answer(self, request: Request) -> Response:
        if request.path != f"/companies/{credentials.QLS_COMPANY_ID}/fulfillment/products":
            return json_response({"meta": {"code": 404}, "errors": {"message": "not found"}}, 404)
        number = request.args.get("page", "1")
        if not number.isdecimal() or number == "0":
            return json_response({"meta": {"code": 400}, "errors": {"page": "out of range"}}, 400)
        page, count = int(number), len(self.products)
        pages = max(1, -(-count // self._page_size))
        pagination = {
            "page": page,
            "limit": self._page_size,
            "count": count,
            "pageCount": pages,
            "nextPage": page < pages,
            "prevPage": page > 1,
        }
        products = self.page((page - 1) * self._page_size)
        return json_response({"meta": {"code": 200}, "data": products, "pagination": pagination})
