"""Reading all products of one WMS.

    GET /products  ->  raw_wms.montapacking_products, once the last page has come

Neither API tells what has changed or what is gone, so each read is a whole one: it goes to `raw_wms_reread` first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from apis.wms import ProductSource
from extract.bookmark import Bookmark
from extract.columns import FieldTypeError, json_column
from extract.reading import StreamPage
from extract.result import Source
from extract.table_shape import wms_table
from extract.wms.catalogue import ROW_KEY, WmsStream

VARIANT = "api"
DATASET = "raw_wms_reread"


@dataclass(frozen=True)
class ProductRead:
    products: ProductSource
    stream: WmsStream
    source: Source = "wms"
    variant: str = VARIANT
    dataset: str = DATASET

    @property
    def label(self) -> str:
        return self.stream.name

    @property
    def streams(self) -> tuple[str, ...]:
        return (self.stream.name,)

    def pages(self) -> Iterator[Mapping[str, StreamPage]]:
        for number, products in enumerate(self.products.pages()):
            yield {self.stream.name: StreamPage(self.table(products, number), Bookmark(), Bookmark(), None)}

    def table(self, products: list[dict[str, Any]], page: int) -> pa.Table:
        """The fields that the catalogue lists, of page number `page` in the order read.

        Raises FieldTypeError where a value is not of its kind, and where no product of the page has a field: a list
        that lost a column must not turn all stock to 0.
        """
        name, id_field = self.stream.name, self.stream.id_field
        for field in self.stream.fields:
            if products and field.name != id_field and not any(field.name in product for product in products):
                raise FieldTypeError(f"{name}.{field.name}: no product of the page has it")
        ids = [product.get(id_field) for product in products]
        rows = [
            {**product, ROW_KEY: f"{page}:{place}" if ids[place] is None else ids[place]}
            for place, product in enumerate(products)
        ]
        columns = [
            json_column(f"{name}.{field.name}", field.kind, [row.get(field.name) for row in rows])
            for field in self.stream.raw_fields
        ]
        return pa.Table.from_arrays(columns, schema=wms_table(self.stream).arrow_schema)
