"""Whole extractions: real HTTP to the sandbox servers, the real dlt pipelines, a real DuckDB file."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from math import ceil
from typing import Any

import pytest

from extract.exact.catalogue import catalogue
from extract.exact.page_tables import ZERO_GUID
from extract.exact.row_versions import PATH as SYNC_TIMESTAMP
from extract.exact.selection import scheduled_streams
from extract.result import StreamProgress
from extract.run import first_of_month_before
from sandbox.company import Company
from settings.flags import Flags
from settings.tenant import SettingsError
from tests.extract.extract_shop import TODAY, Shop
from warehouse.connection import connect

GUID = "00000000-0000-4000-8000-00000000000"
OPTIPLY_STREAMS = (
    "optiply.buy_orders",
    "optiply.buy_order_lines",
    "optiply.suppliers",
    "optiply.supplier_products",
)


def company_of(**rows: list[dict[str, Any]]) -> Company:
    return Company(102030, rows)


def warehouse_row(number: int, modified: date | None = None, **fields: Any) -> dict[str, Any]:
    moment = duckdb_time(modified or TODAY)
    return {"ID": f"{GUID}{number}", "Code": str(number), "Created": moment, "Modified": moment, **fields}


def duckdb_time(day: date) -> Any:
    from datetime import datetime

    return datetime(day.year, day.month, day.day, 12)


def test_a_run_fills_every_table_it_needs_and_the_next_one_changes_nothing(
    shop: Shop, company: Company
) -> None:
    """C10: both sources, all scheduled streams, each endpoint read once; a second run asks each endpoint once
    and stores nothing."""
    shop.with_settings(flags={"start_date": date(2020, 1, 1)})
    first = shop.run()
    names = {f"exact.{stream}" for stream in scheduled_streams(Flags())}
    assert set(first) == names | set(OPTIPLY_STREAMS)
    assert {read.status for read in first.values()} == {"complete"}
    for name in names:
        stream = catalogue()[name.removeprefix("exact.")]
        sent = shop.exact.store.rows(stream.rows_of)
        assert len(shop.rows(f"raw_exact.{stream.name}")) == len(sent) == first[name].rows, name
    requests = shop.requests()
    assert requests.pop("sync/PurchaseOrder/PurchaseOrders") == 1  # two streams
    assert requests.pop(SYNC_TIMESTAMP) == 1
    for path, number in requests.items():
        stream = next(s for s in catalogue().values() if any(e.path == path for e in s.endpoints.values()))
        size = next(e.page_size for e in stream.endpoints.values() if e.path == path)
        assert number <= max(1, ceil(len(company.rows_of(stream.rows_of)) / size)), path
    tables, load = shop.tables(), shop.last_load()
    assert "raw_exact.bill_of_materials_versions" in tables  # empty, and yet there

    second = shop.run()

    assert {read.status for read in second.values()} == {"complete"}
    assert set(shop.requests().values()) == {1}
    assert shop.tables() == tables
    assert shop.last_load() == load


def test_what_each_stream_read_is_kept_in_the_run_history(shop: Shop) -> None:
    """C10: dbt plans an entity on these rows."""
    result = shop.result("items", "purchase_orders", "purchase_order_lines", "optiply.buy_orders")
    kept = shop.query(
        "select run_id, source, stream, variant, status, row_count, page_count, request_count, message, "
        "started_at <= finished_at from runs.stream_reads order by source, stream"
    )
    assert [row[:5] for row in kept] == [
        ("run-1", "exact", "items", "sync", "complete"),
        ("run-1", "exact", "purchase_order_lines", "sync", "complete"),
        ("run-1", "exact", "purchase_orders", "sync", "complete"),
        ("run-1", "optiply", "buy_orders", "api", "complete"),
    ]
    assert [row[5] for row in kept] == [read.rows for read in result.reads]
    assert all(row[8] == "" and row[9] for row in kept)
    assert sum(row[7] for row in kept if row[1] == "exact") == result.exact_requests == 2
    assert result.optiply_requests == 1
    assert result.status == "complete"


def test_one_changed_row_is_the_only_one_that_is_stored_again(shop: Shop) -> None:
    shop.run("items")
    load = shop.last_load()
    item = shop.exact.store.rows("items")[3]["ID"]
    shop.exact.store.change("items", item, {"Description": "Vergiet, é & <20 cm>"})

    read = shop.run("items")["exact.items"]

    assert read.rows == 1
    new = shop.query(f"select id, description from raw_exact.items where _dlt_load_id > '{load}'")
    assert new == [(item, "Vergiet, é & <20 cm>")]


def test_a_row_modified_in_the_same_instant_as_the_last_one_read_is_read(
    open_shop: Callable[..., Shop],
) -> None:
    shop = open_shop(company_of(warehouses=[warehouse_row(1)]))
    shop.run("warehouses")
    shop.exact.store.insert("warehouses", warehouse_row(2))
    shop.exact.store.insert("warehouses", warehouse_row(3, TODAY - timedelta(hours=2)))
    shop.run("warehouses")
    assert [row[0] for row in shop.query("select code from raw_exact.warehouses order by 1")] == [
        "1",
        "2",
        "3",
    ]


def test_header_and_line_rows_of_one_endpoint_come_to_their_own_tables(shop: Shop, company: Company) -> None:
    shop.run("purchase_orders", "purchase_order_lines")
    assert shop.requests() == {"sync/PurchaseOrder/PurchaseOrders": 1}
    headers = shop.query("select purchase_order_id, order_number from raw_exact.purchase_orders")
    lines = shop.query("select id, purchase_order_id from raw_exact.purchase_order_lines")
    assert {row[0] for row in headers} == {row["PurchaseOrderID"] for row in company.rows["purchase_orders"]}
    assert {row[0] for row in lines} == {row["ID"] for row in company.rows["purchase_order_lines"]}
    assert shop.query("select count(*) from raw_exact.purchase_orders where line_number <> 0") == [(0,)]
    assert shop.query("select count(*) from raw_exact.purchase_order_lines where line_number = 0") == [(0,)]


def test_a_stream_that_joins_later_makes_the_shared_read_begin_where_it_stands(shop: Shop) -> None:
    shop.run("purchase_orders")
    before = shop.rows("raw_exact.purchase_orders")
    reads = shop.run("purchase_orders", "purchase_order_lines")
    assert reads["exact.purchase_order_lines"].rows == len(shop.exact.store.rows("purchase_order_lines"))
    assert shop.rows("raw_exact.purchase_orders") == before
    shop.requests()
    again = shop.run("purchase_orders", "purchase_order_lines")
    assert sum(read.rows for read in again.values()) == 0


def test_streams_that_want_the_same_rows_share_their_requests(shop: Shop) -> None:
    reads = shop.run("accounts", "suppliers")
    assert shop.requests() == {"sync/CRM/Accounts": 1}
    assert reads["exact.accounts"].rows == reads["exact.suppliers"].rows > 0
    assert reads["exact.accounts"].requests + reads["exact.suppliers"].requests == 1


@pytest.mark.parametrize(("variant", "response_format"), [("bulk", "xml"), ("standard", "json")])
def test_every_endpoint_and_form_gives_the_same_rows(
    open_shop: Callable[..., Shop], company: Company, variant: str, response_format: str
) -> None:
    names = ["items", "sales_invoices", "sales_order_lines", "sales_orders"]
    shop = open_shop(company)
    flags = {"start_date": date(2000, 1, 1)}
    shop.with_settings(flags=flags)
    shop.run(*names)
    expected = {name: common_rows(shop, name, variant) for name in names}
    shop.with_settings(flags=flags | {"response_format": response_format}, variant=variant)
    for name in names:
        shop.query(f"delete from raw_exact.{name}")
    reads = shop.run(*names)
    assert {reads[f"exact.{name}"].variant for name in names} == {variant}
    assert {name: common_rows(shop, name, variant) for name in names} == expected


def common_rows(shop: Shop, stream: str, variant: Any) -> list[tuple[Any, ...]]:
    """The stream's rows in the columns that both its sync endpoint and the other one have."""
    both = [field for field in catalogue()[stream].fields if {variant, "sync"} <= field.variants]
    columns = ", ".join(field.column for field in both)
    # a draft has no date yet: an endpoint that filters by date shows it once it has one
    dated = "where invoice_date is not null" if stream == "sales_invoices" else ""
    return sorted(shop.query(f"select {columns} from raw_exact.{stream} {dated}"), key=repr)


