"""What a run does when something goes wrong: one stream's trouble is its own, and nothing read is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from apis.errors import CredentialsRefused
from apis.exact.limits import Limits
from extract.batch import BatchSize
from extract.day_budget import DayBudget
from extract.exact.catalogue import catalogue
from sandbox.company import Company
from tests.extract.extract_shop import OwnClock, Shop, patient_client, spoilt
from warehouse.connection import connect

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
LINES = "purchaseorder/GoodsReceiptLines"


def fails_always(kind: str, path: str) -> dict[str, str]:
    return {"kind": kind, "path": f"*/{path}"}


@pytest.mark.parametrize("kind", ["500", "maintenance_html", "reset_before_work"])
def test_a_stream_that_fails_stops_no_other_and_catches_up_later(shop: Shop, kind: str) -> None:
    """C10: a failed stream is told as failed and its cursor stays."""
    shop.exact.faults.set([fails_always(kind, "sync/Logistics/Items")])
    reads = shop.run("items", "warehouses", "purchase_orders")
    assert reads["exact.items"].status == "failed"
    assert "sync/Logistics/Items" in reads["exact.items"].message
    assert reads["exact.warehouses"].status == reads["exact.purchase_orders"].status == "complete"
    assert shop.rows("raw_exact.items") == []
    assert shop.query("select status from runs.stream_reads where stream = 'items'") == [("failed",)]

    shop.exact.faults.set([])
    assert shop.run("items")["exact.items"].status == "complete"
    assert len(shop.rows("raw_exact.items")) == len(shop.exact.store.rows("items"))


@pytest.mark.parametrize("kind", ["cut_body", "minute_429"])
def test_a_page_that_comes_broken_once_is_asked_for_again(shop: Shop, kind: str) -> None:
    shop.exact.faults.set([fails_always(kind, LINES) | {"at": 2}])
    read = shop.run("goods_receipt_lines")["exact.goods_receipt_lines"]
    assert (read.status, read.pages) == ("complete", 2)
    assert shop.requests()[LINES] == 3
    assert len(shop.rows("raw_exact.goods_receipt_lines")) == len(
        shop.exact.store.rows("goods_receipt_lines")
    )


def test_a_token_that_dies_in_mid_run_is_renewed_once_and_the_run_goes_on(
    open_shop: Callable[..., Shop], company: Company
) -> None:
    """Dead before its 570 seconds: nobody asks for another one too early, and one request is enough for all."""
    clock = OwnClock(NOON.timestamp())
    shop = open_shop(company, clock=clock.now)
    shop.with_settings(variant="standard")
    shop.exact.faults.set([{"kind": "token_death", "path": "*/salesorder/SalesOrderLines", "at": 3}])
    streams = ("sales_order_lines", "items", "goods_receipt_lines")
    reads = shop.run(*streams, exact=patient_client(shop.tenant, clock))
    assert {read.status for read in reads.values()} == {"complete"}
    assert shop.exact.statistics["token_requests"] == {"200": 2}
    assert clock.seconds - NOON.timestamp() == 570
    for stream in streams:
        assert len(shop.rows(f"raw_exact.{stream}")) == len(shop.exact.store.rows(stream))


def test_a_read_that_broke_half_way_goes_on_with_the_page_it_lacks(shop: Shop) -> None:
    shop.with_settings(variant="standard")
    total = len(shop.exact.store.rows("sales_order_lines"))
    shop.exact.faults.set(
        [fails_always("500", "salesorder/SalesOrderLines") | {"at": at} for at in range(3, 8)]
    )
    broken = shop.run("sales_order_lines")["exact.sales_order_lines"]
    assert (broken.status, broken.rows) == ("failed", 120)
    assert len(shop.rows("raw_exact.sales_order_lines")) == 120

    shop.exact.faults.set([])
    shop.requests()
    rest = shop.run("sales_order_lines")["exact.sales_order_lines"]
    assert (rest.status, rest.rows) == ("complete", total - 120)
    assert len(shop.rows("raw_exact.sales_order_lines")) == total


def test_a_link_saved_under_another_address_is_not_followed(shop: Shop) -> None:
    shop.with_settings(variant="standard")
    break_after_two_pages(shop)
    with spoilt(shop.exact, "-", str) as elsewhere:  # the same API under another address
        shop.with_settings(base_url=elsewhere, token_url=shop.exact.token_url, variant="standard")
        read = shop.run("sales_order_lines")["exact.sales_order_lines"]
    assert (read.status, read.rows) == ("complete", len(shop.exact.store.rows("sales_order_lines")))


def test_a_saved_link_that_is_refused_is_given_up_for_the_whole_question(shop: Shop) -> None:
    total = len(shop.exact.store.rows("sales_order_lines"))
    with spoilt(shop.exact, "-", str) as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url, variant="standard")
        break_after_two_pages(shop)
    # a new server, so that the refusal falls on the saved link; it listens where the old one did
    port = int(address.rsplit(":", 1)[1])
    with spoilt(shop.exact, "-", str, refused_once="skiptoken", port=port):
        read = shop.run("sales_order_lines")["exact.sales_order_lines"]
    assert (read.status, read.rows) == ("complete", total)
    assert len(shop.rows("raw_exact.sales_order_lines")) == total


def test_an_empty_last_page_ends_a_read_that_brought_nothing_new(shop: Shop) -> None:
    """A server that pages by number gives a next link on every full page, the last one too."""
    path = "inventory/Warehouses"

    def with_a_further_page(text: str) -> str:
        if "<entry" not in text:
            return text
        token = "$skiptoken=guid'ffffffff-ffff-ffff-ffff-ffffffffffff'"
        further = f"{shop.tenant.exact.base_url}/api/v1/{shop.tenant.exact.division}/{path}?{token}"
        return text.replace("</feed>", f'<link rel="next" href="{further}" /></feed>')

    with spoilt(shop.exact, path, with_a_further_page) as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url)
        read = [shop.run("warehouses")["exact.warehouses"] for _ in range(3)]
    assert {(one.status, one.pages) for one in read} == {("complete", 2)}
    assert read[1].rows == read[2].rows > 0
    assert shop.last_load() == shop.query("select min(_dlt_load_id) from raw_exact.warehouses")[0][0]


def break_after_two_pages(shop: Shop) -> None:
    path = "salesorder/SalesOrderLines"
    shop.exact.faults.set([fails_always("500", path) | {"at": at} for at in range(3, 8)])
    assert shop.run("sales_order_lines")["exact.sales_order_lines"].status == "failed"
    shop.exact.faults.set([])


def test_a_licence_without_the_module_falls_back_to_the_next_endpoint(
    open_shop: Callable[..., Shop], company: Company
) -> None:
    shop = open_shop(company, unlicensed=("sync/PurchaseOrder/",))
    reads = shop.run("purchase_orders", "purchase_order_lines")
    for name, path in (("purchase_orders", "PurchaseOrders"), ("purchase_order_lines", "PurchaseOrderLines")):
        read = reads[f"exact.{name}"]
        assert (read.status, read.variant) == ("complete", "standard")
        assert "sync/PurchaseOrder/PurchaseOrders is not available" in read.message
        assert f"read from purchaseorder/{path}" in read.message
        assert read.rows == len(company.rows[name])


def test_a_module_that_the_licence_lacks_is_told_and_stops_nothing(
    open_shop: Callable[..., Shop], company: Company
) -> None:
    shop = open_shop(company, unlicensed=("sync/Manufacturing/", "manufacturing/"))
    result = shop.result("bill_of_materials_versions", "warehouses")
    reads = {read.stream: read for read in result.reads}
    assert reads["bill_of_materials_versions"].status == "unavailable"
    assert (
        "manufacturing/BillOfMaterialVersions is not available" in reads["bill_of_materials_versions"].message
    )
    assert reads["warehouses"].status == "complete"
    assert result.status == "complete"


def test_a_path_that_exact_does_not_know_is_told_once_and_stops_nothing(shop: Shop) -> None:
    """404 instead of 403: a division without the module."""
    streams = ("bill_of_materials", "bill_of_materials_versions", "manufacturing_shop_orders")
    unknown = Counter({"sync/Manufacturing/": 0, "manufacturing/": 0})
    with spoilt(shop.exact, "-", str, unknown=unknown) as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url)
        result = shop.result(*streams, "warehouses")
    reads = {read.stream: read for read in result.reads}
    endpoints = {one.path for name in streams for one in catalogue()[name].endpoints.values()}
    assert {path: number for path, number in unknown.items() if number} == dict.fromkeys(endpoints, 1)
    assert (result.status, reads["warehouses"].status) == ("complete", "complete")
    assert result.exact_requests == len(endpoints) + 1
    for name in streams:
        assert (reads[name].status, reads[name].rows) == ("unavailable", 0)
        for endpoint in catalogue()[name].endpoints.values():
            assert reads[name].message.count(f"{endpoint.path} is not available") == 1
    assert {path for (path,) in shop.query("select path from runs.unavailable_endpoints")} == endpoints


def test_an_endpoint_that_the_licence_lacks_is_asked_once_a_day_or_when_it_is_named(
    open_shop: Callable[..., Shop], company: Company
) -> None:
    """Each 403 counts as an error of which Exact allows ten an hour."""
    shop = open_shop(company, unlicensed=("sync/PurchaseOrder/", "inventory/AssemblyBillOfMaterialHeader"))
    lacking = {"sync/PurchaseOrder/PurchaseOrders", "inventory/AssemblyBillOfMaterialHeader"}

    def asked(when: datetime, *streams: str) -> tuple[set[str], str, str]:
        reads = shop.run(*streams, now=lambda: when)
        header, orders = reads["exact.assembly_bill_of_material_header"], reads["exact.purchase_orders"]
        assert orders.status == "complete"
        return lacking & shop.requests().keys(), header.status, orders.variant

    streams = ("assembly_bill_of_material_header", "purchase_orders")
    assert asked(NOON) == (lacking, "unavailable", "standard")
    assert asked(NOON + timedelta(hours=23)) == (set(), "unavailable", "standard")
    assert asked(NOON + timedelta(hours=23), *streams) == (lacking, "unavailable", "standard")
    assert asked(NOON + timedelta(hours=25)) == (set(), "unavailable", "standard")
    assert asked(NOON + timedelta(hours=48)) == (lacking, "unavailable", "standard")


def test_the_daily_limit_ends_the_run_cleanly_and_the_next_run_goes_on(shop: Shop) -> None:
    streams = ("goods_receipt_lines", "items", "sales_orders", "sales_order_lines", "suppliers", "warehouses")
    shop.exact.faults.set([{"kind": "day_429", "path": "*", "at": 4}])
    result = shop.result(*streams)
    states = {read.status for read in result.reads}
    assert result.status == "daily_limit"
    assert states == {"complete", "daily_limit"}
    assert all(read.message for read in result.reads if read.status == "daily_limit")

    shop.exact.faults.set([])
    assert shop.result(*streams).status == "complete"
    for stream in streams:
        rows = shop.exact.store.rows("accounts" if stream == "suppliers" else stream)
        assert len(shop.rows(f"raw_exact.{stream}")) == len(rows)


def test_a_read_stops_before_the_requests_that_are_kept_for_orders(
    open_shop: Callable[..., Shop], company: Company
) -> None:
    """Of 50 a day 1 is kept. What came is stored."""
    shop = open_shop(company, day_limit=50, clock=NOON.timestamp)
    shop.with_settings(variant="standard")
    client = patient_client(shop.tenant)
    for _ in range(46):
        next(client.pages("system/Divisions", select=["Code"]))

    result = shop.result("sales_order_lines", now=lambda: NOON)

    (read,) = result.reads
    assert (read.status, read.rows, read.requests) == ("daily_limit", 180, 3)
    assert "1 more requests do not fit the day: 1 of 50 are left, 1 are kept for orders" in read.message
    assert result.status == "daily_limit"
    assert len(shop.rows("raw_exact.sales_order_lines")) == 180


def test_a_run_that_does_not_fit_the_day_says_so_and_reads_nothing(
    open_shop: Callable[..., Shop], company: Company
) -> None:
    shop = open_shop(company, day_limit=100, clock=NOON.timestamp)
    client = patient_client(shop.tenant)
    for _ in range(95):
        next(client.pages("system/Divisions", select=["Code"]))

    result = shop.result("divisions", "items", "warehouses", "vat_codes", "units", now=lambda: NOON)

    assert result.exact_requests == 1
    told = {read.stream: (read.status, read.message) for read in result.reads}
    assert told.pop("divisions") == ("complete", "")
    assert {status for status, _ in told.values()} == {"daily_limit"}
    assert "4 more requests do not fit the day: 4 of 100 are left, 2 are kept" in told["items"][1]
    assert result.outlook == (
        "5 endpoints of Exact; 48 runs a day need 240 requests and one for each further page; "
        "4 of 100 are left today"
    )


@pytest.mark.parametrize(
    ("limits", "fits"),
    [
        (Limits(), True),
        (Limits(day_limit=100), True),
        (Limits(day_limit=100, day_remaining=12), True),
        (Limits(day_limit=100, day_remaining=11), False),
        (Limits(day_limit=100, day_remaining=11, day_reset=NOON), True),  # of the day before
        (Limits(day_limit=100, day_remaining=11, day_reset=NOON + timedelta(seconds=1)), False),
    ],
)
def test_ten_requests_fit_while_the_kept_ones_stay(shop: Shop, limits: Limits, fits: bool) -> None:
    client = patient_client(shop.tenant)
    client._limits = limits
    assert (DayBudget(client, lambda: NOON).shortage(10) is None) == fits


def test_refused_credentials_stop_the_run_and_are_raised(shop: Shop) -> None:
    (shop.tenant.secrets_folder / "exact_client_secret").write_text("wrong", encoding="utf-8")
    with pytest.raises(CredentialsRefused):
        shop.run("items", "warehouses")
    kept = shop.query("select stream, status, message from runs.stream_reads order by stream")
    assert [row[:2] for row in kept] == [("items", "failed"), ("warehouses", "failed")]
    assert all(row[2] and "wrong" not in row[2] for row in kept)


def test_a_field_of_another_type_fails_its_stream_and_keeps_the_old_rows(shop: Shop) -> None:
    """The message names stream and field; the other streams go on."""
    shop.run("items", "warehouses")
    before = shop.rows("raw_exact.items")
    item = shop.exact.store.rows("items")[0]["ID"]
    shop.exact.store.change("items", item, {"AverageCost": 77.25, "Description": "new"})
    shop.exact.store.change(
        "warehouses", shop.exact.store.rows("warehouses")[0]["ID"], {"Description": "Loods"}
    )

    with spoilt(shop.exact, "sync/Logistics/Items", lambda text: text.replace("77.25", "duur")) as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url)
        reads = shop.run("items", "warehouses")

    assert reads["exact.items"].status == "failed"
    assert "items.AverageCost" in reads["exact.items"].message
    assert shop.rows("raw_exact.items") == before
    assert reads["exact.warehouses"].status == "complete"
    assert ("Loods",) in shop.query("select description from raw_exact.warehouses")
    shop.with_settings(base_url=shop.exact.base_url)
    assert shop.run("items")["exact.items"].status == "complete"
    assert ("new", 77.25) in shop.query("select description, average_cost from raw_exact.items")


def test_a_field_that_the_catalogue_does_not_know_is_counted_and_reported(shop: Shop) -> None:
    def add_field(text: str) -> str:
        return text.replace("</m:properties>", "<d:Kleur>rood</d:Kleur></m:properties>")

    with spoilt(shop.exact, "inventory/Warehouses", add_field) as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url)
        read = shop.run("warehouses")["exact.warehouses"]
    assert (read.status, read.message) == (
        "complete",
        f"field Kleur is not in the catalogue ({read.rows} rows)",
    )


def test_a_field_that_exact_refuses_to_select_is_left_out_and_read_once_it_is_served(shop: Shop) -> None:
    """One more request each run; the others' rows come, and what came without the field comes again."""
    with spoilt(shop.exact, "sync/Logistics/Items", str, refused_fields=["Barcode", "Class_07"]) as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url)
        read = shop.run("items")["exact.items"]
        assert (read.status, read.requests) == ("complete", 3)
        assert read.message == (
            "field Barcode is refused in $select, left out of this run; "
            "field Class_07 is refused in $select, left out of this run"
        )
        assert read.rows == len(shop.exact.store.rows("items"))
        assert shop.query("select count(barcode), count(code) from raw_exact.items") == [(0, read.rows)]
        again = shop.run("items")["exact.items"]
        assert (again.status, again.rows, again.requests) == ("complete", 0, 3)
    shop.with_settings(base_url=shop.exact.base_url)
    assert shop.run("items")["exact.items"].rows == read.rows
    assert shop.query("select count(barcode) > 0 from raw_exact.items") == [(True,)]


