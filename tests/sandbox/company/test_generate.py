"""The generated wholesaler holds every case that the mapping rules speak of, at any size."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.company import Company, Row, generate
from sandbox.company.ids import NAMESPACE, guid
from sandbox.company.names import ean13
from tests.sandbox.company.conftest import TODAY


@pytest.fixture(params=[40, 400])
def sized(request: pytest.FixtureRequest) -> Company:
    return generate(request.param, TODAY)


def values(rows: list[Row], field: str) -> set[Any]:
    return {row.get(field) for row in rows}


def days_old(row: Row, field: str) -> int:
    return (TODAY - row[field].date()).days  # type: ignore[union-attr]


def test_the_same_arguments_give_the_same_company() -> None:
    assert generate(50, TODAY, seed=3) == generate(50, TODAY, seed=3)
    assert generate(50, TODAY, seed=3) != generate(50, TODAY, seed=4)


def test_size_is_the_number_of_items_and_the_rest_follows() -> None:
    counts = {name: len(rows) for name, rows in generate(400, TODAY).rows.items()}
    assert counts["items"] == 400
    assert counts["sales_orders"] == 400
    assert 1000 < counts["sales_order_lines"] < 1400
    assert 1000 < counts["sales_invoice_lines"] < 1400
    assert 390 <= counts["sales_invoices"] <= 420
    assert 100 <= counts["purchase_orders"] < 160


def test_a_company_too_small_for_every_case_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 40"):
        generate(39, TODAY)


def test_items_of_every_sort_occur(sized: Company) -> None:
    """P4, P5, P13 to P19: what decides about status, assembly and stock."""
    items = sized.rows["items"]
    for field in ("IsPurchaseItem", "IsSalesItem", "IsStockItem", "IsFractionAllowedItem"):
        assert values(items, field) == {True, False}
    for field in ("IsMakeItem", "IsOnDemandItem"):
        assert values(items, field) == {0, 1}
    assert any("EndDate" in row and days_old(row, "EndDate") > 0 for row in items)
    assert any(days_old(row, "StartDate") < 0 for row in items)
    assert any("Barcode" not in row for row in items) and any("Barcode" in row for row in items)
    assert any(
        not (row["IsPurchaseItem"] or row["IsSalesItem"] or row["IsStockItem"] or row["IsMakeItem"])
        for row in items
    )
    assert {"kg", "uur", "pc"} == values(items, "Unit")
    codes = [str(row["Code"]) for row in items]
    assert len(set(codes)) == len(codes)
    assert any(set(code) & set("&/'\"%<>;É\\#+?") for code in codes)


def test_names_hold_accents_markup_quotes_and_emoji(wholesaler: Company) -> None:
    """C3: what must survive every format on the way."""
    names = "".join(str(row["Description"]) for row in generate(400, TODAY).rows["items"])
    traders = "".join(str(row["Name"]) for row in wholesaler.rows["accounts"])
    for text in (names, traders):
        assert all(character in text for character in "éü&<>\"'")
    assert "🍳" in names and "🍵" in traders


def test_prices_of_every_sort_occur(sized: Company) -> None:
    """P10: tiers, periods, currencies, price units and customers' own prices beside the general price."""
    prices = sized.rows["sales_items_prices"]
    assert values(prices, "Quantity") == {1.0, 10.0, 100.0}
    assert values(prices, "NumberOfItemsPerUnit") == {1.0, 12.0}
    assert values(prices, "Currency") == {"EUR", "USD"}
    assert any(row.get("Account") for row in prices)
    assert any("EndDate" in row and days_old(row, "EndDate") > 0 for row in prices)
    assert any(days_old(row, "StartDate") < 0 for row in prices)
    starts = Counter(
        row["Item"]
        for row in prices
        if row["Quantity"] == 1 and row["Currency"] == "EUR" and not row.get("Account")
        and "EndDate" not in row and days_old(row, "StartDate") >= 0
    )  # fmt: skip
    assert max(starts.values()) == 2, "a price that replaced an older one"
    assert values(sized.rows["items"], "ID") - values(prices, "Item"), "an item without a price"


def test_prices_that_hold_vat_occur(sized: Company) -> None:
    inside = {row["Code"] for row in sized.rows["vat_codes"] if row["Type"] == "I"}
    assert values(sized.rows["items"], "SalesVatCode") > inside


