"""The product lists of warehouse systems: read when a flag wants them, each in place of the one before (P8, P9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import apis.wms
from extract.columns import FieldTypeError
from extract.result import StreamRead
from extract.run import selection
from extract.wms.catalogue import catalogue, scheduled_streams
from extract.wms.product_read import ProductRead
from sandbox import credentials
from sandbox.company import Company
from sandbox.wms import MontapackingSandbox, QlsSandbox
from settings.flags import Flags
from settings.tenant import SettingsError, WmsSettings
from tests.extract.extract_shop import Shop, by_name

MONTA, QLS = "raw_wms.montapacking_products", "raw_wms.qls_products"
BOTH = {"sync_stock_montapacking": True, "sync_stock_qls": True}


def monta_product(number: int, sku: str | None, available: Any) -> dict[str, Any]:
    return {"ProductId": number, "Sku": sku, "Stock": {"StockAvailable": available}}


def qls_product(key: str, sku: str, available: Any = 1) -> dict[str, Any]:
    amounts = {"amount_available": available, "amount_backorder": 2, "amount_internally_moving": None}
    return {"id": key, "sku": sku, **amounts}


@dataclass
class Warehouses:
    """A shop, and two warehouse systems that its tenant names. `run` reads what its flags want, and one of Exact."""

    shop: Shop
    monta: MontapackingSandbox
    qls: QlsSandbox

    def run(self, *streams: str) -> dict[str, StreamRead]:
        return by_name(self.shop.result(*streams, product_sources=self.sources()))

    def sources(self) -> dict[str, apis.wms.ProductSource]:
        return {
            system: apis.wms.connect(self.shop.tenant, system, sleep=lambda _: None)
            for system in ("montapacking", "qls")
        }

    def with_flags(self, **flags: Any) -> None:
        self.shop.with_settings(flags=flags)


@pytest.fixture
def warehouses(open_shop: Callable[..., Shop]) -> Iterator[Warehouses]:
    shop = open_shop(Company(credentials.EXACT_DIVISION, {}))
    for system in ("montapacking", "qls"):
        for part in ("username", "password"):
            value = getattr(credentials, f"{system}_{part}".upper())
            (shop.tenant.secrets_folder / f"{system}_{part}").write_text(value, encoding="utf-8")
    with (
        MontapackingSandbox(
            [monta_product(1, "A", 5), monta_product(2, "A", "7.5"), monta_product(3, None, None)],
            page_size=2,
        ) as monta,
        QlsSandbox(
            [qls_product("q1", "A"), qls_product("q2", "B"), qls_product("q3", "C")], page_size=2
        ) as qls,
    ):
        settings = WmsSettings(
            montapacking_base_url=monta.base_url,
            qls_base_url=qls.base_url,
            qls_company_id=credentials.QLS_COMPANY_ID,
        )
        shop.tenant = shop.tenant.model_copy(update={"wms": settings})
        yield Warehouses(shop, monta, qls)


def test_each_whole_list_takes_the_place_of_the_one_before(warehouses: Warehouses) -> None:
    """A product that moved to the next page meanwhile counts once; what a killed run left beside counts nothing."""
    shop = warehouses.shop
    columns = "row_key varchar, id varchar, sku varchar, _dlt_load_id varchar"
    shop.tenant.data_folder.mkdir()
    shop.query(f"create schema raw_wms_reread; create table raw_wms_reread.qls_products ({columns})")
    shop.query("insert into raw_wms_reread.qls_products values ('left', 'left', 'L', '1')")
    warehouses.monta.products.append(monta_product(1, "A", 5))
    reads = warehouses.run("wms.montapacking_products", "wms.qls_products")
    monta, qls = reads["wms.montapacking_products"], reads["wms.qls_products"]
    assert (monta.status, monta.rows, monta.pages, monta.requests) == ("complete", 4, 3, 3)
    assert (qls.status, qls.rows, qls.requests) == ("complete", 3, 2)
    assert shop.rows(MONTA) == [("1", "1", "A", 5.0), ("2", "2", "A", 7.5), ("3", "3", None, None)]
    assert [row[0] for row in shop.rows(QLS)] == ["q1", "q2", "q3"]
    assert shop.rows(QLS)[0] == ("q1", "q1", "A", 1.0, 2.0, None)
    loads = dict(shop.query(f"select row_key, _dlt_load_id from {MONTA}"))

    warehouses.monta.products = [monta_product(1, "A", 5), monta_product(2, "A", 8), monta_product(4, "B", 1)]
    streams = ("wms.montapacking_products", "wms.qls_products")
    result = shop.result(*streams, product_sources=warehouses.sources())
    assert result.wms_requests == 5 and result.exact_requests == 0
    assert shop.rows(MONTA) == [("1", "1", "A", 5.0), ("2", "2", "A", 8.0), ("4", "4", "B", 1.0)]
    after = dict(shop.query(f"select row_key, _dlt_load_id from {MONTA}"))
    assert after["1"] == loads["1"] and after["2"] != loads["2"]
    written = shop.query("select stream, status, row_count from runs.stream_reads where source = 'wms'")
    assert sorted(written)[:2] == [("montapacking_products", "complete", count) for count in (3, 4)]
    assert sorted(written)[2:] == [("qls_products", "complete", 3)] * 2
    assert shop.query("select 1 from duckdb_schemas() where schema_name like 'raw_wms_reread%'") == []


def test_a_list_that_breaks_off_or_comes_back_empty_changes_nothing_and_stops_nothing(
    warehouses: Warehouses,
) -> None:
    """C8, C10: the old list stays until a whole one has come; Exact is read all the same. An account that never
    held a product is no fault."""
    shop = warehouses.shop
    streams = ("wms.montapacking_products", "wms.qls_products", "warehouses")
    kept, warehouses.monta.products = warehouses.monta.products, []
    assert warehouses.run(*streams)["wms.montapacking_products"].status == "complete"

    warehouses.monta.products, warehouses.qls.products = kept, []
    warehouses.monta.faults.set([{"kind": "html_page", "at": at} for at in range(2, 7)])
    reads = warehouses.run(*streams)
    broken, emptied = reads["wms.montapacking_products"], reads["wms.qls_products"]
    assert (broken.status, broken.rows) == ("failed", 2)
    assert broken.message == "GET products: the body is not JSON, or cut short"
    assert (emptied.status, emptied.message) == (
        "failed",
        "the list came back empty, though it held 3 products; the old one is kept",
    )
    assert reads["exact.warehouses"].status == "complete"
    assert shop.rows(MONTA) == [] and len(shop.rows(QLS)) == 3


def test_a_list_that_cannot_be_put_in_place_leaves_no_other_complete_that_is_not(
    warehouses: Warehouses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C10: after such an error nothing more of the source is stored."""

    def fail(_connection: Any, _shape: Any, main: str, _side: str) -> None:
        raise OSError(f"no room for {main}")

    monkeypatch.setattr("extract.extraction.replace_rows", fail)
    reads = warehouses.run("wms.montapacking_products", "wms.qls_products", "warehouses")
    both = [reads["wms.montapacking_products"], reads["wms.qls_products"]]
    assert [read.status for read in both] == ["failed", "failed"]
    assert all("could not be put in place: OSError: no room for" in read.message for read in both)
    assert reads["exact.warehouses"].status == "complete"


