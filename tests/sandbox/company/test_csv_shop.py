"""A shop from its CSV files."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.company import Company, ShopFileError, from_csv
from tests.sandbox.company.conftest import PRODUCTS, SALES, TODAY

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
CREAM, CLEANSER, SENSIBIO = (
    "340eb188-b24e-49ce-855c-5f9782ec4ebf",
    "4118616e-6b3e-4c8f-962c-2c78dc0cd741",
    "a8827c9f-a9a9-4684-adb4-08d29ce33042",
)


def test_products_become_items_with_stock_price_and_weight(shop: Company) -> None:
    cream = shop.rows["items"][0]
    assert (cream["ID"], cream["Code"], cream["Description"]) == (CREAM, "11", 'Crème "<b>", 50% & méér')
    assert (cream["NetWeight"], cream["CostPriceStandard"], cream["Stock"]) == (0.15, 9.34, 704.0)
    assert (cream["IsPurchaseItem"], cream["IsSalesItem"], cream["IsStockItem"]) == (True, True, True)
    assert "NetWeight" not in shop.rows["items"][2]
    assert [(row["Item"], row["Price"]) for row in shop.rows["sales_items_prices"]] == [
        (CREAM, 18.0),
        (CLEANSER, 14.95),
        (SENSIBIO, 11.5),
    ]
    assert [
        (row["ItemId"], row["CurrentStock"], row["PlanningOut"]) for row in shop.rows["stock_positions"]
    ] == [
        (CREAM, 704.0, 0.0),
        (CLEANSER, -3.0, 0.0),
        (SENSIBIO, 0.0, 0.0),
    ]


def test_suppliers_have_their_number_as_name_and_the_lead_time_of_most_products(shop: Company) -> None:
    suppliers = [row for row in shop.rows["accounts"] if row["IsSupplier"]]
    assert [(row["ID"], row["Name"], row["PurchaseLeadDays"]) for row in suppliers] == [
        ("1b15dc56-903c-434b-927b-289214d9120b", "Supplier 778479", 30),
        ("0e311b23-1321-4de0-999c-c7be4ed36b96", "Supplier 778476", 14),
    ]


def test_a_suppliers_lead_time_is_the_longer_of_two_that_are_as_common(tmp_path: Path) -> None:
    tie = PRODUCTS.replace("120.00,30,15", "120.00,7,15")
    more = tie.replace(",,14,15", ",,7,15").replace("778476,0e311b23", "778479,1b15dc56")
    more = more.replace("1b15dc56-1321-4de0-999c-c7be4ed36b96", "1b15dc56-903c-434b-927b-289214d9120b")
    assert written(tmp_path, tie, SALES).rows["accounts"][0]["PurchaseLeadDays"] == 14
    assert written(tmp_path, more, SALES).rows["accounts"][0]["PurchaseLeadDays"] == 7


def test_every_product_is_offered_by_its_supplier(shop: Company) -> None:
    assert [
        (
            row["Item"],
            row["SupplierItemCode"],
            row["PurchasePrice"],
            row["PurchaseLeadTime"],
            row["MainSupplier"],
        )
        for row in shop.rows["supplier_products"]
    ] == [(CREAM, "91", 9.34, 30, True), (CLEANSER, "92", 0.0, 14, True), (SENSIBIO, "93", 5.68, 14, True)]


def test_sales_become_one_processed_invoice_a_day_and_web_shop(shop: Company) -> None:
    invoices = shop.rows["sales_invoices"]
    assert [(row["Type"], row["Status"]) for row in invoices] == [(8020, 50)] * 3
    assert [row["InvoiceDate"] for row in invoices] == [datetime(2024, 3, day) for day in (1, 1, 2)]
    by_number = sorted(invoices, key=lambda row: str(row["InvoiceNumber"]))
    assert by_number == invoices
    sold: dict[Any, list[Any]] = {row["InvoiceID"]: [] for row in invoices}
    for line in shop.rows["sales_invoice_lines"]:
        sold[line["InvoiceID"]].append((line["Item"], line["Quantity"], line["AmountDC"]))
    # ordered by day, then by web shop; the line of 0 units is none
    assert list(sold.values()) == [
        [(SENSIBIO, 4, 46.0)],
        [(CREAM, 13, 234.0), (CLEANSER, 2, 29.9)],
        [(CLEANSER, 3, 44.85)],
    ]
    assert invoices[1]["AmountFCExclVat"] == 263.9
    assert invoices[1]["AmountFC"] == pytest.approx(263.9 * 1.21, abs=0.01)


def test_each_web_shop_is_a_customer(shop: Company) -> None:
    customers = {row["ID"]: row["Name"] for row in shop.rows["accounts"] if row["IsSales"]}
    assert len(customers) == 2
    assert {row["OrderedBy"] for row in shop.rows["sales_invoices"]} == set(customers)


def test_items_are_there_before_their_first_sale(shop: Company) -> None:
    assert {row["Created"] for row in shop.rows["items"]} == {datetime(2024, 2, 29, 9)}


def test_the_same_files_give_the_same_company(shop: Company, shop_files: tuple[Path, Path]) -> None:
    assert from_csv(*shop_files, TODAY) == shop


def test_a_shop_without_sales_has_no_invoices(tmp_path: Path) -> None:
    company = written(tmp_path, PRODUCTS, SALES.splitlines()[0])
    assert company.rows["sales_invoices"] == []
    assert len(company.rows["items"]) == 3


def written(folder: Path, products: str, sales: str) -> Company:
    (folder / "p.csv").write_text(products, encoding="utf-8")
    (folder / "s.csv").write_text(sales, encoding="utf-8")
    return from_csv(folder / "p.csv", folder / "s.csv", TODAY)


BAD_PRODUCTS = [
    (("18.00,9.34", "free,9.34"), "p.csv, line 2, column sell_price: "),
    (("18.00,9.34", "-1,9.34"), "p.csv, line 2, column sell_price: "),
    (("14.95,0.00", "14.95,0.001"), "p.csv, line 3, column purchase_price: "),
    (("704,", "7.5,"), "p.csv, line 2, column starting_stock: "),
    (("-3,", ","), "p.csv, line 3, column starting_stock: "),
    (("4118616e-", "zzzz-"), "p.csv, line 3, column product_uuid: "),
    (("Sensibio", " "), "p.csv, line 4, column product_name: "),
    (("480.00,14", "480.00,-14"), "p.csv, line 3, column lead_time: "),
    (("12,92", "11,92"), "p.csv, line 3, column product_id: 11 was there before"),
    (("product_uuid", "uuid"), "p.csv, line 1: no column product_uuid"),
    (("Cleanser 473ml", "Cleanser, 473ml"), "p.csv, line 3"),
    (('"Crème', "Crème"), "p.csv, line 2"),
]
BAD_SALES = [
    (("12,2024-03-02,3", "99,2024-03-02,3"), "s.csv, line 2, column product_id: no product 99"),
    (("2024-03-02,3", "02-03-2024,3"), "s.csv, line 2, column sale_date: "),
    (("2024-03-01,13", "2024-02-30,13"), "s.csv, line 3, column sale_date: "),
    (("2024-03-01,2", "2024-03-01,-2"), "s.csv, line 4, column units_sold: "),
    (("2024-03-01,4", "2024-03-01,4.5"), "s.csv, line 5, column units_sold: "),
    (("2024-03-01,4", "2024-03-01"), "s.csv, line 5, column units_sold: "),
    (("2024-03-01,4", "2024-03-01,4,5"), "s.csv, line 5: more values than columns"),
    (("units_sold", "units"), "s.csv, line 1: no column units_sold"),
]


@pytest.mark.parametrize(("change", "words"), BAD_PRODUCTS)
def test_a_bad_product_line_is_told_by_file_line_and_column(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    assert change[0] in PRODUCTS
    with pytest.raises(ShopFileError) as refused:
        written(tmp_path, PRODUCTS.replace(*change, 1), SALES)
    assert words in str(refused.value)


@pytest.mark.parametrize(("change", "words"), BAD_SALES)
def test_a_bad_sales_line_is_told_by_file_line_and_column(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    assert change[0] in SALES
    with pytest.raises(ShopFileError) as refused:
        written(tmp_path, PRODUCTS, SALES.replace(*change, 1))
    assert words in str(refused.value)


def test_files_that_cannot_be_used_at_all_are_told(tmp_path: Path, shop_files: tuple[Path, Path]) -> None:
    with pytest.raises(ShopFileError, match=r"nowhere.csv: cannot be read"):
        from_csv(tmp_path / "nowhere.csv", shop_files[1], TODAY)
    (tmp_path / "latin.csv").write_bytes(PRODUCTS.encode("latin-1"))
    with pytest.raises(ShopFileError, match=r"latin.csv: is not UTF-8"):
        from_csv(tmp_path / "latin.csv", shop_files[1], TODAY)
    with pytest.raises(ShopFileError, match="there is no product"):
        written(tmp_path, PRODUCTS.splitlines()[0], SALES)
    with pytest.raises(ShopFileError, match="line 1: no column"):
        written(tmp_path, "", SALES)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert len(written(tmp_path, "\ufeff" + PRODUCTS, "\ufeff" + SALES).rows["items"]) == 3


@pytest.mark.skipif(not SHARED.exists(), reason="the real shop's files lie beside the project, not in it")
def test_the_real_shop_keeps_every_product_supplier_and_unit() -> None:
    company = from_csv(SHARED / "shop_products.csv", SHARED / "shop_daily_sales.csv", date(2026, 4, 1))
    assert len(company.rows["items"]) == 35
    assert sum(row["IsSupplier"] is True for row in company.rows["accounts"]) == 5
    sold = Counter({"units": 0})
    for line in company.rows["sales_invoice_lines"]:
        sold["units"] += int(str(line["Quantity"]))
    assert sold["units"] == 236_714
