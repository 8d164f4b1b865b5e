"""What holds for the rows of every company: they are rows that Exact could send."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest

from extract.exact.catalogue import catalogue
from sandbox.company import Company, Row
from tests.sandbox.company.conftest import TODAY

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_whole(value: Any, bits: int) -> bool:
    return type(value) is int and -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)


FITS: dict[str, Callable[[Any], bool]] = {
    "String": lambda value: type(value) is str and value != "",
    "Guid": lambda value: type(value) is str and GUID.fullmatch(value) is not None,
    "Boolean": lambda value: type(value) is bool,
    "Byte": lambda value: type(value) is int and 0 <= value <= 255,
    "Int16": lambda value: is_whole(value, 16),
    "Int32": lambda value: is_whole(value, 32),
    "Int64": lambda value: is_whole(value, 64),
    "Double": lambda value: type(value) in (int, float),
    "DateTime": lambda value: type(value) is datetime and value.tzinfo is None,
}
# field -> the stream and its field that it refers to; where the field means something else, the stream is named
REFERENCES = {
    "Item": ("items", "ID"),
    "ItemId": ("items", "ID"),
    "ItemGroup": ("item_groups", "ID"),
    "AssembledItem": ("items", "ID"),
    "PartItem": ("items", "ID"),
    "ItemVersion": ("bill_of_materials_versions", "ID"),
    "PriceList": ("sales_price_lists", "ID"),
    "PriceListPeriod": ("sales_price_list_periods", "ID"),
    "Warehouse": ("warehouses", "ID"),
    "WarehouseID": ("warehouses", "ID"),
    "Supplier": ("accounts", "ID"),
    "Account": ("accounts", "ID"),
    "OrderedBy": ("accounts", "ID"),
    "InvoiceTo": ("accounts", "ID"),
    "DeliverTo": ("accounts", "ID"),
    "OrderID": ("sales_orders", "OrderID"),
    "SalesOrder": ("sales_orders", "OrderID"),
    "SalesOrderLine": ("sales_order_lines", "ID"),
    "InvoiceID": ("sales_invoices", "InvoiceID"),
    "PurchaseOrderID": ("purchase_orders", "PurchaseOrderID"),
    "PurchaseOrder": ("purchase_orders", "PurchaseOrderID"),
    "PurchaseOrderLineID": ("purchase_order_lines", "ID"),
    "GoodsReceiptID": ("goods_receipts", "ID"),
    "VATCode": ("vat_codes", "Code"),
    "SalesVatCode": ("vat_codes", "Code"),
    "WarehouseCode": ("warehouses", "Code"),
}


def test_every_stream_and_field_is_one_of_the_catalogue_with_its_type(company: Company) -> None:
    streams = catalogue()
    for stream, rows in company.rows.items():
        assert streams[stream].rows_of == stream
        types = {field.name: field.edm_type for field in streams[stream].fields}
        for row in rows:
            assert "Timestamp" not in row, "the server deals out row versions"
            wrong = {
                name: value
                for name, value in row.items()
                if value is not None and not FITS[types.get(name, "unknown field")](value)
            }
            assert wrong == {}, stream


def test_keys_are_filled_and_unique(company: Company) -> None:
    for stream, rows in company.rows.items():
        fields = catalogue()[stream].key
        keys = [tuple(row.get(field) for field in fields) for row in rows]
        assert len(set(keys)) == len(keys), stream
        assert all(key[0] is not None for key in keys), stream


def test_header_rows_of_combined_streams_have_a_row_id_of_their_own(company: Company) -> None:
    for stream, key in (("sales_invoices", "InvoiceID"), ("purchase_orders", "PurchaseOrderID")):
        for row in company.rows_of(stream):
            assert row["LineNumber"] == 0
            assert row["ID"] != row[key]
        assert all(
            row["LineNumber"] != 0 for row in company.rows_of(stream.replace("s_", "_")[:-1] + "_lines")
        )


def test_what_a_row_refers_to_is_there(company: Company) -> None:
    known = {
        target: {row[target[1]] for row in company.rows_of(target[0])} for target in set(REFERENCES.values())
    }
    for stream, rows in company.rows.items():
        for row in rows:
            for field, target in REFERENCES.items():
                if row.get(field) is not None:
                    assert row[field] in known[target], (stream, field)


def test_every_row_belongs_to_the_division(company: Company) -> None:
    rows = [row for stream in company.rows.values() for row in stream if "Division" in row]
    assert {row["Division"] for row in rows} == {company.division}
    assert company.rows["divisions"][0]["Code"] == company.division


def test_nothing_is_changed_before_it_is_made_or_after_today(company: Company) -> None:
    end = datetime.combine(TODAY, time(6))
    for stream, rows in company.rows.items():
        for row in rows:
            created, modified = row.get("Created"), row.get("Modified")
            if isinstance(created, datetime) and isinstance(modified, datetime):
                assert created <= modified <= end, (stream, row)


def test_account_codes_are_padded_to_eighteen_characters(company: Company) -> None:
    codes = [row["Code"] for row in company.rows["accounts"]]
    assert {len(str(code)) for code in codes} == {18}
    assert all(str(code).strip().isdigit() for code in codes)


def lines_of(company: Company, stream: str, key: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for line in company.rows_of(stream):
        found.setdefault(line[key], []).append(line)
    return found


def total(lines: list[Row], field: str) -> float:
    return sum(float(str(line[field])) for line in lines if field in line)


def test_invoice_headers_are_the_sums_of_their_lines(company: Company) -> None:
    lines = lines_of(company, "sales_invoice_lines", "InvoiceID")
    for invoice in company.rows["sales_invoices"]:
        own = lines[invoice["InvoiceID"]]
        assert total(own, "AmountFC") == pytest.approx(invoice["AmountFCExclVat"])
        assert total(own, "AmountDC") == pytest.approx(invoice["AmountDC"])
        assert total([invoice], "AmountFC") - total([invoice], "VATAmountFC") == pytest.approx(
            invoice["AmountFCExclVat"]
        )
        for line in own:
            if "AmountFC" in line:
                assert total([line], "Quantity") * total([line], "UnitPrice") == pytest.approx(
                    line["AmountFC"], abs=0.0051
                )


@pytest.mark.parametrize(
    ("headers", "lines", "key"),
    [
        ("sales_orders", "sales_order_lines", "OrderID"),
        ("purchase_orders", "purchase_order_lines", "PurchaseOrderID"),
    ],
)
def test_order_headers_are_the_sums_of_their_lines(
    wholesaler: Company, headers: str, lines: str, key: str
) -> None:
    own_lines = lines_of(wholesaler, lines, key)
    inside = 0
    for order in wholesaler.rows[headers]:
        own = own_lines[order[key]]
        amount = total(own, "AmountFC")
        excluding, including = total([order], "AmountFCExclVat"), total([order], "AmountFC")
        assert including - total([order], "VATAmount") == pytest.approx(excluding)
        assert total(own, "VATAmount") == pytest.approx(order["VATAmount"])
        assert total(own, "AmountDC") == pytest.approx(order["AmountDC"])
        assert amount == pytest.approx(excluding) or amount == pytest.approx(including)
        inside += amount != pytest.approx(excluding)
    # SO7: lines that hold their VAT occur, on sales orders
    assert (inside > 0) == (headers == "sales_orders")