def test_documents_before_the_start_date_are_not_asked_for_until_it_is_moved_back(shop: Shop) -> None:
    """F: start_date limits documents by their date; moved back, the older ones are read after all."""
    shop.with_settings(flags={"start_date": date(2025, 9, 1)}, variant="bulk")
    shop.run("sales_invoices", "items")
    oldest = shop.query("select min(invoice_date) from raw_exact.sales_invoices")[0][0]
    assert oldest.date() >= date(2025, 9, 1)
    assert len(shop.rows("raw_exact.items")) == len(shop.exact.store.rows("items"))
    shop.with_settings(flags={"start_date": date(2000, 1, 1)}, variant="bulk")
    shop.run("sales_invoices")
    dated = [row for row in shop.exact.store.rows("sales_invoices") if row.get("InvoiceDate")]
    assert len(shop.rows("raw_exact.sales_invoices")) == len(dated)


def test_the_default_start_date_is_the_first_of_the_month_two_years_ago() -> None:
    """F."""
    assert first_of_month_before(date(2026, 3, 18), 24) == date(2024, 3, 1)
    assert first_of_month_before(date(2026, 1, 31), 24) == date(2024, 1, 1)
    assert first_of_month_before(date(2026, 1, 31), 2) == date(2025, 11, 1)


