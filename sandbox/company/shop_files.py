"""A shop's product and sales files (CSV, UTF-8, comma, header line) read and checked.

Products, one line each: product_id (whole number, unique), product_uuid, product_name, starting_stock (whole
number), sell_price (without VAT), purchase_price (0: none), lead_time (days), supplier_id, supplier_uuid,
sp_id (the supplier's offer), webshop_uuid (the customer that all its sales are booked on); may be left out:
weight_in_grams, and volume_in_cm3 and reorder_period, for which Exact has no field. Sales, one line per
product and day: product_id, sale_date (YYYY-MM-DD), units_sold (whole number from 0).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class ShopFileError(ValueError):
    """A file that cannot be used: the message names file, line and column."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class ProductLine(_Line):
    product_id: int
    sp_id: int
    product_uuid: UUID
    product_name: Annotated[str, Field(min_length=1)]
    starting_stock: int
    sell_price: Amount
    purchase_price: Amount
    lead_time: Annotated[int, Field(ge=0)]
    supplier_id: int
    supplier_uuid: UUID
    webshop_uuid: UUID
    weight_in_grams: Annotated[Decimal, Field(ge=0)] | None = None


class SalesLine(_Line):
    product_id: int
    sale_date: date
    units_sold: Annotated[int, Field(ge=0)]


AnyLine = TypeVar("AnyLine", bound=_Line)


def read_products(path: Path) -> list[ProductLine]:
    """The products by file order; ShopFileError for bad values, a product twice, or no product at all."""
    products: dict[int, ProductLine] = {}
    for number, line in _read(path, ProductLine):
        if line.product_id in products:
            raise ShopFileError(
                f"{path}, line {number}, column product_id: {line.product_id} was there before"
            )
        products[line.product_id] = line
    if not products:
        raise ShopFileError(f"{path}, line 2: there is no product")
    return list(products.values())


def read_sales(path: Path, known: set[int]) -> list[SalesLine]:
    """The sales by file order; ShopFileError for bad values or a product that is not `known`."""
    sales: list[SalesLine] = []
    for number, line in _read(path, SalesLine):
        if line.product_id not in known:
            raise ShopFileError(f"{path}, line {number}, column product_id: no product {line.product_id}")
        sales.append(line)
    return sales


def _read(path: Path, kind: type[AnyLine]) -> Iterator[tuple[int, AnyLine]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", strict=True)
            wanted = {name for name, field in kind.model_fields.items() if field.is_required()}
            if missing := sorted(wanted - set(reader.fieldnames or ())):
                raise ShopFileError(f"{path}, line 1: no column {', '.join(missing)}")
            for values in reader:
                yield reader.line_num, _checked(path, reader.line_num, kind, values)
    except OSError as error:
        raise ShopFileError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ShopFileError(f"{path}: is not UTF-8 (byte {error.start})") from error
    except csv.Error as error:
        raise ShopFileError(f"{path}, line {reader.line_num}: {error}") from error


def _checked(path: Path, number: int, kind: type[AnyLine], values: dict[str, str]) -> AnyLine:
    if "" in values:
        raise ShopFileError(f"{path}, line {number}: more values than columns")
    # a short line leaves None; an empty cell of a column that may be left out is no value
    given = {name: text for name, text in values.items() if text}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(map(str, first["loc"]))
        raise ShopFileError(f"{path}, line {number}, column {column}: {first['msg']}") from error
