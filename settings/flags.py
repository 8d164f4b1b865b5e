"""The tenant's flags: names and defaults of the user's document, plus ours (mapping rules F).

A flag that is unknown, misspelled, of the wrong type or in conflict with another is an error that names it,
before anything runs (F1). `dbt_project.yml` carries the same names and defaults (F2, tested).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Guid = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class UnitFactor(BaseModel):
    """One entry of `unit_factors`: `factor` target units in one source unit (gal -> ml: 3785)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    unit: str | None = None
    factor: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Flags(BaseModel):
    """All flags. Strict: a number given as text is an error, not a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    # products
    map_stockLevel: bool = True
    map_product_articleCode: bool = True
    use_BOM_to_prodAssembled: bool = False
    map_IsPurchaseItem: bool = True
    prod_ItemGroupCode_filter: list[str] | None = None
    use_IsOnDemandItem: bool = False
    assortments: dict[str, dict[str, Literal["enabled", "disabled"]]] | None = None
    use_price_lists: bool = False
    price_list_code: str | None = None
    sync_stock_montapacking: bool = False
    sync_stock_qls: bool = False
    stock_warehouse_ids: str = ""
    # product compositions
    use_bill_of_materials_versions: bool = False
    calc_part_quantity: bool = False
    # suppliers
    map_supplier_mail: bool = False
    sync_leadTime_suppliers: bool = False
    # supplier products
    sync_leadTime_supProducts: bool = False
    useMOQ: bool = True
    useLOT: bool = True
    useLOT_PurchaseLotSize: bool = False
    map_preferred_supplier: bool = True
    map_purchase_price: Literal["default", "Product Cost", "Purchase Prices", "none"] = "default"
    # sell orders
    use_sales_orders: bool = False
    use_sales_invoices: bool = True
    pullAllOrders: bool = True
    use_drop_shipments: bool = True
    sync_sell_orders_only: bool = False
    filter_CostCenter_Codes: list[str] | None = None
    filter_sellOrder_CustomerIDs: list[str] | None = None
    unit_convert_sell_orders: bool = True
    use_sales_orders_multiple_warehouses: bool = True
    use_sales_invoices_multiple_warehouses: bool = True
    # buy orders
    use_assembly_orders: bool = False
    map_buyOrders_AmountFC: bool = False
    bo_completed_status: list[str] = ["30", "40"]
    export_BOLine_price: bool = False
    export_order_number: bool = False
    export_stock_transfers: bool = False
    stock_transfer_from: str | None = None
    stock_transfer_to: str | None = None
    stock_transfer_status: Literal[10, 50] = 10
    use_buy_orders_multiple_warehouses: bool = True
    assembly_supplier: str | None = None
    working_day_holidays: Literal["NL", "BE", "DE"] | None = None
    default_warehouse_id: str | None = None
    warehouse_uuid: Guid | None = None
    # global
    unit_filter: bool = False
    unit_factors: dict[str, UnitFactor] | None = None
    use_production_orders: bool = False
    start_date: date | None = None
    exact_timezone: str = "Europe/Amsterdam"
    dont_use_current_division: bool = False
    response_format: Literal["xml", "json"] = "xml"
    mass_delete_limit: Annotated[int, Field(ge=0, le=100)] = 20
    # one switch per Optiply entity
    sync_products: bool = True
    sync_productCompositions: bool = True
    sync_suppliers: bool = True
    sync_supplierProducts: bool = True
    sync_sellOrders: bool = True
    sync_buyOrders: bool = True
    sync_receiptLines: bool = True

    @property
    def stock_systems(self) -> tuple[Literal["montapacking", "qls"], ...]:
        """The WMS whose stock counts beside Exact's (P8, P9); none where no stock level is sent."""
        wanted: dict[Literal["montapacking", "qls"], bool] = {
            "montapacking": self.sync_stock_montapacking,
            "qls": self.sync_stock_qls,
        }
        return tuple(name for name, is_on in wanted.items() if is_on and self.map_stockLevel)

    @field_validator("unit_factors", mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        """`{"gal": 3785}` keeps the unit's name; a whole number is a factor too."""
        if not isinstance(value, dict):
            return value
        return {unit: _as_factor(entry) for unit, entry in value.items()}

    @field_validator("assortments")
    @classmethod
    def _known_classes(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        known = {f"Class_{number:02}" for number in range(1, 11)}
        if value and (unknown := sorted(set(value) - known)):
            raise ValueError(f"knows Class_01 to Class_10 only, not {', '.join(unknown)}")
        return value

    @field_validator("exact_timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is not a time zone of the tz database, for example Europe/Amsterdam")
        return str(ZoneInfo(value))

    @model_validator(mode="after")
    def _no_conflicts(self) -> Self:
        if self.useLOT_PurchaseLotSize and not self.useLOT and "useLOT" in self.model_fields_set:
            raise ValueError("useLOT_PurchaseLotSize replaces useLOT: leave useLOT out or true")
        if self.export_stock_transfers and not (self.stock_transfer_from and self.stock_transfer_to):
            raise ValueError("export_stock_transfers needs stock_transfer_from and stock_transfer_to")
        if self.export_stock_transfers and self.stock_transfer_from == self.stock_transfer_to:
            raise ValueError("stock_transfer_from and stock_transfer_to are the same warehouse")
        for flag in (
            "use_sales_orders_multiple_warehouses",
            "use_sales_invoices_multiple_warehouses",
            "use_buy_orders_multiple_warehouses",
        ):
            if not getattr(self, flag) and not (self.default_warehouse_id or self.warehouse_uuid):
                raise ValueError(f"{flag} = false needs default_warehouse_id")
        if self.unit_filter and not self.unit_factors:
            raise ValueError("unit_filter needs unit_factors")
        if self.use_price_lists and not (self.price_list_code or "").strip():
            raise ValueError("use_price_lists needs price_list_code")
        return self


def _as_factor(entry: Any) -> Any:
    if isinstance(entry, bool):
        raise ValueError("a factor is a number above 0, not true or false")
    if isinstance(entry, int | float | Decimal):
        return {"factor": float(entry)}
    if (
        isinstance(entry, dict)
        and isinstance(entry.get("factor"), int)
        and not isinstance(entry["factor"], bool)
    ):
        return {**entry, "factor": float(entry["factor"])}
    return entry