def receipt_line(line: int, location: int | None, quantity: float) -> dict[str, Any]:
    row = {"ID": f"{GUID}{line}", "QuantityReceived": quantity, "Modified": duckdb_time(TODAY)}
    return row | ({} if location is None else {"Location": f"{GUID}{location}"})


def held_receipt_lines(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.query(
        "select right(id, 1), right(location, 1), quantity_received from raw_exact.goods_receipt_lines order by all"
    )


def test_the_rows_of_a_receipt_line_are_replaced_as_one_set(open_shop: Callable[..., Shop]) -> None:
    """RL1: Exact repeats the ID for each storage location; a location that is gone leaves with the others' change.
    A line without location gets the zero guid, since a key is never null."""
    lines = [receipt_line(1, 7, 4), receipt_line(1, 8, 6), receipt_line(2, None, 5), receipt_line(3, 7, 1)]
    shop = open_shop(company_of(goods_receipt_lines=lines))
    shop.run("goods_receipt_lines")
    assert held_receipt_lines(shop) == [("1", "7", 4), ("1", "8", 6), ("2", "0", 5), ("3", "7", 1)]
    assert (ZERO_GUID,) in shop.query("select location from raw_exact.goods_receipt_lines")

    shop.exact.store.delete("goods_receipt_lines", f"{GUID}1")
    later = duckdb_time(TODAY + timedelta(days=1))
    shop.exact.store.insert("goods_receipt_lines", receipt_line(1, 9, 10) | {"Modified": later})
    shop.run("goods_receipt_lines")

    assert held_receipt_lines(shop) == [("1", "9", 10), ("2", "0", 5), ("3", "7", 1)]
    load = shop.last_load()
    shop.run("goods_receipt_lines")
    shop.run("goods_receipt_lines")
    assert held_receipt_lines(shop) == [("1", "9", 10), ("2", "0", 5), ("3", "7", 1)]
    assert shop.query(f"select count(*) from raw_exact._dlt_loads where load_id > '{load}'")[0][0] <= 1


def test_optiply_is_read_from_its_last_change_on(shop: Shop) -> None:
    store = shop.optiply.store
    supplier = store.create("suppliers", {"name": "Pannen & Zn.", "emails": ["a@b.nl"]})
    order = store.create(
        "buyOrders",
        {
            "placed": "2026-03-01T00:00:00Z",
            "supplierId": supplier.id,
            "totalValue": 12.5,
            "accountId": 4711,
        },
        from_api=False,
    )
    shop.run(*OPTIPLY_STREAMS)
    assert shop.query(
        "select id, supplier_id, total_value, created_from_public_api, completed from raw_optiply.buy_orders"
    ) == [(str(order.id), str(supplier.id), 12.5, False, None)]
    assert shop.query("select name, emails from raw_optiply.suppliers") == [("Pannen & Zn.", '["a@b.nl"]')]

    store.update("buyOrders", order.id, {"completed": "2026-03-05T00:00:00Z"})
    shop.run(*OPTIPLY_STREAMS)
    (row,) = shop.query("select completed from raw_optiply.buy_orders")
    assert str(row[0]) == "2026-03-05 00:00:00"


def test_a_table_that_is_gone_is_read_again_from_the_beginning(shop: Shop) -> None:
    shop.run("items", "warehouses")
    before = shop.tables()
    shop.query("drop table raw_exact.items")
    shop.query("drop table raw_exact.warehouses")
    shop.run("items", "warehouses")
    assert shop.tables() == before


def test_a_column_takes_the_type_of_the_catalogue_and_no_row_is_lost(shop: Shop) -> None:
    """dlt alone would say nothing and keep the old type. What does not fit is read again."""
    shop.run("items", "warehouses")
    before = shop.rows("raw_exact.items")
    items = shop.exact.store.rows("items")
    shop.query("alter table raw_exact.items alter column net_weight type varchar")
    shop.query(f"update raw_exact.items set net_weight = 'zwaar' where id = '{items[0]['ID']}'")
    shop.query(
        f"insert into raw_exact.items (id, net_weight) values ('{GUID}1', 'licht'), ('{GUID}2', '2.5')"
    )
    shop.exact.store.change("items", items[1]["ID"], {"NetWeight": 12.5})

    read = shop.run("items", "warehouses")["exact.items"]

    assert (read.status, read.message) == (
        "complete",
        "column net_weight was varchar, is double now: read from the beginning",
    )
    assert shop.query(f"select net_weight from raw_exact.items where id = '{items[1]['ID']}'") == [(12.5,)]
    kept = f"select net_weight from raw_exact.items where id in ('{GUID}1', '{GUID}2') order by 1"
    assert shop.query(kept) == [(2.5,), (None,)]
    shop.query(f"delete from raw_exact.items where id in ('{GUID}1', '{GUID}2')")
    changed = items[1]["ID"]
    assert [row for row in shop.rows("raw_exact.items") if changed not in row] == [
        row for row in before if changed not in row
    ]
    assert shop.run("items")["exact.items"].message == ""


def test_a_key_of_another_type_than_the_catalogues_fails_its_stream_alone(shop: Shop) -> None:
    shop.run("items", "warehouses")
    shop.query("alter table raw_exact.items alter column id type blob")
    shop.exact.store.change(
        "warehouses", shop.exact.store.rows("warehouses")[0]["ID"], {"Description": "Loods"}
    )
    reads = shop.run("items", "warehouses")
    assert reads["exact.items"].status == "failed"
    assert "items.id is blob in the warehouse, varchar" in reads["exact.items"].message
    assert reads["exact.warehouses"].status == "complete"
    assert ("Loods",) in shop.query("select description from raw_exact.warehouses")


def test_a_field_that_is_new_in_the_catalogue_is_filled_for_the_rows_read_before(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = catalogue()["items"]
    before = dataclasses.replace(now, fields=tuple(field for field in now.fields if field.name != "Barcode"))
    with monkeypatch.context() as patched:
        patched.setattr("extract.planning.exact_catalogue", lambda: {**catalogue(), "items": before})
        shop.run("items")
    assert shop.query("select * from (describe raw_exact.items) where column_name = 'barcode'") == []
    number = len(shop.rows("raw_exact.items"))

    # dbt may have made the column already
    shop.query("alter table raw_exact.items add column barcode varchar")
    read = shop.run("items")["exact.items"]

    assert (read.status, read.rows) == ("complete", number)
    filled = shop.query("select count(*), count(barcode) from raw_exact.items")
    assert filled == [(number, sum("Barcode" in row for row in shop.exact.store.rows("items")))]
    assert shop.run("items")["exact.items"].rows == 0


def test_a_field_of_another_type_in_the_catalogue_is_read_again_with_that_type(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = catalogue()["items"]
    as_text = {"NetWeight": "String", "Created": "String"}
    fields = tuple(
        dataclasses.replace(field, edm_type=as_text.get(field.name, field.edm_type)) for field in now.fields
    )
    with monkeypatch.context() as patched:
        before = {**catalogue(), "items": dataclasses.replace(now, fields=fields)}
        patched.setattr("extract.planning.exact_catalogue", lambda: before)
        shop.run("items")
    assert shop.query("select typeof(any_value(net_weight)) from raw_exact.items") == [("VARCHAR",)]

    item = shop.exact.store.rows("items")[0]["ID"]
    shop.exact.store.change("items", item, {"NetWeight": 4.25})
    read = shop.run("items")["exact.items"]

    assert (read.status, read.rows) == ("complete", len(shop.exact.store.rows("items")))
    assert shop.query(
        f"select net_weight, typeof(net_weight), typeof(created) from raw_exact.items where id = '{item}'"
    ) == [(4.25, "DOUBLE", "TIMESTAMP")]
    assert shop.query("select count(created) from raw_exact.items") == [(read.rows,)]


def test_tables_that_dbt_made_before_take_the_rows(shop: Shop) -> None:
    columns = ", ".join(f"{field.column} {field.duckdb_type}" for field in catalogue()["items"].fields)
    with connect(shop.tenant.warehouse_path) as connection:
        connection.execute("create schema raw_exact")
        connection.execute(f"create table raw_exact.items ({columns}, _dlt_load_id varchar)")
    assert shop.run("items")["exact.items"].status == "complete"
    assert len(shop.rows("raw_exact.items")) == len(shop.exact.store.rows("items"))


def test_raw_columns_have_the_types_that_dbt_expects(shop: Shop) -> None:
    """Contract 1: typed as Edm says, zone-less times, no key or index on the table."""
    shop.run("items")
    found = dict(
        shop.query(
            "select column_name, lower(data_type) from information_schema.columns "
            "where table_schema = 'raw_exact' and table_name = 'items'"
        )
    )
    assert found.pop("_dlt_load_id") == "varchar"
    assert found == {field.column: field.duckdb_type for field in catalogue()["items"].fields}
    assert shop.query("select * from duckdb_indexes()") == []
    assert shop.query("select * from raw_exact_staging.items") == []


def test_all_streams_can_be_read(shop: Shop) -> None:
    result = shop.result(all_streams=True)
    assert {read.stream for read in result.reads if read.source == "exact"} == catalogue().keys()
    assert {read.status for read in result.reads} == {"complete"}


def test_an_unknown_stream_is_refused_before_any_request(shop: Shop) -> None:
    with pytest.raises(SettingsError, match="no stream itmes"):
        shop.run("itmes")
    with pytest.raises(SettingsError, match=r"no stream optiply\.items"):
        shop.run("optiply.items")
    assert shop.requests() == {}


def test_progress_is_told_per_page_and_at_the_end(shop: Shop) -> None:
    told: list[StreamProgress] = []
    shop.with_settings(variant="standard")
    shop.run("goods_receipt_lines", report=told.append)
    total = len(shop.exact.store.rows("goods_receipt_lines"))
    assert [(one.pages, one.rows, one.status) for one in told] == [
        (1, 60, None),
        (2, total, None),
        (2, total, "complete"),
    ]
    assert {dataclasses.replace(one, pages=0, rows=0, status=None) for one in told} == {
        StreamProgress("exact", "goods_receipt_lines", "standard", 0, 0)
    }
