"""Which resources of Optiply a run reads, from the tenant's flags; the others when they are asked for."""

from __future__ import annotations

from settings.flags import Flags

ALWAYS = ("buy_order_lines", "buy_orders", "supplier_products", "suppliers")


def scheduled_resources(flags: Flags) -> tuple[str, ...]:
    """In alphabetical order. Products, compositions and receipts are in the ledger, with their ids."""
    return tuple(sorted(("products", *ALWAYS))) if flags.sync_sell_orders_only else ALWAYS