def test_suppliers_of_every_sort_occur(sized: Company) -> None:
    """S2 to S4, SP6: mail, lead times, currencies, blocked and former suppliers, suppliers that are customers."""
    suppliers = [row for row in sized.rows["accounts"] if "PurchaseCurrency" in row]
    rates = values(sized.rows["exchange_rates"], "SourceCurrency")
    assert values(suppliers, "PurchaseCurrency") == {"EUR", "USD", "SEK"}
    assert ("USD" in rates, "SEK" in rates) == (True, False)
    assert values(suppliers, "IsSupplier") == {True, False} == values(suppliers, "Blocked")
    assert any(row["IsSupplier"] and row["IsSales"] for row in suppliers)
    assert {"@" in str(mail) for mail in values(suppliers, "Email") if mail} == {True, False}
    assert None in values(suppliers, "Email") and None in values(suppliers, "PurchaseLeadDays")
    assert any(int(str(row["PurchaseLeadDays"])) > 365 for row in suppliers if "PurchaseLeadDays" in row)
    assert any(not row["IsSupplier"] for row in sized.rows["accounts"] if "SalesCurrency" in row)


def test_offers_of_every_sort_occur() -> None:
    """SP2 to SP6: factors, lots, prices that ended or never were, two claims to be the main supplier."""
    offers = generate(400, TODAY).rows["supplier_products"]
    assert values(offers, "PurchaseUnitFactor") == {1.0, 2.5, 6.0}
    assert 0.0 in values(offers, "PurchasePrice") and 0 in values(offers, "PurchaseLeadTime")
    assert any("EndDate" in row for row in offers)
    assert None in values(offers, "MinimumQuantity") and None in values(offers, "PurchaseLotSize")
    pairs = Counter((row["Item"], row["Supplier"]) for row in offers)
    assert set(pairs.values()) == {1}
    mains = Counter(row["Item"] for row in offers if row["MainSupplier"])
    assert set(mains.values()) == {1, 2}


def test_sales_orders_of_every_status_occur_and_agree_with_their_lines(sized: Company) -> None:
    """SO3, SO4, SO8, SO9."""
    orders = {row["OrderID"]: row for row in sized.rows["sales_orders"]}
    lines = sized.rows["sales_order_lines"]
    assert values(list(orders.values()), "Status") == {12, 20, 21, 45}
    assert values(lines, "Status") == {12, 20, 21, 45}
    assert len(values(list(orders.values()), "WarehouseID")) == 2
    for line in lines:
        status, header = line["Status"], orders[line["OrderID"]]["Status"]
        quantity, delivered = float(str(line["Quantity"])), float(str(line["QuantityDelivered"]))
        assert header in (20, status)
        assert {12: delivered == 0, 20: 0 < delivered < quantity, 21: delivered == quantity}.get(
            int(str(status)), delivered < quantity
        )
    for order_id, order in orders.items():
        if order["Status"] == 20:
            assert any(line["QuantityDelivered"] for line in lines if line["OrderID"] == order_id)
    twice = Counter((line["OrderID"], line["Item"]) for line in lines)
    assert max(twice.values()) >= 2
    assert {"WINKEL", "GROOT", None} == values(lines, "CostCenter")
    assert any(days_old(order, "OrderDate") > 760 for order in orders.values()), "before start_date"


def test_drop_shipments_have_a_purchase_order_of_their_own() -> None:
    company = generate(400, TODAY)
    dropped = {row["ID"]: row for row in company.rows["sales_order_lines"] if row["UseDropShipment"]}
    purchases = {row["PurchaseOrderID"]: row for row in company.rows["purchase_orders"]}
    bought = [row for row in company.rows["purchase_order_lines"] if "SalesOrderLine" in row]
    assert dropped
    assert {row["SalesOrderLine"] for row in bought} == set(dropped)
    for row in bought:
        line = dropped[row["SalesOrderLine"]]
        assert (row["Item"], row["Quantity"]) == (line["Item"], pytest.approx(line["Quantity"]))
        assert line["PurchaseOrder"] == row["PurchaseOrderID"]
        assert purchases[row["PurchaseOrderID"]]["DropShipment"] is True
        assert purchases[row["PurchaseOrderID"]]["SalesOrder"] == line["OrderID"]
    assert sum(row["DropShipment"] is True for row in purchases.values()) == len(dropped)


