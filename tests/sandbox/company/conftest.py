from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sandbox.company import Company, from_csv, generate

TODAY = date(2024, 3, 29)

PRODUCTS = """\
product_id,sp_id,product_uuid,product_name,starting_stock,sell_price,purchase_price,weight_in_grams,\
volume_in_cm3,lead_time,reorder_period,webshop_uuid,supplier_id,supplier_uuid
11,91,340EB188-b24e-49ce-855c-5f9782ec4ebf,"Crème ""<b>"", 50% & méér",704,18.00,9.34,150.00,120.00,30,15,\
b6aba3eb-4412-4b3c-a261-2073f7fdb152,778479,1b15dc56-903c-434b-927b-289214d9120b
12,92,4118616e-6b3e-4c8f-962c-2c78dc0cd741,Cleanser 473ml,-3,14.95,0.00,520.00,480.00,14,15,\
b6aba3eb-4412-4b3c-a261-2073f7fdb152,778479,1b15dc56-903c-434b-927b-289214d9120b
13,93,a8827c9f-a9a9-4684-adb4-08d29ce33042,Sensibio,0,11.5,5.68,,,14,15,\
11111111-4412-4b3c-a261-2073f7fdb152,778476,0e311b23-1321-4de0-999c-c7be4ed36b96
"""
SALES = """\
product_id,sale_date,units_sold
12,2024-03-02,3
11,2024-03-01,13
12,2024-03-01,2
13,2024-03-01,4
11,2024-03-02,0
"""


@pytest.fixture(scope="session")
def wholesaler() -> Company:
    """Two cycles of special cases."""
    return generate(120, TODAY)


@pytest.fixture(scope="session")
def shop_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    (folder / "sales.csv").write_text(SALES, encoding="utf-8")
    return folder / "products.csv", folder / "sales.csv"


@pytest.fixture(scope="session")
def shop(shop_files: tuple[Path, Path]) -> Company:
    return from_csv(*shop_files, TODAY)


@pytest.fixture(params=["wholesaler", "shop"])
def company(request: pytest.FixtureRequest) -> Company:
    """Either company."""
    found: Company = request.getfixturevalue(request.param)
    return found
