"""F1: a flag that is unknown, misspelled, of the wrong type or in conflict is an error that names it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from settings.flags import Flags
from settings.tenant import PROJECT_ROOT, SettingsError, tenant_from

TENANT: dict[str, Any] = {
    "exact": {"division": 1, "client_id": "c"},
    "optiply": {"account_id": 1, "coupling_id": 2},
}


def tenant(flags: dict[str, Any]) -> Flags:
    return tenant_from({**TENANT, "flags": flags}, Path("tenants/shop.toml")).flags


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"use_sales_order": True}, "flags.use_sales_order: is not a setting that exists"),
        ({"usemoq": True}, "flags.usemoq: is not a setting that exists"),
        ({"useMOQ": "yes"}, "flags.useMOQ"),
        ({"useMOQ": 1}, "flags.useMOQ"),
        ({"mass_delete_limit": "20"}, "flags.mass_delete_limit"),
        ({"mass_delete_limit": 101}, "flags.mass_delete_limit"),
        ({"mass_delete_limit": -1}, "flags.mass_delete_limit"),
        ({"map_purchase_price": "cost"}, "flags.map_purchase_price"),
        ({"stock_transfer_status": 20}, "flags.stock_transfer_status"),
        ({"warehouse_uuid": "1"}, "flags.warehouse_uuid"),
        ({"exact_timezone": "Amsterdam"}, "flags.exact_timezone: 'Amsterdam' is not a time zone"),
        ({"assortments": {"Class_11": {"A": "enabled"}}}, "Class_01 to Class_10"),
        ({"assortments": {"Class_01": {"A": "on"}}}, "flags.assortments.Class_01.A"),
        ({"prod_ItemGroupCode_filter": "A,B"}, "flags.prod_ItemGroupCode_filter"),
        ({"working_day_holidays": "FR"}, "flags.working_day_holidays"),
        ({"sync_stock_montapacking": "true"}, "flags.sync_stock_montapacking"),
        ({"sync_stock_qls": True}, "flags.sync_stock_qls needs wms.qls_company_id"),
    ],
)
def test_a_wrong_flag_is_named(flags: dict[str, Any], said: str) -> None:
    """F1."""
    with pytest.raises(SettingsError, match=r"shop\.toml") as error:
        tenant(flags)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"useLOT": False, "useLOT_PurchaseLotSize": True}, "useLOT_PurchaseLotSize"),
        ({"export_stock_transfers": True, "stock_transfer_from": "1"}, "stock_transfer_to"),
        (
            {"export_stock_transfers": True, "stock_transfer_from": "1", "stock_transfer_to": "1"},
            "the same warehouse",
        ),
        ({"use_sales_orders_multiple_warehouses": False}, "needs default_warehouse_id"),
        ({"use_sales_invoices_multiple_warehouses": False}, "needs default_warehouse_id"),
        ({"use_buy_orders_multiple_warehouses": False}, "needs default_warehouse_id"),
        ({"unit_filter": True}, "unit_filter needs unit_factors"),
        ({"use_price_lists": True}, "use_price_lists needs price_list_code"),
        ({"use_price_lists": True, "price_list_code": " "}, "use_price_lists needs price_list_code"),
    ],
)
def test_flags_in_conflict_are_refused(flags: dict[str, Any], said: str) -> None:
    """F1."""
    with pytest.raises(SettingsError) as error:
        tenant(flags)
    assert said in str(error.value)


def test_flags_that_belong_together_are_taken() -> None:
    """F1: the other side of each conflict."""
    flags = tenant(
        {
            "useLOT_PurchaseLotSize": True,
            "export_stock_transfers": True,
            "stock_transfer_from": "1",
            "stock_transfer_to": "2",
            "use_buy_orders_multiple_warehouses": False,
            "default_warehouse_id": "1",
            "unit_filter": True,
            "unit_factors": {"gal": 3750, "box": {"unit": "pc", "factor": 12}},
        }
    )
    assert flags.unit_factors is not None
    assert flags.unit_factors["gal"].factor == 3750.0
    assert flags.unit_factors["gal"].unit is None
    assert flags.unit_factors["box"].unit == "pc"


@pytest.mark.parametrize("factor", [0, -1, "12", True, float("nan"), float("inf"), None])
def test_a_factor_that_is_no_positive_number_is_refused(factor: Any) -> None:
    """U6: a factor <= 0 or not a number is a configuration error before anything runs."""
    with pytest.raises(SettingsError, match="unit_factors"):
        tenant({"unit_filter": True, "unit_factors": {"gal": factor}})


def test_the_defaults_are_those_of_the_seed() -> None:
    """F: the table of the user's document."""
    flags = Flags().model_dump()
    seed = {
        "map_stockLevel": True,
        "map_product_articleCode": True,
        "use_BOM_to_prodAssembled": False,
        "map_IsPurchaseItem": True,
        "prod_ItemGroupCode_filter": None,
        "use_IsOnDemandItem": False,
        "assortments": None,
        "use_price_lists": False,
        "price_list_code": None,
        "sync_stock_montapacking": False,
        "sync_stock_qls": False,
        "stock_warehouse_ids": "",
        "use_bill_of_materials_versions": False,
        "calc_part_quantity": False,
        "map_supplier_mail": False,
        "sync_leadTime_suppliers": False,
        "sync_leadTime_supProducts": False,
        "useMOQ": True,
        "useLOT": True,
        "useLOT_PurchaseLotSize": False,
        "map_preferred_supplier": True,
        "map_purchase_price": "default",
        "use_sales_orders": False,
        "use_sales_invoices": True,
        "pullAllOrders": True,
        "use_drop_shipments": True,
        "sync_sell_orders_only": False,
        "filter_CostCenter_Codes": None,
        "filter_sellOrder_CustomerIDs": None,
        "use_assembly_orders": False,
        "map_buyOrders_AmountFC": False,
        "bo_completed_status": ["30", "40"],
        "export_BOLine_price": False,
        "export_stock_transfers": False,
        "stock_transfer_from": None,
        "stock_transfer_to": None,
        "unit_filter": False,
        "unit_factors": None,
        "use_production_orders": False,
    }
    assert {name: flags[name] for name in seed} == seed


def test_the_page_about_the_flags_has_each_with_its_default() -> None:
    """F: docs/flags.md is what people choose by."""
    page = (PROJECT_ROOT / "docs/flags.md").read_text(encoding="utf-8")
    told = {
        name: json.loads(default)
        for name, default in re.findall(r"^\| `(\w+)` \| `(.+?)` \|", page, re.MULTILINE)
    }
    assert told == Flags().model_dump(mode="json")
