"""The other write endpoints: the same checks from the same data file, one example each."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from sandbox.exact.catalogue import catalogue
from sandbox.exact.entity_sets import entity_sets, path_key
from sandbox.exact.write_rules import collection_path, write_rules
from tests.sandbox.exact.client import (
    CUSTOMER,
    MAIN_WAREHOUSE,
    OTHER_WAREHOUSE,
    SUPPLIER,
    Caller,
    guid,
)

Serve = Callable[..., Caller]
FULL = {"Prefer": "return=representation"}
# path -> the least that may be sent, and what the entry holds then
ACCEPTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "logistics/Items": (
        {"Code": "NEW", "Description": "New"},
        {"Code": "NEW", "IsSalesItem": True, "IsMakeItem": 0},
    ),
    "crm/Accounts": ({"Name": "Nieuw", "IsSupplier": True}, {"Code": "44".rjust(18), "Status": "A"}),
    "salesorder/SalesOrders": (
        {"OrderedBy": CUSTOMER, "SalesOrderLines": [{"Item": guid(1), "Quantity": 2}]},
        {"OrderNumber": 1, "Status": 12, "OrderedByName": "Klant"},
    ),
    "manufacturing/ShopOrders": (
        {"Item": guid(1), "PlannedQuantity": 5, "EntryDate": "2024-06-15T00:00:00"},
        {"ShopOrderNumber": 1, "Status": 10, "ItemCode": "SKU-1", "EntryDate": "/Date(1718409600000)/"},
    ),
    "inventory/WarehouseTransfers": (
        {
            "EntryDate": "2024-06-15T00:00:00",
            "WarehouseFrom": MAIN_WAREHOUSE,
            "WarehouseTo": OTHER_WAREHOUSE,
            "WarehouseTransferLines": [{"Item": guid(1), "Quantity": 5}],
        },
        {"TransferNumber": 1, "Status": 10, "WarehouseFromCode": "1", "WarehouseToCode": "2"},
    ),
    "inventory/StockCounts": (
        {
            "StockCountDate": "2024-06-15T00:00:00",
            "Warehouse": MAIN_WAREHOUSE,
            "StockCountLines": [{"Item": guid(1), "QuantityNew": 5}],
        },
        {"StockCountNumber": 1, "Status": 12, "WarehouseCode": "1"},
    ),
    "documents/Documents": ({"Subject": "Invoice", "Type": 20}, {"Subject": "Invoice", "Type": 20}),
    "purchase/PurchaseInvoices": (
        {
            "Journal": "70",
            "Supplier": SUPPLIER,
            "Type": 8033,
            "PurchaseInvoiceLines": [{"Item": guid(1), "Quantity": 1}],
        },
        {"EntryNumber": 1, "Status": 10},
    ),
    "purchaseentry/PurchaseEntries": (
        {
            "Journal": "70",
            "Supplier": SUPPLIER,
            "PurchaseEntryLines": [{"AmountFC": 12.5, "GLAccount": guid(1)}],
        },
        {"EntryNumber": 1, "SupplierName": "Jansen & Zn <BV>"},
    ),
}


@pytest.mark.parametrize("path", ACCEPTED)
def test_the_least_that_is_mandatory_is_enough(exact: Caller, path: str) -> None:
    sent, expected = ACCEPTED[path]
    answer = exact.post(path, sent, **FULL)
    assert answer.status_code == 201, answer.text
    entry = answer.json()["d"]
    assert {name: entry[name] for name in expected} == expected
    for name, value in sent.items():
        if isinstance(value, list):
            stored = exact.session.get(
                entry[name]["__deferred"]["uri"], headers={"Accept": "application/json"}
            )
            (stored_line,) = stored.json()["d"]["results"]
            assert {field: stored_line[field] for field in value[0]} == value[0]


@pytest.mark.parametrize(
    ("path", "missing"),
    [(path, name) for path in ACCEPTED for name in write_rules()[path.lower()].required],
)
def test_every_mandatory_property_is_asked_for(exact: Caller, path: str, missing: str) -> None:
    sent = {name: value for name, value in ACCEPTED[path][0].items() if name != missing}
    answer = exact.post(path, sent)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]["value"].startswith("Verplicht: ")


@pytest.mark.parametrize("path", ACCEPTED)
def test_every_read_only_property_is_refused(exact: Caller, path: str) -> None:
    rule = write_rules()[path.lower()]
    for name in rule.read_only - set(rule.post):
        answer = exact.post(path, ACCEPTED[path][0] | {name: None})
        assert answer.status_code == 400
        assert name in answer.json()["error"]["message"]["value"]


def test_a_code_that_exists_is_refused_whatever_its_padding(exact: Caller) -> None:
    assert exact.post("logistics/Items", {"Code": "sku-1", "Description": "x"}).status_code == 500
    assert exact.post("crm/Accounts", {"Name": "x", "Code": "42"}).status_code == 500
    assert exact.post("crm/Accounts", {"Name": "x", "Code": "7"}).status_code == 201


def test_an_entry_may_keep_its_own_code(exact: Caller) -> None:
    url = exact.url(f"logistics/Items(guid'{guid(1)}')")
    assert exact.session.put(url, json={"Code": "SKU-1", "Barcode": "871"}).status_code == 204
    assert exact.session.put(url, json={"Code": "SKU-2"}).status_code == 500
    row = exact.sandbox.store.find("items", guid(1))
    assert row is not None
    assert (row["Barcode"], row["Modified"]) == ("871", datetime(2024, 6, 15, 12))


def test_a_transfer_that_is_complete_at_once_moves_its_stock(exact: Caller) -> None:
    body = ACCEPTED["inventory/WarehouseTransfers"][0]
    before = exact.sandbox.store.rows("stock_positions")
    exact.post("inventory/WarehouseTransfers", body)
    assert exact.sandbox.store.rows("stock_positions") == before
    answer = exact.post("inventory/WarehouseTransfers", body | {"Status": 50}, **FULL)
    assert answer.json()["d"]["TransferDate"] == "/Date(1718409600000)/"
    held = {row["Warehouse"]: row["CurrentStock"] for row in exact.sandbox.store.rows("stock_positions")}
    was = {row["Warehouse"]: row["CurrentStock"] for row in before}
    assert held[MAIN_WAREHOUSE] == was.get(MAIN_WAREHOUSE, 0) - 5
    assert held[OTHER_WAREHOUSE] == was.get(OTHER_WAREHOUSE, 0) + 5


def test_references_to_nothing_are_refused(exact: Caller) -> None:
    body = ACCEPTED["inventory/WarehouseTransfers"][0] | {"WarehouseTo": guid(9)}
    answer = exact.post("inventory/WarehouseTransfers", body)
    assert answer.status_code == 500
    assert "Magazijn naar" in answer.json()["error"]["message"]["value"]


def test_writes_are_read_back_as_sent(exact: Caller) -> None:
    exact.post("crm/Accounts", {"Name": "Nieuw & <Zn> é"})
    assert json.loads(exact.sandbox.statistics["writes"][0]["body"]) == {"Name": "Nieuw & <Zn> é"}
    assert exact.rows("crm/Accounts", select="Name", filter="Code eq '                44'") == [
        {"Name": "Nieuw & <Zn> é"}
    ]


@pytest.mark.parametrize("path", [path for path in write_rules() if path in {p.lower() for p in ACCEPTED}])
def test_the_write_rules_and_the_catalogue_agree_on_names_and_types(path: str) -> None:
    rule = write_rules()[path]
    entity_set = entity_sets()[path_key(rule.path)]
    for name, edm_type in rule.post.items():
        if collection_path(edm_type) is not None:
            continue
        if name in entity_set.fields:
            assert entity_set.fields[name] == edm_type, name
    assert entity_set.stream in catalogue()
