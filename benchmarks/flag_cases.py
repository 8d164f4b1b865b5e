"""A value other than the default for every flag, on the sandbox company, and what must be set beside it."""

from __future__ import annotations

from typing import Any, NamedTuple

WEB = {"use_price_lists": True, "price_list_code": "WEB"}
TRANSFERS = {"export_stock_transfers": True, "stock_transfer_from": "1", "stock_transfer_to": "2"}
ONE_WAREHOUSE = {"default_warehouse_id": "1"}
KILOGRAMS = {"unit_filter": True, "unit_factors": {"kg": {"unit": "g", "factor": 1000}}}


class Case(NamedTuple):
    """`flag` set to `value`. `beside`: flags that hold on both sides of the comparison, because the flag means nothing
    without them; `together`: flags that must come with it. `is_switch`: says whether rows are sent at all, which shows
    before the first push only."""

    flag: str
    value: Any
    beside: dict[str, Any] = {}  # noqa: RUF012 - a NamedTuple's default, never changed
    together: dict[str, Any] = {}  # noqa: RUF012
    is_switch: bool = False


CASES = (
    Case("map_stockLevel", False),
    Case("map_product_articleCode", False),
    Case("use_BOM_to_prodAssembled", True, beside={"use_bill_of_materials_versions": True}),
    Case("map_IsPurchaseItem", False),
    Case("prod_ItemGroupCode_filter", ["DIENST"]),
    Case("use_IsOnDemandItem", True),
    Case("assortments", {"Class_01": {"A": "disabled"}}),
    Case("use_price_lists", True, together={"price_list_code": "WEB"}),
    Case("price_list_code", "GROOTHANDEL", beside=WEB),
    Case("sync_stock_montapacking", True),
    Case("sync_stock_qls", True),
    Case("stock_warehouse_ids", "1"),
    Case("use_bill_of_materials_versions", True),
    Case("calc_part_quantity", True, beside={"use_bill_of_materials_versions": True}),
    Case("map_supplier_mail", True),
    Case("sync_leadTime_suppliers", True),
    Case("sync_leadTime_supProducts", True),
    Case("useMOQ", False),
    Case("useLOT", False),
    Case("useLOT_PurchaseLotSize", True),
    Case("map_preferred_supplier", False),
    Case("map_purchase_price", "Product Cost"),
    Case("use_sales_orders", True),
    Case("use_sales_invoices", False),
    Case("pullAllOrders", False),
    Case("use_drop_shipments", False),
    Case("sync_sell_orders_only", True, is_switch=True),
    Case("filter_CostCenter_Codes", ["WINKEL"], beside={"use_sales_orders": True}),
    Case("filter_sellOrder_CustomerIDs", ["10003"]),
    Case("unit_convert_sell_orders", False, beside=KILOGRAMS),
    Case("use_sales_orders_multiple_warehouses", False, beside={"use_sales_orders": True, **ONE_WAREHOUSE}),
    Case("use_sales_invoices_multiple_warehouses", False, beside=ONE_WAREHOUSE),
    Case("use_assembly_orders", True),
    Case("map_buyOrders_AmountFC", True),
    Case("bo_completed_status", ["30"]),
    Case("export_BOLine_price", True),
    Case("export_order_number", True),
    Case("export_stock_transfers", True, together={"stock_transfer_from": "1", "stock_transfer_to": "2"}),
    Case("stock_transfer_from", "RET", beside=TRANSFERS),
    Case("stock_transfer_to", "RET", beside=TRANSFERS),
    Case("stock_transfer_status", 50, beside=TRANSFERS),
    Case("use_buy_orders_multiple_warehouses", False, beside=ONE_WAREHOUSE),
    Case("assembly_supplier", "Werkplaats", beside={"use_assembly_orders": True}),
    Case("working_day_holidays", "NL"),
    Case("default_warehouse_id", "1"),
    Case("warehouse_uuid", "00000000-0000-4000-8000-000000000001"),
    Case("unit_filter", True, together={"unit_factors": KILOGRAMS["unit_factors"]}),
    Case("unit_factors", {"kg": 10}, beside=KILOGRAMS),
    Case("use_production_orders", True),
    Case("exact_timezone", "Europe/London"),
    Case("sync_products", False, is_switch=True),
    Case("sync_productCompositions", False, is_switch=True),
    Case("sync_suppliers", False, is_switch=True),
    Case("sync_supplierProducts", False, is_switch=True),
    Case("sync_sellOrders", False, is_switch=True),
    Case("sync_buyOrders", False, is_switch=True),
    Case("sync_receiptLines", False, is_switch=True),
)
# What these do is done before or after the marts: read, or held back.
ELSEWHERE = {
    "start_date": "limits what is read",
    "response_format": "the same rows in another form",
    "mass_delete_limit": "holds back rows of the plan",
    "dont_use_current_division": "reads the warehouses of all divisions",
}
