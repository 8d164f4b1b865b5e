"""POST of purchase orders: what is refused, with which words, and what Exact fills in (X2, X3, X8, X12)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from sandbox.company.company import Row
from tests.sandbox.exact.client import (
    CUSTOMER,
    DIVISION,
    MAIN_WAREHOUSE,
    OTHER_WAREHOUSE,
    SUPPLIER,
    Caller,
    documents,
    guid,
    item,
    trading_company,
    words,
)

Serve = Callable[..., Caller]
PATH = "purchaseorder/PurchaseOrders"
FULL = {"Prefer": "return=representation"}


def line(number: int = 1, quantity: float = 2, **fields: Any) -> dict[str, Any]:
    return {"Item": guid(number), "QuantityInPurchaseUnits": quantity, **fields}


def order(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Supplier": SUPPLIER, "PurchaseOrderLines": list(lines) or [line()], **fields}


def with_supplier_item(**fields: Any) -> list[Row]:
    link: Row = {
        "ID": guid(0x101), "Item": guid(1), "Supplier": SUPPLIER, "PurchaseUnitFactor": 12, "PurchasePrice": 6.0,
    }  # fmt: skip
    return [{name: value for name, value in (link | fields).items() if value is not None}]


def test_an_order_is_stored_with_what_exact_fills_in(exact: Caller) -> None:
    sent = order(line(1, 2), line(2, 3, UnitPrice=10.5), OrderDate="2024-06-14T00:00:00", YourRef="4711")
    answer = exact.post(PATH, sent, **FULL)
    assert answer.status_code == 201
    entry = answer.json()["d"]
    key = entry["PurchaseOrderID"]
    assert answer.headers["Location"] == exact.url(f"{PATH}(guid'{key}')")
    (header,) = exact.sandbox.store.rows("purchase_orders")
    expected = {
        "PurchaseOrderID": key, "OrderNumber": 1, "OrderStatus": 10, "ReceiptStatus": 10, "InvoiceStatus": 10,
        "Source": 11, "OrderDate": datetime(2024, 6, 14), "YourRef": "4711", "Supplier": SUPPLIER,
        "SupplierCode": "42".rjust(18), "SupplierName": "Jansen & Zn <BV>", "Warehouse": MAIN_WAREHOUSE,
        "WarehouseCode": "1", "Currency": "EUR", "AmountFCExclVat": 43.5, "VATAmount": 9.14, "AmountFC": 52.64,
        "AmountDC": 43.5, "Created": datetime(2024, 6, 15, 12), "LineNumber": 0, "Division": DIVISION,
        "PurchaseOrderLineCount": 2,
    }  # fmt: skip
    assert {name: header[name] for name in expected} == expected
    first, second = exact.sandbox.store.children("purchase_order_lines", "PurchaseOrderID", key)
    expected = {
        "LineNumber": 1, "Item": guid(1), "ItemCode": "SKU-1", "ItemDescription": "Item 1", "Quantity": 24,
        "QuantityInPurchaseUnits": 2, "UnitPrice": 6, "NetPrice": 6, "AmountFC": 12, "AmountDC": 12, "VATAmount": 2.52,
        "VATCode": "5  ", "Unit": "doos", "SupplierItemCode": "J1", "ReceiptDate": datetime(2024, 6, 14),
    }  # fmt: skip
    assert {name: first[name] for name in expected} == expected
    assert (second["LineNumber"], second["Quantity"], second["AmountFC"]) == (2, 36, 31.5)
    assert entry["AmountFC"] == 52.64


def test_the_answer_is_mostly_empty_unless_its_representation_is_preferred(exact: Caller) -> None:
    entry = exact.post(PATH, order()).json()["d"]
    key = entry.pop("PurchaseOrderID")
    assert exact.sandbox.store.find("purchase_orders", key) is not None
    assert {value for name, value in entry.items() if name not in ("__metadata", "PurchaseOrderLines")} == {
        None
    }
    assert entry["PurchaseOrderLines"]["__deferred"]["uri"] == exact.url(
        f"{PATH}(guid'{key}')/PurchaseOrderLines"
    )


def test_a_new_order_shows_on_the_standard_and_the_sync_endpoint(exact: Caller) -> None:
    exact.post(PATH, order(line(1), line(2), YourRef="4711"))
    rows = exact.rows(PATH, select="YourRef,PurchaseOrderLines", expand="PurchaseOrderLines",
                      filter="YourRef eq '4711'")  # fmt: skip
    assert [line["ItemCode"] for line in rows[0]["PurchaseOrderLines"]] == ["SKU-1", "SKU-2"]
    synced = exact.rows("sync/PurchaseOrder/PurchaseOrders", select="ID,LineNumber")
    assert sorted(row["LineNumber"] for row in synced) == ["0", "1", "2"]


def test_the_next_order_number_is_free_and_a_given_one_must_be(serve: Serve) -> None:
    exact = serve(trading_company(**documents(count=7, lines=1)))
    assert exact.post(PATH, order(), **FULL).json()["d"]["OrderNumber"] == 8
    assert exact.post(PATH, order(OrderNumber=700), **FULL).json()["d"]["OrderNumber"] == 700
    refused = exact.post(PATH, order(OrderNumber=3), Accept="application/atom+xml")
    assert refused.status_code == 500
    assert words(refused) == "Bestaat reeds: Ordernummer - 3"
    assert len(exact.sandbox.store.rows("purchase_orders")) == 9


REFUSED: list[tuple[str, dict[str, Any], dict[str, list[Row]], int, str]] = [
    ("no supplier", order(Supplier=None), {}, 400, "Verplicht: Leverancier"),
    ("no lines", {"Supplier": SUPPLIER, "PurchaseOrderLines": []}, {}, 400, "Verplicht: Orderregels"),
    ("no quantity", order({"Item": guid(1)}), {}, 400, "Verplicht: Aantal"),
    ("no item", order({"QuantityInPurchaseUnits": 1}), {}, 400, "Verplicht: Artikel"),
    ("supplier is no guid", order(Supplier="42"), {}, 400, "Ongeldige GUID: Leverancier"),
    ("supplier unknown", order(Supplier=guid(9)), {}, 500, "Niet gevonden: Leverancier"),
    ("supplier is a customer", order(Supplier=CUSTOMER), {}, 500, "Niet gevonden: Leverancier"),
    ("supplier blocked", order(),
     {"accounts": [{"ID": SUPPLIER, "IsSupplier": True, "Blocked": True}]}, 500, "Geblokkeerd: Leverancier"),
    ("item unknown", order(line(99)), {}, 500, "Niet gevonden: Artikel"),
    ("warehouse unknown", order(Warehouse=guid(9)), {}, 500, "Niet gevonden: Magazijn"),
    ("no purchase item", order(), {"items": [item(1, IsPurchaseItem=False)]}, 500, "geen inkoopartikel"),
    ("item of the future", order(), {"items": [item(1, StartDate=datetime(2024, 6, 16))]}, 500, "toekomstig"),
    ("item of the past", order(), {"items": [item(1, EndDate=datetime(2024, 6, 14))]}, 500, "niet actief"),
    ("item not of this supplier", order(), {"supplier_products": []}, 500, "Artikel en leverancier"),
    ("item not in this warehouse", order(),
     {"item_warehouses": [{"ID": guid(7), "Item": guid(1), "Warehouse": OTHER_WAREHOUSE}]}, 500,
     "Artikel en magazijn"),
    ("no price", order(), {"supplier_products": with_supplier_item(PurchasePrice=0)}, 500, "Geen inkoopprijs"),
    ("price ended", order(), {"supplier_products": with_supplier_item(EndDate=datetime(2024, 6, 14))}, 500,
     "Geen inkoopprijs"),
    ("price not begun", order(), {"supplier_products": with_supplier_item(StartDate=datetime(2024, 6, 16))}, 500,
     "Geen inkoopprijs"),
    ("VAT code blocked", order(line(VATCode="9")), {}, 500, "Geblokkeerd: BTW-code"),
    ("VAT code of the item blocked", order(), {"supplier_products": with_supplier_item(PurchaseVATCode="9  ")}, 500,
     "Geblokkeerd: BTW-code"),
    ("VAT code unknown", order(line(VATCode="7")), {}, 500, "Niet gevonden: BTW-code"),
    ("quantity zero", order(line(quantity=0)), {}, 500, "Ongeldig: Aantal"),
    ("part of a box", order(line(quantity=1.5)), {}, 500, "geheel getal"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "rows", "status", "message"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED]
)
def test_an_order_is_refused_in_dutch_and_leaves_nothing_behind(
    serve: Serve, body: dict[str, Any], rows: dict[str, list[Row]], status: int, message: str
) -> None:
    """X12: the refusals that Exact commonly sends, as error XML under 400 or 500."""
    exact = serve(trading_company(**rows))
    answer = exact.post(PATH, body, Accept="application/atom+xml")
    assert answer.status_code == status
    assert message in words(answer)
    assert exact.sandbox.store.rows("purchase_orders") == []
    assert exact.sandbox.store.rows("purchase_order_lines") == []


def test_a_bad_second_line_refuses_the_whole_order(exact: Caller) -> None:
    assert exact.post(PATH, order(line(1), line(99))).status_code == 500
    assert exact.sandbox.store.rows("purchase_order_lines") == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (order(Colour="red"), "Colour"),
        (order(OrderStatus=30), "OrderStatus"),
        (order(Creator=guid(1)), "Creator"),
        (order(line(Quantity=24)), "Quantity"),
        (order(line(Colour="red")), "Colour"),
        (order(OrderDate="14-06-2024"), "OrderDate"),
        (order(OrderDate="2024-06-14T00:00:00+02:00"), "OrderDate"),
        (order(OrderNumber="12"), "OrderNumber"),
        (order(OrderNumber=1.5), "OrderNumber"),
        (order(OrderNumber=2**31), "OrderNumber"),
        (order(YourRef=4711), "YourRef"),
        (order(line(quantity=True)), "QuantityInPurchaseUnits"),
        ({"Supplier": SUPPLIER, "PurchaseOrderLines": "none"}, "PurchaseOrderLines"),
        ([order()], "object"),
    ],
)
def test_unknown_read_only_and_wrongly_typed_properties_are_refused(
    exact: Caller, body: Any, message: str
) -> None:
    answer = exact.post(PATH, body)
    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]["value"]
    assert exact.sandbox.store.rows("purchase_orders") == []


def test_a_price_comes_from_the_line_else_the_link_else_the_agreed_prices(serve: Serve) -> None:
    agreed: list[Row] = [
        {"ID": guid(1), "Item": guid(1), "Account": SUPPLIER, "Price": 5.0, "EndDate": datetime(2024, 6, 14)},
        {"ID": guid(2), "Item": guid(1), "Account": CUSTOMER, "Price": 4.0},
        {"ID": guid(3), "Item": guid(1), "Account": SUPPLIER, "Price": 3.0, "EndDate": datetime(2024, 6, 15)},
    ]
    links = with_supplier_item(PurchasePrice=None)
    exact = serve(trading_company(supplier_products=links, purchase_items_prices=agreed))
    exact.post(PATH, order(line(), line(UnitPrice=2.5), line(NetPrice=2, Discount=0.5), line(Discount=0.1)))
    rows = exact.sandbox.store.rows("purchase_order_lines")
    assert [(row["UnitPrice"], row["NetPrice"], row["AmountFC"]) for row in rows] == [
        (3.0, 3.0, 6.0), (2.5, 2.5, 5.0), (2, 2, 4.0), (3.0, 2.7, 5.4),
    ]  # fmt: skip


def test_a_part_of_a_box_is_fine_where_the_item_allows_fractions(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(1, IsFractionAllowedItem=True)]))
    assert exact.post(PATH, order(line(quantity=2.5))).status_code == 201
    assert exact.sandbox.store.rows("purchase_order_lines")[0]["Quantity"] == 30


def test_an_item_may_be_ordered_on_its_first_and_on_its_last_day(serve: Serve) -> None:
    today = datetime(2024, 6, 15)
    exact = serve(trading_company(items=[item(1, StartDate=today), item(2, EndDate=today)]))
    assert exact.post(PATH, order(line(1), line(2))).status_code == 201


def test_of_two_links_to_one_supplier_the_main_one_counts(serve: Serve) -> None:
    second = with_supplier_item(ID=guid(0x102), PurchaseUnitFactor=6, MainSupplier=True)
    exact = serve(trading_company(supplier_products=with_supplier_item() + second))
    exact.post(PATH, order(line(quantity=5)))
    assert exact.sandbox.store.rows("purchase_order_lines")[0]["Quantity"] == 30


def test_a_missing_unit_factor_counts_as_one(serve: Serve) -> None:
    exact = serve(trading_company(supplier_products=with_supplier_item(PurchaseUnitFactor=None)))
    exact.post(PATH, order(line(quantity=5)))
    assert exact.sandbox.store.rows("purchase_order_lines")[0]["Quantity"] == 5


def test_an_exchange_rate_makes_the_amount_in_the_divisions_currency(exact: Caller) -> None:
    exact.post(PATH, order(Currency="USD", ExchangeRate=0.5))
    (header,) = exact.sandbox.store.rows("purchase_orders")
    assert (header["AmountFCExclVat"], header["AmountDC"], header["Currency"]) == (12.0, 6.0, "USD")


def test_an_order_may_come_as_atom(exact: Caller) -> None:
    entry = (
        '<entry xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"'
        ' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">{links}'
        '<content type="application/xml"><m:properties>{properties}</m:properties></content></entry>'
    )
    one = entry.format(
        links="",
        properties=f"<d:Item>{guid(1)}</d:Item><d:QuantityInPurchaseUnits>2</d:QuantityInPurchaseUnits>",
    )
    link = (
        '<link rel="http://schemas.microsoft.com/ado/2007/08/dataservices/related/PurchaseOrderLines">'
        f"<m:inline><feed>{one}</feed></m:inline></link>"
    )
    body = entry.format(
        links=link, properties=f'<d:Supplier>{SUPPLIER}</d:Supplier><d:YourRef m:null="true"/>'
    )
    headers = {"Content-Type": "application/atom+xml"}
    answer = exact.session.post(exact.url(PATH), data=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Content-Type"].startswith("application/atom+xml;type=entry")
    assert exact.sandbox.store.rows("purchase_order_lines")[0]["Quantity"] == 24
    for broken in ("<entry", "<entry/>", body.replace(">2<", ">two<")):
        assert exact.session.post(exact.url(PATH), data=broken, headers=headers).status_code == 400


def test_another_content_type_is_unsupported(exact: Caller) -> None:
    answer = exact.session.post(exact.url(PATH), data={"Supplier": SUPPLIER})
    assert answer.status_code == 415
    json_type = {"Content-Type": "application/json"}
    assert exact.session.post(exact.url(PATH), data="{", headers=json_type).status_code == 400


def created(exact: Caller, *lines: dict[str, Any]) -> tuple[str, list[str]]:
    """Key of a new order, and of its lines."""
    key = exact.post(PATH, order(*lines)).json()["d"]["PurchaseOrderID"]
    rows = exact.sandbox.store.children("purchase_order_lines", "PurchaseOrderID", key)
    return key, [str(row["ID"]) for row in rows]


def test_a_put_changes_what_it_names(exact: Caller) -> None:
    key, _ = created(exact)
    url = exact.url(f"{PATH}(guid'{key}')")
    assert exact.session.put(url, json={"Description": "later", "YourRef": None}).status_code == 204
    header = exact.sandbox.store.find("purchase_orders", key)
    assert header is not None
    assert header["Description"] == "later" and header["AmountFCExclVat"] == 12.0
    assert exact.session.put(url, json={"OrderStatus": 30}).status_code == 400
    assert exact.session.put(url, json={"Supplier": None}).status_code == 400
    assert exact.session.put(url, json={"PurchaseOrderLines": [line()]}).status_code == 400
    assert exact.session.put(exact.url(f"{PATH}(guid'{guid(9)}')"), json={}).status_code == 404


def test_a_changed_line_changes_the_totals(exact: Caller) -> None:
    key, (first, _) = created(exact, line(1, 2), line(2, 1))
    url = exact.url(f"purchaseorder/PurchaseOrderLines(guid'{first}')")
    assert exact.session.put(url, json={"QuantityInPurchaseUnits": 5}).status_code == 204
    header = exact.sandbox.store.find("purchase_orders", key)
    assert header is not None and header["AmountFCExclVat"] == 36.0
    assert exact.session.put(url, json={"UnitPrice": 1.0}).status_code == 204
    header = exact.sandbox.store.find("purchase_orders", key)
    assert header is not None and header["AmountFCExclVat"] == 11.0
    assert exact.session.put(url, json={"NetPrice": 2.0}).status_code == 204
    changed = exact.sandbox.store.find("purchase_order_lines", first)
    assert changed is not None and (changed["AmountFC"], changed["LineNumber"]) == (10.0, 1)


def test_lines_are_added_and_removed_but_not_the_last_one(exact: Caller) -> None:
    key, (first, second) = created(exact, line(1), line(2))
    added = exact.post("purchaseorder/PurchaseOrderLines", line(3, 1, PurchaseOrderID=key), **FULL).json()[
        "d"
    ]
    assert (added["LineNumber"], added["ItemCode"]) == (3, "SKU-3")
    header = exact.sandbox.store.find("purchase_orders", key)
    assert header is not None and header["PurchaseOrderLineCount"] == 3
    for one in (first, second):
        assert (
            exact.session.delete(exact.url(f"purchaseorder/PurchaseOrderLines(guid'{one}')")).status_code
            == 204
        )
    header = exact.sandbox.store.find("purchase_orders", key)
    assert header is not None and header["AmountFCExclVat"] == 6.0
    last = exact.session.delete(exact.url(f"purchaseorder/PurchaseOrderLines(guid'{added['ID']}')"))
    assert last.status_code == 500
    assert exact.post("purchaseorder/PurchaseOrderLines", line(3)).status_code == 400
    assert exact.post("purchaseorder/PurchaseOrderLines", line(3, PurchaseOrderID=guid(9))).status_code == 500


def test_a_deleted_order_is_gone_and_logged(exact: Caller) -> None:
    key, (only,) = created(exact)
    url = exact.url(f"{PATH}(guid'{key}')")
    assert exact.session.delete(url).status_code == 204
    assert exact.session.get(url).status_code == 404
    assert exact.session.delete(url).status_code == 404
    assert {row["EntityKey"] for row in exact.sandbox.store.rows("deleted")} == {key, only}


def test_only_standard_endpoints_that_are_sinks_can_be_written(exact: Caller) -> None:
    assert exact.post("inventory/Warehouses", {"Code": "3"}).status_code == 405
    assert exact.post("sync/PurchaseOrder/PurchaseOrders", order()).status_code == 405
    assert exact.post(f"{PATH}(guid'{guid(1)}')", order()).status_code == 405
    assert exact.session.put(exact.url(PATH), json={}).status_code == 405
    assert exact.session.delete(exact.url(PATH)).status_code == 405


def test_orders_sent_at_once_get_numbers_of_their_own(exact: Caller) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: exact.post(PATH, order(), **FULL).json()["d"]["OrderNumber"], range(24))
        )
    assert sorted(answers) == list(range(1, 25))
