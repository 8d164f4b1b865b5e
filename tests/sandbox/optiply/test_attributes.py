"""What may be written to each attribute, and how it comes back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.optiply.schema import EMAIL, checked, entities, instant
from tests.sandbox.optiply.client import Caller

LEAST: dict[str, dict[str, Any]] = {
    "products": {"name": "Garde", "stockLevel": 0},
    "suppliers": {"name": "Müller"},
    "supplierProducts": {"name": "Garde", "productId": 1, "supplierId": 2},
    "productCompositions": {"composedProductId": 1, "partProductId": 2, "partQuantity": 1},
    "sellOrders": {"placed": "2024-01-31T00:00:00Z", "totalValue": 1},
    "sellOrderLines": {"sellOrderId": 1, "productId": 2, "quantity": 1, "subtotalValue": 1},
    "buyOrders": {"placed": "2024-01-31T00:00:00Z", "supplierId": 1, "totalValue": 1, "accountId": 4711},
    "buyOrderLines": {"buyOrderId": 1, "productId": 2, "quantity": 1, "subtotalValue": 1},
    "receiptLines": {"buyOrderLineId": 1, "quantity": -1, "occurred": "2024-01-31T00:00:00Z"},
}
LONG = "x" * 255


def complaints(entity: str, attributes: dict[str, Any], *, creating: bool = True) -> dict[str | None, str]:
    return {
        problem.attribute: problem.text
        for problem in checked(entities()[entity], attributes, creating=creating)[1]
    }


@pytest.mark.parametrize("entity", LEAST)
def test_the_required_attributes_are_enough_and_each_of_them_is_needed(entity: str) -> None:
    least = LEAST[entity]
    assert complaints(entity, least) == {}
    for name in least:
        without = {key: value for key, value in least.items() if key != name}
        assert complaints(entity, without) == {name: f"{name} is required"}
        assert complaints(entity, without, creating=False) == {}


@pytest.mark.parametrize("entity", LEAST)
def test_an_unknown_attribute_is_refused(entity: str) -> None:
    for name in ("sku_code", "id", "createdFromPublicApi", "updatedAt", "remoteIdMap"):
        assert list(complaints(entity, LEAST[entity] | {name: "x"})) == [name]


GOOD = [
    ("products", "name", LONG),
    ("products", "stockLevel", -9_999_999),
    ("products", "stockLevel", 9_999_999),
    ("products", "price", 0),
    ("products", "price", 9_999_999.99),
    ("products", "price", 12.5),
    ("products", "eanCode", None),
    ("products", "articleCode", None),
    ("products", "status", "disabled"),
    ("products", "stockMeasurementUnit", "0123456789"),
    ("products", "createdAtRemote", "2024-01-31T12:00:00.5+01:00"),
    ("suppliers", "deliveryTime", None),
    ("suppliers", "deliveryTime", 1),
    ("suppliers", "deliveryTime", 365),
    ("suppliers", "userReplenishmentPeriod", None),
    ("suppliers", "emails", []),
    ("suppliers", "emails", ["inkoop+nl@müller.example".replace("ü", "u"), "o'neil@a-b.co.uk"]),
    ("supplierProducts", "lotSize", None),
    ("supplierProducts", "lotSize", 1),
    ("supplierProducts", "minimumPurchaseQuantity", None),
    ("supplierProducts", "deliveryTime", None),
    ("supplierProducts", "deliveryTime", 900),
    ("sellOrders", "completed", None),
    ("sellOrders", "totalValue", 99_999_999_999_999_999),
    ("buyOrders", "expectedDeliveryDate", None),
    ("receiptLines", "remoteId", "a" * 255),
]
BAD = [
    ("products", "name", LONG + "x", "at most 255"),
    ("products", "name", " ", "must not be empty"),
    ("products", "name", None, "must not be null"),
    ("products", "name", 7, "must be a text"),
    ("products", "stockLevel", 10_000_000, "at most 9999999"),
    ("products", "stockLevel", -10_000_000, "at least -9999999"),
    ("products", "stockLevel", 1.0, "whole number"),
    ("products", "stockLevel", "1", "whole number"),
    ("products", "stockLevel", True, "whole number"),
    ("products", "price", 12.345, "at most 2 decimals"),
    ("products", "price", -0.01, "at least 0"),
    ("products", "price", 10_000_000, "at most"),
    ("products", "price", "12.50", "must be a number"),
    ("products", "price", None, "must not be null"),
    ("products", "skuCode", "x" * 256, "at most 255"),
    ("products", "status", "active", "must be one of"),
    ("products", "unlimitedStock", 1, "true or false"),
    ("products", "assembled", "false", "true or false"),
    ("products", "stockMeasurementUnit", "0123456789a", "at most 10"),
    ("products", "createdAtRemote", "2024-01-31", "instant"),
    ("products", "createdAtRemote", "2024-01-31T00:00:00", "instant"),
    ("products", "createdAtRemote", "2024-02-30T00:00:00Z", "instant"),
    ("products", "remoteId", "a" * 256, "at most 255"),
    ("suppliers", "deliveryTime", 0, "at least 1"),
    ("suppliers", "deliveryTime", 366, "at most 365"),
    ("suppliers", "userReplenishmentPeriod", 366, "at most 365"),
    ("suppliers", "emails", "a@b.nl", "list of texts"),
    ("suppliers", "emails", [1], "list of texts"),
    ("suppliers", "emails", ["info.example.nl"], "info.example.nl is not a valid address"),
    ("suppliers", "emails", ["a@b.nl", "a@b"], "a@b is not a valid address"),
    ("supplierProducts", "lotSize", 0, "at least 1"),
    ("supplierProducts", "minimumPurchaseQuantity", 0, "at least 1"),
    ("supplierProducts", "deliveryTime", 0, "at least 1"),
    ("supplierProducts", "productId", "1", "whole number"),
    ("supplierProducts", "status", "ignored", "must be one of"),
    ("productCompositions", "partQuantity", 0, "at least 1"),
    ("sellOrders", "totalValue", 10**17, "at most 17 digits"),
    ("sellOrders", "placed", None, "must not be null"),
    ("sellOrderLines", "quantity", 1.5, "whole number"),
]


@pytest.mark.parametrize(("entity", "name", "value"), GOOD)
def test_values_within_the_limits_are_taken(entity: str, name: str, value: Any) -> None:
    assert complaints(entity, LEAST[entity] | {name: value}) == {}
    assert complaints(entity, {name: value}, creating=False) == {}


@pytest.mark.parametrize(("entity", "name", "value", "words"), BAD)
def test_values_outside_the_limits_are_refused(entity: str, name: str, value: Any, words: str) -> None:
    for creating in (True, False):
        found = complaints(entity, LEAST[entity] | {name: value}, creating=creating)
        assert list(found) == [name]
        assert words in found[name]


def test_a_bad_nested_line_is_named_by_its_place() -> None:
    lines = [
        {"productId": 1, "quantity": 1, "subtotalValue": 1},
        {"productId": 1, "quantity": 1.5, "sellOrderId": 4, "colour": "red"},
    ]
    assert complaints("sellOrders", LEAST["sellOrders"] | {"orderLines": lines}) == {
        "orderLines/1/quantity": "quantity must be a whole number",
        "orderLines/1/subtotalValue": "subtotalValue is required",
        "orderLines/1/colour": "colour is not an attribute of sellOrderLines",
        "orderLines/1/sellOrderId": "sellOrderId is given by the order",
    }


@pytest.mark.parametrize("lines", [{"productId": 1}, ["x"], "x"])
def test_nested_lines_are_a_list_of_objects(lines: Any) -> None:
    assert complaints("sellOrders", LEAST["sellOrders"] | {"orderLines": lines}) == {
        "orderLines": "orderLines must be a list of objects"
    }


def test_nested_lines_can_be_given_on_creation_only() -> None:
    assert list(complaints("sellOrders", {"orderLines": []}, creating=False)) == ["orderLines"]


@given(st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2))
def test_every_price_of_two_decimals_is_stored_exactly(price: Decimal) -> None:
    values, problems = checked(entities()["products"], {"price": float(price)}, creating=False)
    assert (values, problems) == ({"price": price}, [])


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), st.integers(-14 * 60, 14 * 60))
def test_an_instant_keeps_its_moment_whatever_its_zone(moment: datetime, offset: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert instant(aware.isoformat()) == aware
    assert instant(moment.isoformat()) is None


@given(st.text())
def test_an_address_without_at_sign_or_with_spaces_is_never_valid(text: str) -> None:
    assert not EMAIL.fullmatch(text.replace("@", ""))
    assert not EMAIL.fullmatch(text + " @example.nl")


def test_decimals_come_back_as_text_ids_as_text_and_references_as_numbers(
    api: Caller, supplier: int, product: Any
) -> None:
    row = api.created(
        "supplierProducts",
        name="Crème & <b> “🍳”",
        productId=product("Koekenpan"),
        supplierId=supplier,
        price=12.5,
        weight=0.125,
    )
    data = api.call("GET", f"supplierProducts/{row}").json()["data"]
    attributes = data["attributes"]
    assert (data["id"], data["type"]) == (str(row), "supplierProducts")
    assert (attributes["price"], attributes["weight"]) == ("12.50", "0.125")
    assert (attributes["supplierId"], attributes["accountId"]) == (supplier, 4711)
    assert attributes["name"] == "Crème & <b> “🍳”"
    assert attributes["lotSize"] is None
    assert attributes["status"] == "enabled"


def test_a_total_of_nineteen_digits_comes_back_exactly(api: Caller) -> None:
    body = (
        '{"data": {"type": "sellOrders", "attributes": {"placed": "2024-01-31T00:00:00Z", "totalValue": %s}}}'
    )
    answer = api.call("POST", "sellOrders", body=body % "12345678901234567.89")
    assert answer.json()["data"]["attributes"]["totalValue"] == "12345678901234567.89"


def test_instants_come_back_in_utc(api: Caller) -> None:
    row = api.created("products", name="a", stockLevel=1, createdAtRemote="2024-07-01T00:30:00+02:00")
    attributes = api.call("GET", f"products/{row}").json()["data"]["attributes"]
    assert attributes["createdAtRemote"] == "2024-06-30T22:30:00Z"


def test_one_answer_names_every_bad_attribute_with_its_pointer(api: Caller) -> None:
    answer = api.call("POST", "products", {"name": "", "stockLevel": 1.5})
    assert answer.status_code == 400
    assert [error["source"]["pointer"] for error in answer.json()["errors"]] == [
        "/data/attributes/name",
        "/data/attributes/stockLevel",
    ]


def test_a_bad_address_is_told_in_the_meta_message(api: Caller) -> None:
    answer = api.call("POST", "suppliers", {"name": "x", "emails": ["info.voorbeeld.nl"]})
    (error,) = answer.json()["errors"]
    assert error["meta"]["message"] == "info.voorbeeld.nl is not a valid address"
    assert "detail" not in error