def test_invoices_of_every_sort_occur(sized: Company) -> None:
    """SO2, SO5, SO6: types, statuses, linked or not, free lines, text lines, one item on two lines."""
    invoices = {row["InvoiceID"]: row for row in sized.rows["sales_invoices"]}
    lines = sized.rows["sales_invoice_lines"]
    assert values(list(invoices.values()), "Type") == {8020, 8021, 8023}
    assert values(list(invoices.values()), "Status") == {10, 20, 50}
    assert all(("Warehouse" in row) == (row["Type"] == 8023) for row in invoices.values())
    assert all(("InvoiceDate" in row) == (row["Status"] != 10) for row in invoices.values())
    for line in lines:
        is_credit = invoices[line["InvoiceID"]]["Type"] == 8021
        assert "Quantity" not in line or (float(str(line["Quantity"])) < 0) == is_credit
    linked = {row["InvoiceID"] for row in lines if "SalesOrder" in row}
    assert 0 < len(linked) < len(invoices)
    free = {row["InvoiceID"] for row in lines if "Item" not in row and "Quantity" in row}
    assert free & linked and linked - free, "free lines, on some invoices only"
    assert any("Item" not in row and "Quantity" not in row for row in lines), "a text line"
    assert max(Counter((r["InvoiceID"], r["Item"]) for r in lines if "Item" in r).values()) >= 2


def test_a_linked_invoice_bills_what_its_order_line_delivered_without_vat(wholesaler: Company) -> None:
    """SO2, SO7: the ids on an invoice line lead to one order line; its price never holds the VAT."""
    orders = {row["OrderID"]: row for row in wholesaler.rows["sales_orders"]}
    sold = {row["ID"]: row for row in wholesaler.rows["sales_order_lines"]}
    linked = [row for row in wholesaler.rows["sales_invoice_lines"] if "SalesOrder" in row]
    billed = Counter(row["SalesOrderLine"] for row in linked)
    assert set(billed.values()) == {1}
    assert {key for key, row in sold.items() if row["QuantityInvoiced"]} == set(billed)
    inside = 0
    for row in linked:
        line = sold[row["SalesOrderLine"]]
        assert (row["SalesOrder"], row["SalesOrderNumber"]) == (line["OrderID"], line["OrderNumber"])
        assert (row["Item"], row["Quantity"]) == (line["Item"], line["QuantityDelivered"])
        assert line["QuantityInvoiced"] == line["QuantityDelivered"]
        own = [other for other in sold.values() if other["OrderID"] == line["OrderID"]]
        header = orders[line["OrderID"]]["AmountFC"]
        holds_vat = sum(float(str(other["AmountFC"])) for other in own) == pytest.approx(header)
        share = 1 + float(str(line["VATPercentage"])) if holds_vat else 1
        assert float(str(row["UnitPrice"])) * share == pytest.approx(line["UnitPrice"], abs=0.0071)
        inside += holds_vat
    assert 0 < inside < len(linked)


def test_purchase_orders_of_every_status_occur_with_quantities_in_both_units(sized: Company) -> None:
    """BO1 to BO3, RL2: Quantity is QuantityInPurchaseUnits times the factor of item and supplier."""
    orders = {row["PurchaseOrderID"]: row for row in sized.rows["purchase_orders"]}
    factors = {
        (row["Item"], row["Supplier"]): float(str(row["PurchaseUnitFactor"]))
        for row in sized.rows["supplier_products"]
    }
    lines = sized.rows["purchase_order_lines"]
    assert values(list(orders.values()), "OrderStatus") == {10, 20, 30, 40}
    for line in lines:
        factor = factors[line["Item"], orders[line["PurchaseOrderID"]]["Supplier"]]
        in_units = float(str(line["QuantityInPurchaseUnits"]))
        assert line["Quantity"] == pytest.approx(in_units * factor)
        assert in_units * float(str(line["UnitPrice"])) == pytest.approx(line["AmountFC"], abs=0.0051)
    assert max(Counter((row["PurchaseOrderID"], row["Item"]) for row in lines).values()) >= 2


