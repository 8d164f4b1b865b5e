"""A Dutch kitchenware wholesaler of any size, the same for the same arguments."""

from __future__ import annotations

from datetime import date
from random import Random

from sandbox.company import (
    assembly,
    deletions,
    invoices,
    items,
    offers,
    parties,
    price_lists,
    prices,
    production,
    purchasing,
    receipts,
    recipes,
    sales,
    stock,
)
from sandbox.company.basics import MAIN_WAREHOUSE, OTHER_WAREHOUSES, basics
from sandbox.company.company import Company
from sandbox.credentials import EXACT_DIVISION

NAME = "Groothandel Kok & Zn. B.V."
LEAST = 40  # below it some of the special cases are missing


def generate(size: int, today: date, seed: int = 0, *, division: int = EXACT_DIVISION) -> Company:
    """`size` items (at least 40) and the rest in proportion: per item about 1 sales order and 1 invoice of 3
    lines each, a quarter of a purchase order, 1/20 supplier. 20,000 items make some 350,000 rows.

    Documents lie in the 27 months before `today`; nothing was created or modified after it. Special cases
    come in turn by number, the rest by `seed`. Amounts and quantities agree: headers are the sums of their
    lines, planned stock is what open orders still lack, receipts are what order lines have received.
    """
    if size < LEAST:
        raise ValueError(f"size must be at least {LEAST}, to hold every special case")
    warehouses = (MAIN_WAREHOUSE, *OTHER_WAREHOUSES)
    suppliers = parties.make_suppliers(max(12, size // 20))
    customers = parties.make_customers(max(12, size // 10))
    goods = items.make_items(size, today, _random(seed, "items"))
    offered = offers.make_offers(goods, suppliers, _random(seed, "offers"))
    traded = [item for item in goods if item.is_traded]
    market = sales.SalesMarket(traded, customers, warehouses, today, _random(seed, "sales"))
    sold = sales.make_sales_orders(max(40, size), market)
    billed = invoices.make_invoices(max(40, size), sold, market)
    bought = purchasing.make_purchase_orders(
        max(30, size // 4), offered, sold, warehouses, today, _random(seed, "purchasing")
    )
    coming, going = purchasing.planned_in(bought), sales.planned_out(sold)
    positions = stock.make_positions(goods, warehouses, coming, going, _random(seed, "stock"))
    receipt_rows, receipt_line_rows = receipts.receipt_rows(bought, division, today)
    bills, materials = assembly.bill_rows(goods, division)
    versions, version_lines = recipes.recipe_rows(goods, materials, division)
    return Company(
        division,
        {
            **basics(division, NAME, today, warehouses, items.GROUPS),
            "accounts": parties.account_rows(suppliers, customers, division, today),
            "items": items.item_rows(goods, stock.stock_by_item(positions), division, today),
            "sales_items_prices": prices.price_rows(goods, customers, division, today),
            "supplier_products": offers.offer_rows(offered, division, today),
            "stock_positions": stock.position_rows(positions, division),
            "item_warehouses": stock.item_warehouse_rows(positions, division, today),
            "sales_orders": sales.order_rows(sold, division),
            "sales_order_lines": sales.order_line_rows(sold, division, purchasing.drop_purchases(bought)),
            "sales_invoices": invoices.invoice_rows(billed, division),
            "sales_invoice_lines": invoices.invoice_line_rows(billed, division),
            "purchase_orders": purchasing.order_rows(bought, division),
            "purchase_order_lines": purchasing.order_line_rows(bought, division),
            "goods_receipts": receipt_rows,
            "goods_receipt_lines": receipt_line_rows,
            "assembly_bill_of_material_header": bills,
            "assembly_bill_of_material_materials": materials,
            "bill_of_materials_versions": versions,
            "bill_of_materials": version_lines,
            **production.production_rows(goods, division, today),
            **price_lists.price_list_rows(goods, items.GROUPS, division, today),
            "deleted": deletions.deleted_rows(max(22, size // 50), division, today),
        },
    )


def _random(seed: int, topic: str) -> Random:
    """Its own sequence for each topic: a change in one leaves the others as they were."""
    return Random(f"{seed}/{topic}")
