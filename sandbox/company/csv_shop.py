"""A company that is a real shop: its catalogue and its sales history from two CSV files.

The columns are told in `sandbox.company.shop_files`. GUIDs are those of the files; what has none there gets
one that is the same every time. Suppliers have numbers only, so they are called "Supplier <number>".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sandbox.company.basics import (
    CURRENCY,
    MAIN_WAREHOUSE,
    PIECE,
    USER,
    VAT_HIGH,
    ItemGroup,
    at,
    basics,
)
from sandbox.company.company import Company, Row
from sandbox.company.documents import LineAmount, invoice_amounts, invoice_line_amounts
from sandbox.company.ids import guid
from sandbox.company.shop_files import ProductLine, SalesLine, read_products, read_sales
from sandbox.credentials import EXACT_DIVISION

GROUP = ItemGroup("HANDEL", "Handelsgoederen")


def from_csv(
    products_path: Path, sales_path: Path, today: date, *, division: int = EXACT_DIVISION
) -> Company:
    """Read the two files; ShopFileError names file, line and column of what is wrong.

    Sales become one processed invoice (type 8020, status 50) per day and web shop, with a line per line of
    the file; days without a unit sold have none.
    """
    products = read_products(products_path)
    sales = read_sales(sales_path, {product.product_id for product in products})
    opened = min((line.sale_date for line in sales), default=today) - timedelta(days=1)
    stamp = at(min(opened, today), 9)
    invoices, invoice_lines = _invoices(products, sales, today, division)
    small = basics(division, "Voorbeeldwinkel B.V.", today, (MAIN_WAREHOUSE,), (GROUP,))
    return Company(
        division,
        small
        | {
            "accounts": [*_suppliers(products, stamp, division), *_customers(products, stamp, division)],
            "items": [_item(product, stamp, division) for product in products],
            "stock_positions": [_stock_position(product, division) for product in products],
            "item_warehouses": [_item_warehouse(product, stamp, division) for product in products],
            "supplier_products": [_supplier_product(product, stamp, division) for product in products],
            "sales_items_prices": [_sales_price(product, stamp, division) for product in products],
            "sales_invoices": invoices,
            "sales_invoice_lines": invoice_lines,
        },
    )


def _stamps(moment: datetime) -> Row:
    return {"Created": moment, "Creator": USER, "Modified": moment, "Modifier": USER}


def _item(product: ProductLine, stamp: datetime, division: int) -> Row:
    row: Row = {
        "ID": str(product.product_uuid),
        "Code": str(product.product_id),
        "Description": product.product_name,
        "Division": division,
        "ItemGroup": GROUP.id,
        "ItemGroupCode": GROUP.code,
        "ItemGroupDescription": GROUP.description,
        "Unit": PIECE.code,
        "UnitDescription": PIECE.description,
        "UnitType": PIECE.kind,
        "IsPurchaseItem": True,
        "IsSalesItem": True,
        "IsStockItem": True,
        "IsFractionAllowedItem": False,
        "IsMakeItem": 0,
        "IsOnDemandItem": 0,
        "IsWebshopItem": 1,
        "CostPriceStandard": float(product.purchase_price),
        "CostPriceCurrency": CURRENCY,
        "StandardSalesPrice": float(product.sell_price),
        "SalesVatCode": VAT_HIGH.code,
        "SalesVatCodeDescription": VAT_HIGH.description,
        "StartDate": at(stamp.date()),
        "Stock": float(product.starting_stock),
    }
    if product.weight_in_grams is not None:
        row |= {"NetWeight": float(product.weight_in_grams / 1000), "NetWeightUnit": "kg"}
    return row | _stamps(stamp)


def _stock_position(product: ProductLine, division: int) -> Row:
    stock = float(product.starting_stock)
    return {
        "ID": guid("stock position", product.product_uuid),
        "Division": division,
        "ItemId": str(product.product_uuid),
        "ItemCode": str(product.product_id),
        "ItemDescription": product.product_name,
        "Warehouse": MAIN_WAREHOUSE.id,
        "WarehouseCode": MAIN_WAREHOUSE.code,
        "WarehouseDescription": MAIN_WAREHOUSE.description,
        "UnitCode": PIECE.code,
        "CurrentStock": stock,
        "FreeStock": stock,
        "ProjectedStock": stock,
        "PlanningIn": 0.0,
        "PlanningOut": 0.0,
        "ReservedStock": 0.0,
    }


def _item_warehouse(product: ProductLine, stamp: datetime, division: int) -> Row:
    stock = float(product.starting_stock)
    return {
        "ID": guid("item warehouse", product.product_uuid),
        "Division": division,
        "Item": str(product.product_uuid),
        "ItemCode": str(product.product_id),
        "ItemDescription": product.product_name,
        "Warehouse": MAIN_WAREHOUSE.id,
        "WarehouseCode": MAIN_WAREHOUSE.code,
        "CurrentStock": stock,
        "ProjectedStock": stock,
        "PlannedStockIn": 0.0,
        "PlannedStockOut": 0.0,
        **_stamps(stamp),
    }


def _suppliers(products: list[ProductLine], stamp: datetime, division: int) -> list[Row]:
    lead_times: defaultdict[tuple[int, UUID], Counter[int]] = defaultdict(Counter)
    for product in products:
        lead_times[product.supplier_id, product.supplier_uuid][product.lead_time] += 1
    return [
        {
            "ID": str(supplier_uuid),
            "Code": str(supplier_id).rjust(18),
            "Name": f"Supplier {supplier_id}",
            "Division": division,
            "Type": "A",
            "IsSupplier": True,
            "IsSales": False,
            "Blocked": False,
            "Country": "NL",
            "PurchaseCurrency": CURRENCY,
            # the files know it per product: the one that most products have, the longer of two
            "PurchaseLeadDays": max(counted.items(), key=lambda pair: (pair[1], pair[0]))[0],
            **_stamps(stamp),
        }
        for (supplier_id, supplier_uuid), counted in lead_times.items()
    ]


def _customers(products: list[ProductLine], stamp: datetime, division: int) -> list[Row]:
    return [
        {
            "ID": str(webshop),
            "Code": str(number).rjust(18),
            "Name": f"Webshop {number}",
            "Division": division,
            "Type": "A",
            "Status": "C",
            "IsSupplier": False,
            "IsSales": True,
            "Blocked": False,
            "Country": "NL",
            "SalesCurrency": CURRENCY,
            **_stamps(stamp),
        }
        for number, webshop in enumerate(_once(product.webshop_uuid for product in products), start=1)
    ]


def _once(values: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys(values))


def _supplier_product(product: ProductLine, stamp: datetime, division: int) -> Row:
    return {
        "ID": guid("supplier product", product.sp_id, product.product_uuid),
        "Division": division,
        "Item": str(product.product_uuid),
        "ItemCode": str(product.product_id),
        "ItemDescription": product.product_name,
        "ItemUnitCode": PIECE.code,
        "Supplier": str(product.supplier_uuid),
        "SupplierCode": str(product.supplier_id).rjust(18),
        "SupplierDescription": f"Supplier {product.supplier_id}",
        "SupplierItemCode": str(product.sp_id),
        "MainSupplier": True,
        "DropShipment": 0,
        "Currency": CURRENCY,
        "PurchasePrice": float(product.purchase_price),
        "PurchaseUnit": PIECE.code,
        "PurchaseUnitFactor": 1.0,
        "PurchaseLeadTime": product.lead_time,
        "StartDate": at(stamp.date()),
        **_stamps(stamp),
    }


def _sales_price(product: ProductLine, stamp: datetime, division: int) -> Row:
    return {
        "ID": guid("sales price", product.product_uuid),
        "Division": division,
        "Item": str(product.product_uuid),
        "ItemCode": str(product.product_id),
        "ItemDescription": product.product_name,
        "Currency": CURRENCY,
        "Price": float(product.sell_price),
        "Quantity": 1.0,
        "NumberOfItemsPerUnit": 1.0,
        "Unit": PIECE.code,
        "DefaultItemUnit": PIECE.code,
        "StartDate": at(stamp.date()),
        **_stamps(stamp),
    }


def _invoices(
    products: list[ProductLine], sales: list[SalesLine], today: date, division: int
) -> tuple[list[Row], list[Row]]:
    by_id = {product.product_id: product for product in products}
    days: defaultdict[tuple[date, UUID], list[SalesLine]] = defaultdict(list)
    for sale in sales:
        if sale.units_sold:
            days[sale.sale_date, by_id[sale.product_id].webshop_uuid].append(sale)
    headers: list[Row] = []
    lines: list[Row] = []
    for number, ((day, webshop), sold) in enumerate(sorted(days.items()), start=1):
        invoice = guid("sales invoice", day, webshop)
        amounts = [
            LineAmount(s.units_sold, int(by_id[s.product_id].sell_price * 100), VAT_HIGH) for s in sold
        ]
        for line_number, (sale, amount) in enumerate(zip(sold, amounts, strict=True), start=1):
            product = by_id[sale.product_id]
            lines.append(
                {
                    "ID": guid("sales invoice line", invoice, line_number),
                    "InvoiceID": invoice,
                    "LineNumber": line_number,
                    "Division": division,
                    "Item": str(product.product_uuid),
                    "ItemCode": str(product.product_id),
                    "ItemDescription": product.product_name,
                    "UnitCode": PIECE.code,
                    **invoice_line_amounts(amount),
                }
            )
        headers.append(
            {
                "ID": guid("sales invoice header", invoice),
                "InvoiceID": invoice,
                "LineNumber": 0,
                "Division": division,
                "Type": 8020,
                "Status": 50,
                "InvoiceNumber": 20_000_000 + number,
                "OrderNumber": 30_000_000 + number,
                "OrderDate": at(day),
                "InvoiceDate": at(day),
                "OrderedBy": str(webshop),
                "InvoiceTo": str(webshop),
                "DeliverTo": str(webshop),
                "Currency": CURRENCY,
                "Description": f"Verkopen {day:%d-%m-%Y}",
                **invoice_amounts(amounts),
            }
            | _stamps(at(min(day, today), 22, 30))
        )
    return headers, lines