def test_receipts_are_what_the_order_lines_have_received() -> None:
    """RL1: the quantities of the rows of one ID add up; an ID repeats over storage locations."""
    company = generate(400, TODAY)
    received: Counter[Any] = Counter()
    for row in company.rows["goods_receipt_lines"]:
        received[row["PurchaseOrderLineID"]] += float(str(row["QuantityReceived"]))  # type: ignore[assignment]
    drops = {row["PurchaseOrderID"] for row in company.rows["purchase_orders"] if row["DropShipment"]}
    for line in company.rows["purchase_order_lines"]:
        if line["PurchaseOrderID"] not in drops:
            assert received[line["ID"]] == pytest.approx(line["ReceivedQuantity"])
    assert not drops & values(company.rows["goods_receipt_lines"], "PurchaseOrderID")
    repeats = Counter(row["ID"] for row in company.rows["goods_receipt_lines"])
    assert set(repeats.values()) == {1, 2}
    assert None in values(company.rows["goods_receipt_lines"], "Location")
    counts = Counter(
        row["GoodsReceiptID"] for row in {r["ID"]: r for r in company.rows["goods_receipt_lines"]}.values()
    )
    assert counts == {row["ID"]: row["GoodsReceiptLineCount"] for row in company.rows["goods_receipts"]}


def test_planned_stock_is_what_open_orders_still_lack() -> None:
    """P6: PlanningOut is what sales orders will take, PlanningIn what purchase orders will bring."""
    company = generate(1200, TODAY)
    assert any(r["UseDropShipment"] for r in company.rows["sales_order_lines"] if r["Status"] in (12, 20))
    going: Counter[Any] = Counter()
    warehouses = {row["OrderID"]: row["WarehouseID"] for row in company.rows["sales_orders"]}
    for line in company.rows["sales_order_lines"]:
        if line["Status"] in (12, 20) and not line["UseDropShipment"]:
            lacking = float(str(line["Quantity"])) - float(str(line["QuantityDelivered"]))
            going[line["Item"], warehouses[line["OrderID"]]] += lacking  # type: ignore[assignment]
    coming: Counter[Any] = Counter()
    bought = {row["PurchaseOrderID"]: row for row in company.rows["purchase_orders"]}
    for line in company.rows["purchase_order_lines"]:
        order = bought[line["PurchaseOrderID"]]
        if order["OrderStatus"] in (10, 20) and not order["DropShipment"]:
            ordered, received = (
                float(str(line["QuantityInPurchaseUnits"])),
                float(str(line["ReceivedQuantity"])),
            )
            share = float(str(line["Quantity"])) * (1 - received / ordered)
            coming[line["Item"], order["Warehouse"]] += share  # type: ignore[assignment]
    positions = {(row["ItemId"], row["Warehouse"]): row for row in company.rows["stock_positions"]}
    stocked = {row["ID"] for row in company.rows["items"] if row["IsStockItem"]}
    for planned, field in ((going, "PlanningOut"), (coming, "PlanningIn")):
        assert any(planned.values())
        for key in {key for key in positions.keys() | planned.keys() if key[0] in stocked}:
            assert positions[key][field] == pytest.approx(planned[key])


def test_stock_lies_in_several_warehouses_and_adds_up_to_the_items_stock(wholesaler: Company) -> None:
    """P6, P7, C5: negative and fractional stock occur."""
    stock: Counter[Any] = Counter()
    for row in wholesaler.rows["stock_positions"]:
        stock[row["ItemId"]] += row["CurrentStock"]  # type: ignore[assignment,operator]
    assert all(row["Stock"] == pytest.approx(stock[row["ID"]]) for row in wholesaler.rows["items"])
    assert len(values(wholesaler.rows["stock_positions"], "Warehouse")) == 3
    assert any(value < 0 for value in stock.values())
    assert any(value % 1 for value in stock.values())
    assert not {row["ID"] for row in wholesaler.rows["items"] if not row["IsStockItem"]} & set(stock)


def test_item_warehouses_tell_the_same_figures_as_stock_positions(wholesaler: Company) -> None:
    told = {
        (row["Item"], row["Warehouse"], row["CurrentStock"], row["PlannedStockIn"], row["PlannedStockOut"])
        for row in wholesaler.rows["item_warehouses"]
    }
    assert told == {
        (row["ItemId"], row["Warehouse"], row["CurrentStock"], row["PlanningIn"], row["PlanningOut"])
        for row in wholesaler.rows["stock_positions"]
    }


def test_made_items_have_a_bill_with_a_part_on_two_rows_and_a_loop(sized: Company) -> None:
    """PC3 to PC5."""
    made = {row["ID"] for row in sized.rows["items"] if row["IsMakeItem"] and not row["IsOnDemandItem"]}
    materials = sized.rows["assembly_bill_of_material_materials"]
    edges = Counter((row["AssembledItem"], row["PartItem"]) for row in materials)
    assert {row["ID"] for row in sized.rows["assembly_bill_of_material_header"]} == made
    assert {edge[0] for edge in edges} == made
    assert max(edges.values()) == 2
    assert any((part, whole) in edges for whole, part in edges)
    for row in materials:
        assert row["QuantityBatch"] == float(str(row["Quantity"])) * float(str(row["BatchQuantity"]))