def test_rows_without_an_id_are_told_by_their_place(warehouses: Warehouses) -> None:
    read = product_read(warehouses, "montapacking_products")
    table = read.table([{"Sku": "A", "StockAvailable": 1}, {"Sku": 12, "StockAvailable": None}], 3)
    assert table.to_pylist() == [
        {"row_key": "3:0", "product_id": None, "sku": "A", "stock_available": 1.0},
        {"row_key": "3:1", "product_id": None, "sku": "12", "stock_available": None},
    ]
    assert read.table([], 0).num_rows == 0


@pytest.mark.parametrize(
    ("product", "said"),
    [
        ({"ProductId": 1, "Sku": "A"}, "montapacking_products.StockAvailable: no product of the page has it"),
        (
            {"Sku": "A", "StockAvailable": "many"},
            "montapacking_products.StockAvailable: a value is not a number",
        ),
        ({"Sku": ["A"], "StockAvailable": 1}, "montapacking_products.Sku: a value is not an id"),
    ],
)
def test_a_list_that_lost_a_column_is_no_stock_of_0(
    warehouses: Warehouses, product: dict[str, Any], said: str
) -> None:
    with pytest.raises(FieldTypeError) as error:
        product_read(warehouses, "montapacking_products").table([product], 0)
    assert str(error.value) == said


def product_read(warehouses: Warehouses, stream: str) -> ProductRead:
    return ProductRead(warehouses.sources()[catalogue()[stream].system], catalogue()[stream])


@pytest.mark.parametrize(
    ("flags", "streams"),
    [
        ({}, ()),
        ({"sync_stock_montapacking": True}, ("montapacking_products",)),
        ({"sync_stock_qls": True}, ("qls_products",)),
        (BOTH, ("montapacking_products", "qls_products")),
        (BOTH | {"map_stockLevel": False}, ()),
    ],
)
def test_a_warehouse_system_is_read_only_where_its_stock_counts(
    flags: dict[str, Any], streams: tuple[str, ...]
) -> None:
    assert scheduled_streams(Flags.model_validate(flags)) == streams


def test_a_run_reads_them_by_the_flags_also_when_it_reads_all_streams(warehouses: Warehouses) -> None:
    warehouses.with_flags(sync_stock_qls=True)
    tenant = warehouses.shop.tenant
    assert selection(tenant, None, False)["wms"] == selection(tenant, None, True)["wms"] == ("qls_products",)
    assert selection(tenant, ["wms.montapacking_products", "optiply.suppliers", "items"], False) == {
        "exact": ("items",), "optiply": ("suppliers",), "wms": ("montapacking_products",),
    }  # fmt: skip


def test_an_unknown_list_and_a_missing_secret_are_told_before_anything_is_read(
    warehouses: Warehouses,
) -> None:
    shop = warehouses.shop
    with pytest.raises(
        SettingsError, match=r"there is no stream wms\.products; there are montapacking_products"
    ):
        shop.result("wms.products")
    (shop.tenant.secrets_folder / "qls_password").unlink()
    with pytest.raises(SettingsError, match="secret qls_password of tenant shop is missing"):
        shop.result("wms.qls_products")
    no_company = shop.tenant.wms.model_copy(update={"qls_company_id": None})
    shop.tenant = shop.tenant.model_copy(update={"wms": no_company})
    with pytest.raises(SettingsError, match=r"wms\.qls_company_id is missing"):
        shop.result("wms.qls_products")
    assert warehouses.qls.traffic.summary()["requests"] == 0
