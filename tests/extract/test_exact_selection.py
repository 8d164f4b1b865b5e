from __future__ import annotations

from typing import Any

import pytest

from extract.exact.catalogue import catalogue
from extract.exact.selection import ALWAYS, next_variant, scheduled_streams, variant_of
from settings.flags import Flags
from settings.tenant import ExactSettings

LICENCE: dict[str, Any] = {"division": 1, "client_id": "x"}


def selected(**flags: Any) -> set[str]:
    return set(scheduled_streams(Flags.model_validate(flags))) - set(ALWAYS)


def test_the_default_flags_need_invoices_and_assembly_bills() -> None:
    assert selected() == {"sales_invoices", "sales_invoice_lines", "assembly_bill_of_material_materials"}


@pytest.mark.parametrize(
    ("flags", "streams"),
    [
        ({"use_sales_orders": True}, {"sales_orders", "sales_order_lines"}),
        ({"use_drop_shipments": False}, {"sales_orders", "sales_order_lines"}),
        ({"map_purchase_price": "Purchase Prices"}, {"purchase_items_prices"}),
        ({"use_assembly_orders": True}, {"assembly_orders"}),
        ({"use_production_orders": True}, {"manufacturing_shop_orders"}),
        ({"use_drop_shipments": True}, set()),
        (
            {"use_price_lists": True, "price_list_code": "WEB"},
            {"sales_price_lists", "sales_price_list_periods", "sales_price_list_volume_discounts"},
        ),
        (
            {"export_stock_transfers": True, "stock_transfer_from": "1", "stock_transfer_to": "2"},
            {"warehouse_transfers", "warehouse_transfer_lines"},
        ),
    ],
)
def test_a_flag_brings_the_streams_that_it_needs(flags: dict[str, Any], streams: set[str]) -> None:
    assert selected(**flags) - selected() == streams


def test_invoices_are_left_out_when_they_are_not_used() -> None:
    assert "sales_invoices" not in selected(use_sales_invoices=False)
    assert "sales_invoice_lines" not in selected(use_sales_invoices=False)


def test_the_bill_of_materials_comes_from_one_source_only() -> None:
    """PC1, PC2; the heads of both are read always, for P15."""
    versions = selected(use_bill_of_materials_versions=True)
    assert "bill_of_materials" in versions
    assert "assembly_bill_of_material_materials" not in versions
    assert {"bill_of_materials_versions", "assembly_bill_of_material_header"} <= set(ALWAYS)


def test_every_selected_stream_is_in_the_catalogue() -> None:
    everything = {"use_sales_orders": True, "use_assembly_orders": True, "use_production_orders": True}
    assert set(scheduled_streams(Flags.model_validate(everything))) <= catalogue().keys()


@pytest.mark.parametrize(
    ("stream", "settings", "variant"),
    [
        ("items", {}, "sync"),
        ("items", {"variant": "bulk"}, "bulk"),
        ("items", {"variant": "bulk", "variants": {"items": "standard"}}, "standard"),
        ("supplier_products", {"variant": "bulk"}, "sync"),  # has no bulk endpoint
        ("warehouses", {"variants": {"warehouses": "sync"}}, "standard"),
    ],
)
def test_the_setting_of_a_stream_wins_over_the_tenants_and_both_over_the_default(
    stream: str, settings: dict[str, Any], variant: str
) -> None:
    chosen = ExactSettings.model_validate(LICENCE | settings)
    assert variant_of(catalogue()[stream], chosen) == variant


def test_after_a_refusal_the_next_best_endpoint_is_taken() -> None:
    items = catalogue()["items"]
    assert next_variant(items, frozenset({"sync"})) == "bulk"
    assert next_variant(items, frozenset({"sync", "bulk"})) == "standard"
    assert next_variant(items, frozenset({"sync", "bulk", "standard"})) is None