def test_made_items_have_a_historic_version_and_an_active_one_with_waste_and_by_products(
    sized: Company,
) -> None:
    """PC1, PC3."""
    versions = sized.rows["bill_of_materials_versions"]
    active = {row["ID"]: row["Item"] for row in versions if row["Status"] == 30 and row["IsDefault"] == 1}
    headers = sized.rows["assembly_bill_of_material_header"]
    assert set(active.values()) == {row["ID"] for row in headers}
    assert values(versions, "Status") == {30, 40}
    assert values(versions, "Type") == {10, 20}
    lines = sized.rows["bill_of_materials"]
    assert values(lines, "Type") == {1, 2}
    assert values(lines, "ItemVersion") <= values(versions, "ID")
    taken = {(active[row["ItemVersion"]], row["PartItem"]) for row in lines if row["ItemVersion"] in active}
    assembly = sized.rows["assembly_bill_of_material_materials"]
    assert taken == {(row["AssembledItem"], row["PartItem"]) for row in assembly}


def test_made_items_have_orders_of_own_production_in_every_state(sized: Company) -> None:
    """BO9, BO10: done, in part and not at all."""
    assembly, shop = sized.rows["assembly_orders"], sized.rows["manufacturing_shop_orders"]
    assert values(assembly, "OrderStatus") == {20, 30, 50} and values(assembly, "Type") == {8060}
    assert values(shop, "Status") == {10, 20, 30}
    for rows, done, complete in ((assembly, "FinishedQuantity", 50), (shop, "ProducedQuantity", 30)):
        for row in rows:
            share = float(str(row[done])) / float(str(row["PlannedQuantity"]))
            status = row.get("OrderStatus", row.get("Status"))
            assert (share == 1) == (status == complete)
    headers = {row["ID"] for row in sized.rows["assembly_bill_of_material_header"]}
    assert values([*assembly, *shop], "Item") == headers


def test_price_lists_have_every_way_to_a_price(sized: Company) -> None:
    """P11."""
    rows = sized.rows["sales_price_list_volume_discounts"]
    periods = {row["ID"]: row for row in sized.rows["sales_price_list_periods"]}
    assert values(rows, "EntryMethod") == {1, 2}
    assert any("Item" in row for row in rows) and any("ItemGroup" in row for row in rows)
    assert any("BasePrice" in row for row in rows if row["EntryMethod"] == 1)
    assert any("BasePrice" not in row for row in rows if row["EntryMethod"] == 1)
    assert values(rows, "Quantity") == {1.0, 10.0}
    assert any(row.get("NumberOfItemsPerUnit") == 12.0 for row in rows)
    assert values(rows, "PriceListPeriod") == set(periods)
    assert values(list(periods.values()), "Type") == {1, 2}


def test_the_log_of_deletions_names_rows_that_are_gone_from_the_last_two_months(sized: Company) -> None:
    """C8, P13, S4, SO4, BO5: every entity type that we read occurs."""
    present = {value for rows in sized.rows.values() for row in rows for value in row.values()}
    rows = sized.rows["deleted"]
    assert values(rows, "EntityType") == {2, 8, 9, 12, 13, 15, 19, 22, 30, 32, 33}
    own = values(rows, "EntityKey")
    assert len(own & present) == len(own) == len(rows)  # they stand in `deleted` itself
    others = {
        v for name, table in sized.rows.items() if name != "deleted" for row in table for v in row.values()
    }
    assert not own & others
    assert all(1 <= days_old(row, "DeletedDate") <= 60 for row in rows)


@given(st.text(max_size=20), st.integers())
def test_a_guid_is_a_uuid_of_version_5(kind: str, number: int) -> None:
    assert guid(kind, number) == str(uuid.uuid5(NAMESPACE, f"{kind}/{number}"))


def test_barcodes_have_a_good_check_digit() -> None:
    assert ean13(0) == "8710000000000"
    for number in range(50):
        digits = [int(digit) for digit in ean13(number)]
        assert sum(digits[::2]) + 3 * sum(digits[1::2]) == 10 * round(
            (sum(digits[::2]) + 3 * sum(digits[1::2])) / 10
        )