@pytest.mark.parametrize("fields", [["ID"], ["Timestamp"], ["Barcode", "Class_07", "Class_08", "Class_09"]])
def test_a_stream_whose_key_or_too_many_of_its_fields_are_refused_fails(
    shop: Shop, fields: list[str]
) -> None:
    with spoilt(shop.exact, "sync/Logistics/Items", str, refused_fields=fields) as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url)
        read = shop.run("items")["exact.items"]
    assert read.status == "failed"
    assert f"'{fields[-1]}'" in read.message


def test_a_row_without_its_key_fails_the_stream(shop: Shop) -> None:
    def drop_ids(text: str) -> str:
        return re.sub(
            r'<d:ID m:type="Edm.Guid">[^<]*</d:ID>', '<d:ID m:type="Edm.Guid" m:null="true"/>', text
        )

    with spoilt(shop.exact, "inventory/Warehouses", drop_ids) as address:
        shop.with_settings(base_url=address, token_url=shop.exact.token_url)
        read = shop.run("warehouses")["exact.warehouses"]
    assert (read.status, read.message) == ("failed", "warehouses.ID: a row without its key")


def test_rows_that_cannot_be_stored_fail_their_source_and_are_read_again(shop: Shop) -> None:
    """Nothing is told as complete that is not in the file; the other source goes on."""
    columns = ", ".join(f"{field.column} {field.duckdb_type}" for field in catalogue()["items"].fields)
    with connect(shop.tenant.warehouse_path) as connection:
        connection.execute("create schema raw_exact")
        connection.execute(
            f"create table raw_exact.items ({columns}, _dlt_load_id varchar, kleur int not null)"
        )
    result = shop.result("items", "optiply.suppliers")
    reads = {read.stream: read for read in result.reads}
    assert reads["items"].status == result.status == "failed"
    assert "could not be stored" in reads["items"].message
    assert reads["suppliers"].status == "complete"

    shop.query("alter table raw_exact.items drop column kleur")
    assert shop.run("items")["exact.items"].status == "complete"
    assert len(shop.rows("raw_exact.items")) == len(shop.exact.store.rows("items"))


def test_small_batches_give_the_same_rows_as_one(open_shop: Callable[..., Shop], company: Company) -> None:
    shop = open_shop(company)
    shop.with_settings(variant="standard")
    shop.run("goods_receipt_lines", "items", batch_size=BatchSize(rows=1))
    assert len(shop.rows("raw_exact.goods_receipt_lines")) == len(company.rows["goods_receipt_lines"])
    assert len(shop.rows("raw_exact.items")) == len(company.rows["items"])
