"""Which streams a run reads, from the tenant's flags, and from which endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from extract.exact.catalogue import Stream, Variant
from settings.flags import Flags
from settings.tenant import ExactSettings

ALWAYS = (
    "divisions",
    "deleted",
    "items",
    "item_standard_prices",  # P10's fallback: the sync endpoint of items has no StandardSalesPrice
    "stock_positions",
    "warehouses",
    "suppliers",
    "supplier_products",
    "sales_items_prices",
    "vat_codes",
    "exchange_rates",
    "purchase_orders",
    "purchase_order_lines",
    "goods_receipts",
    "goods_receipt_lines",
    "purchase_returns",  # RL3
    "purchase_return_lines",
    # P15 asks for heads of compositions of either BOM source
    "assembly_bill_of_material_header",
    "bill_of_materials_versions",
)

# Endpoint families from best to last: rows per request.
PREFERENCE: tuple[Variant, ...] = ("sync", "bulk", "standard")


def scheduled_streams(flags: Flags) -> tuple[str, ...]:
    """The streams that the tenant's flags need, in alphabetical order."""
    return tuple(sorted({*ALWAYS, *_by_flags(flags)}))


def _by_flags(flags: Flags) -> Iterator[str]:
    if flags.use_sales_invoices:
        yield from ("sales_invoices", "sales_invoice_lines")
    if flags.use_sales_orders or not flags.use_drop_shipments:  # invoices tell drop shipments by their order
        yield from ("sales_orders", "sales_order_lines")
    if flags.map_purchase_price == "Purchase Prices":
        yield "purchase_items_prices"
    if flags.use_price_lists:
        yield from ("sales_price_lists", "sales_price_list_periods", "sales_price_list_volume_discounts")
    if flags.use_bill_of_materials_versions:
        yield "bill_of_materials"
    else:
        yield "assembly_bill_of_material_materials"
    if flags.use_assembly_orders:
        yield "assembly_orders"
    if flags.use_production_orders:
        yield "manufacturing_shop_orders"
    if flags.export_stock_transfers:  # X9: the transfer's status comes back
        yield from ("warehouse_transfers", "warehouse_transfer_lines")


def variant_of(stream: Stream, settings: ExactSettings) -> Variant:
    """The endpoint family to read: the stream's own setting, the tenant's, else the best; a family that the
    stream does not have is passed over."""
    for wanted in (settings.variants.get(stream.name), settings.variant):
        if wanted is not None and wanted in stream.endpoints:
            return wanted
    return stream.default_variant


def next_variant(stream: Stream, refused: frozenset[Variant]) -> Variant | None:
    """The best family that has not been refused for want of a module; None when there is none left."""
    return next((v for v in PREFERENCE if v in stream.endpoints and v not in refused), None)
