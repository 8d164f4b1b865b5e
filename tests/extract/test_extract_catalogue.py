"""The catalogues are data: what the code relies on is checked here for every stream."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.exact import catalogue as exact
from extract.exact.catalogue import Stream
from extract.exact.question import LINE_NUMBER, LOOK_BACK, ROW_VERSION
from extract.optiply import catalogue as optiply
from extract.sources_yaml import sources_yaml
from extract.streams_page import BETTER, NO_ENDPOINT, PAGE, page, why_not_the_seeds_path

ROOT = Path(__file__).resolve().parents[2]
STREAMS = list(exact.catalogue().values())
TIME_CURSORS = {"Modified", "sysmodified", *LOOK_BACK}


def test_the_sources_that_dbt_reads_are_those_of_the_catalogues() -> None:
    for path, text in sources_yaml().items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, (
            f"{path}: run python -m extract.sources_yaml"
        )


def test_the_page_about_the_streams_is_that_of_the_catalogue() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), "run python -m extract.streams_page"


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        ("goods_receipt_lines", ""),  # the seed's path is read
        ("warehouse_transfers", ""),  # the seed names none
        ("items", BETTER),
        ("stock_positions", NO_ENDPOINT),
        ("sales_orders", BETTER),
    ],
)
def test_a_path_of_the_seed_that_is_not_read_has_its_reason(stream: str, why: str) -> None:
    assert why_not_the_seeds_path(exact.catalogue()[stream]) == why


def test_what_has_no_other_sign_of_a_deletion_is_read_whole_once_a_day() -> None:
    """C8 and, for stock, P6."""
    daily = {stream.name for stream in STREAMS if stream.is_read_whole_daily}
    assert daily == {
        "assembly_bill_of_material_header",
        "assembly_bill_of_material_materials",
        "assembly_orders",
        "goods_receipts",
        "goods_receipt_lines",
        "purchase_returns",
        "purchase_return_lines",
        "sales_price_lists",
        "sales_price_list_periods",
        "stock_positions",
        "warehouse_transfers",
        "warehouse_transfer_lines",
    }
    assert [stream.name for stream in STREAMS if stream.is_log] == ["deleted"]


def test_all_streams_of_the_api_reference_are_there() -> None:
    """57 streams have a path in the API's reference; item_standard_prices is ours, for P10's fallback."""
    assert len(exact.catalogue()) == 57 + 1
    assert "item_standard_prices" in exact.catalogue()


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_a_stream_can_be_read_from_each_of_its_endpoints(stream: Stream) -> None:
    assert stream.default_variant in stream.endpoints
    for variant, endpoint in stream.endpoints.items():
        names = {field.name for field in stream.fields_of(variant)}
        assert set(stream.key) <= names
        assert set(stream.set_key) <= set(stream.key)
        if endpoint.cursor is not None:
            assert endpoint.cursor in names
            assert endpoint.cursor in TIME_CURSORS | {ROW_VERSION}
            assert endpoint.filterable is None or endpoint.cursor in endpoint.filterable
        if endpoint.rows is not None:
            assert LINE_NUMBER in names


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_no_two_fields_of_a_stream_share_a_column(stream: Stream) -> None:
    columns = [field.column for field in stream.fields]
    assert len(columns) == len(set(columns))


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_what_a_stream_refers_to_exists(stream: Stream) -> None:
    others = {stream.rows_of, *stream.expand.values()} | ({stream.parent} if stream.parent else set())
    assert others <= exact.catalogue().keys()
    if stream.start_date_field:
        kinds = {field.name: field.edm_type for field in stream.fields}
        assert kinds[stream.start_date_field] == "DateTime"


def test_start_date_limits_documents_and_no_master_data() -> None:
    """F: sales orders, sales invoices, receipts, returns and financial streams; all else from the beginning."""
    limited = {stream.name for stream in STREAMS if stream.start_date_field}
    assert limited == {
        "sales_orders",
        "sales_invoices",
        "goods_receipts",
        "purchase_returns",
        "purchase_invoices",
        "purchase_entries",
        "transaction_lines",
        "bank_entry_lines",
        "payments",
    }


def test_every_optiply_stream_has_its_id_and_its_cursor() -> None:
    for stream in optiply.catalogue().values():
        kinds = {field.name: field.kind for field in stream.fields}
        assert kinds["id"] == "id"
        assert kinds[stream.cursor] == "instant"
        assert len({field.column for field in stream.fields}) == len(stream.fields)
