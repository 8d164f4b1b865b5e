"""From plan payloads to Optiply's attributes, and back to the question whether Optiply holds them."""

from __future__ import annotations

import tomllib
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel, to_snake

from load.optiply.entities import ENTITIES, REMEMBERED
from load.optiply.payloads import (
    ParentMissing,
    Reference,
    attributes,
    changed_values,
    decode,
    references,
    synced_at,
)
from load.optiply.values import same_value, same_values
from settings.tenant import PROJECT_ROOT

BY_NAME = {entity.name: entity for entity in ENTITIES}
SANDBOX = tomllib.loads((PROJECT_ROOT / "sandbox/optiply/entities.toml").read_text(encoding="utf-8"))

RECORDED = [
    (
        "products",
        '{"remote_id": "p", "name": "Screw", "sku_code": "A", "ean_code": null, "price": 12.50, '
        '"unlimited_stock": false, "stock_level": -3, "created_at_remote": "2020-01-01T00:00:00Z"}',
        {
            "name": "Screw",
            "skuCode": "A",
            "eanCode": None,
            "price": 12.5,
            "unlimitedStock": False,
            "stockLevel": -3,
            "createdAtRemote": "2020-01-01T00:00:00Z",
        },
    ),
    (
        "suppliers",
        '{"name": "Smit", "emails": ["a@b.nl"], "delivery_time": 14, "ignored": false}',
        {"name": "Smit", "emails": ["a@b.nl"], "deliveryTime": 14, "ignored": False},
    ),
    (
        "supplierProducts",
        '{"product_remote_id": "p", "supplier_remote_id": "s", "minimum_purchase_quantity": 2}',
        {"productId": 7, "supplierId": 8, "minimumPurchaseQuantity": 2},
    ),
    (
        "sellOrders",
        '{"total_value": 3.10, "order_lines": [{"product_remote_id": "p", "quantity": 2, "subtotal_value": 3.10}]}',
        {
            "totalValue": Decimal("3.1"),
            "orderLines": [{"productId": 7, "quantity": 2, "subtotalValue": Decimal("3.1")}],
        },
    ),
]
IDS = {Reference("products", "p"): "7", Reference("suppliers", "s"): "8"}


@pytest.mark.parametrize(("entity", "payload", "expected"), RECORDED)
def test_a_plan_payload_becomes_the_recorded_attributes(
    entity: str, payload: str, expected: dict[str, Any]
) -> None:
    assert attributes(BY_NAME[entity], decode(payload), IDS) == expected


@pytest.mark.parametrize(
    ("mart", "entity"),
    [
        ("optiply_products", "products"),
        ("optiply_suppliers", "suppliers"),
        ("optiply_sell_orders", "sellOrders"),
    ],
)
def test_every_column_of_a_mart_is_an_attribute_of_its_receiver(mart: str, entity: str) -> None:
    """Style: a mart column is the target's attribute in snake_case and no synonym."""
    known = {to_snake(name) for name in SANDBOX[entity]["attributes"]} | {"remote_id"}
    columns = [
        column["name"]
        for file in (PROJECT_ROOT / "dbt_project/models/marts/optiply").glob("*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])
        if model["name"] == mart
        for column in model["columns"]
    ]
    assert columns and set(columns) <= known


def test_one_alias_rule_gives_every_attribute_of_the_api() -> None:
    names = {name for entity in SANDBOX.values() for name in entity["attributes"]}
    assert {name for name in names if to_camel(to_snake(name)) != name} == set()


def test_a_missing_parent_is_named_before_anything_is_sent() -> None:
    payload = {"order_lines": [{"product_remote_id": "p"}, {"product_remote_id": "unknown"}]}
    with pytest.raises(ParentMissing, match="products unknown") as caught:
        attributes(BY_NAME["sellOrders"], payload, IDS)
    assert caught.value.missing == [Reference("products", "unknown")]


def test_references_are_those_of_the_record_and_of_its_lines() -> None:
    lines = {"order_lines": [{"product_remote_id": "p"}, {"product_remote_id": "q"}]}
    assert list(references(BY_NAME["sellOrders"], lines)) == [
        Reference("products", "p"),
        Reference("products", "q"),
    ]
    assert list(references(BY_NAME["supplierProducts"], {"product_remote_id": "p"})) == [
        Reference("products", "p")
    ]


def test_only_new_values_of_changed_attributes_are_sent() -> None:
    """C6: null clears."""
    assert changed_values('{"price": {"old": 1, "new": 2}, "ean_code": {"old": "8", "new": null}}') == {
        "price": 2,
        "ean_code": None,
    }


def test_a_payload_is_an_object() -> None:
    with pytest.raises(ValueError, match="list"):
        decode("[]")


def test_the_sync_date_is_written_as_an_instant_in_utc() -> None:
    assert synced_at(datetime(2026, 3, 2, 9, 5, 7, 999999)) == "2026-03-02T09:05:07Z"


def test_parents_come_before_children_in_the_order_of_work() -> None:
    order = [entity.name for entity in ENTITIES]
    for entity in ENTITIES:
        for parent in [*entity.references.values(), *entity.nested_references.values()]:
            assert order.index(parent) < order.index(entity.name)
    assert set(order) <= set(REMEMBERED)


@pytest.mark.parametrize(
    ("wanted", "standing", "expected"),
    [
        (12.5, "12.50", True),
        (12.5, "12.51", False),
        (7, "7", True),
        (None, None, True),
        (None, "", False),
        (0, None, False),
        (True, True, True),
        (True, 1, False),
        ("a", "a", True),
        ("a", "A", False),
        ("2026-03-01T00:00:00Z", "2026-03-01T01:00:00.000+01:00", True),
        ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", False),
        (["a@b.nl"], ["a@b.nl"], True),
        (["a@b.nl"], [], False),
        (5, "abc", False),
    ],
)
def test_values_are_compared_as_optiply_writes_them(wanted: Any, standing: Any, expected: bool) -> None:
    assert same_value(wanted, standing) is expected


def test_lines_are_left_out_of_the_comparison_and_other_attributes_are_not() -> None:
    assert same_values({"orderLines": [{"quantity": 1}], "totalValue": 2}, {"totalValue": "2.00"})
    assert not same_values({"totalValue": 2, "completed": "x"}, {"totalValue": "2.00"})


@given(st.decimals(min_value=-(10**7), max_value=10**7, places=2))
def test_a_price_survives_the_way_to_the_wire_and_back_as_text(price: Any) -> None:
    assert same_value(float(price), f"{price:.2f}")
