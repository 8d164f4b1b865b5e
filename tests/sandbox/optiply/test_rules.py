"""What holds between rows: pairs, references, cascades, what Optiply fills in by itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.optiply import place_buy_order
from sandbox.optiply.refusal import RefusedError
from sandbox.optiply.store import Store
from tests.sandbox.optiply.client import Caller, Clock

Product = Callable[[str], int]
PLACED = "2024-01-31T00:00:00Z"
NOBODY = 999_999


def line(product: int, quantity: int = 2) -> dict[str, object]:
    return {"productId": product, "quantity": quantity, "subtotalValue": 9.5}


def test_a_product_and_a_supplier_are_linked_once_and_the_link_can_be_found(
    api: Caller, product: Product, supplier: int
) -> None:
    pan = product("Koekenpan")
    link = api.created("supplierProducts", name="Koekenpan", productId=pan, supplierId=supplier)
    again = api.call("POST", "supplierProducts", {"name": "x", "productId": pan, "supplierId": supplier})
    assert again.status_code == 409
    assert api.ids("supplierProducts", productId=pan, supplierId=supplier) == [link]
    api.created("supplierProducts", name="other product", productId=product("Garde"), supplierId=supplier)
    api.call("DELETE", f"supplierProducts/{link}")
    assert api.created("supplierProducts", name="x", productId=pan, supplierId=supplier) > link


def test_of_many_at_once_one_alone_gets_the_pair(api: Caller, product: Product, supplier: int) -> None:
    attributes = {"name": "x", "productId": product("Garde"), "supplierId": supplier}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.call("POST", "supplierProducts", attributes), range(24)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [409] * 23


def test_a_composition_is_unique_and_neither_reversed_nor_of_itself(api: Caller, product: Product) -> None:
    box, pan = product("Kerstpakket"), product("Koekenpan")
    api.created("productCompositions", composedProductId=box, partProductId=pan, partQuantity=2)

    def status(composed: int, part: int) -> int:
        attributes = {"composedProductId": composed, "partProductId": part, "partQuantity": 1}
        return api.call("POST", "productCompositions", attributes).status_code

    assert (status(box, pan), status(pan, box), status(box, box)) == (409, 400, 400)


def test_a_link_keeps_its_product_and_supplier(api: Caller, product: Product, supplier: int) -> None:
    pan, whisk = product("Koekenpan"), product("Garde")
    link = api.created("supplierProducts", name="x", productId=pan, supplierId=supplier)
    same = api.call("PATCH", f"supplierProducts/{link}", {"productId": pan, "lotSize": 6})
    other = api.call("PATCH", f"supplierProducts/{link}", {"productId": whisk})
    assert (same.status_code, other.status_code) == (200, 400)


@pytest.mark.parametrize(
    ("entity", "attributes", "status"),
    [
        ("supplierProducts", {"name": "x", "productId": NOBODY, "supplierId": NOBODY}, 400),
        ("productCompositions", {"composedProductId": NOBODY, "partProductId": 1, "partQuantity": 1}, 400),
        ("sellOrderLines", {"sellOrderId": NOBODY, "productId": 1, "quantity": 1, "subtotalValue": 1}, 400),
        ("buyOrders", {"placed": PLACED, "supplierId": NOBODY, "totalValue": 1, "accountId": 4711}, 400),
        ("receiptLines", {"buyOrderLineId": NOBODY, "quantity": 1, "occurred": PLACED}, 404),
    ],
)
def test_a_reference_to_nothing_is_refused(
    api: Caller, entity: str, attributes: dict[str, object], status: int
) -> None:
    assert api.call("POST", entity, attributes).status_code == status
    assert api.ids(entity) == []


def test_an_id_of_another_entity_is_no_reference(api: Caller, product: Product, supplier: int) -> None:
    swapped = {"name": "x", "productId": supplier, "supplierId": product("Garde")}
    assert api.call("POST", "supplierProducts", swapped).status_code == 400


def test_a_buy_order_names_the_account_that_it_belongs_to(api: Caller, supplier: int) -> None:
    order = {"placed": PLACED, "supplierId": supplier, "totalValue": 1, "accountId": 1}
    assert api.call("POST", "buyOrders", order).status_code == 400


def test_a_sell_order_brings_its_lines_and_takes_them_with_it(api: Caller, product: Product) -> None:
    pan, whisk = product("Koekenpan"), product("Garde")
    order = api.created("sellOrders", placed=PLACED, totalValue=19, orderLines=[line(pan), line(whisk, 3)])
    other = api.created("sellOrders", placed=PLACED, totalValue=1, orderLines=[line(pan)])
    rows = api.listed("sellOrderLines", sellOrderId=order)["data"]
    assert [(row["attributes"]["productId"], row["attributes"]["quantity"]) for row in rows] == [
        (pan, 2),
        (whisk, 3),
    ]
    assert api.call("DELETE", f"sellOrders/{order}").status_code == 204
    assert api.call("DELETE", f"sellOrders/{order}").status_code == 404
    assert api.ids("sellOrderLines", sellOrderId=order) == []
    assert len(api.ids("sellOrderLines", sellOrderId=other)) == 1


def test_a_sell_order_with_one_bad_line_leaves_nothing_behind(api: Caller, product: Product) -> None:
    lines = [line(product("Garde")), line(NOBODY)]
    answer = api.call("POST", "sellOrders", {"placed": PLACED, "totalValue": 19, "orderLines": lines})
    assert answer.status_code == 400
    assert (api.ids("sellOrders"), api.ids("sellOrderLines")) == ([], [])


def test_deleting_a_buy_order_takes_lines_and_receipts(api: Caller, product: Product, supplier: int) -> None:
    order = {"placed": PLACED, "supplierId": supplier, "totalValue": 19, "accountId": 4711}
    gone, kept = api.created("buyOrders", **order), api.created("buyOrders", **order)
    for number in (gone, kept):
        bought = api.created("buyOrderLines", buyOrderId=number, **line(product(f"Garde {number}")))
        api.created("receiptLines", buyOrderLineId=bought, quantity=2, occurred=PLACED)
    assert api.call("DELETE", f"buyOrders/{gone}").status_code == 204
    assert (api.ids("buyOrders"), len(api.ids("buyOrderLines"))) == ([kept], 1)
    assert len(api.ids("receiptLines")) == 1


def test_the_suppliers_delivery_time_fills_in_the_expected_date(api: Caller, supplier: int) -> None:
    def expected(**attributes: object) -> str | None:
        order = {"placed": PLACED, "supplierId": supplier, "totalValue": 0, "accountId": 4711}
        row = api.created("buyOrders", **(order | attributes))
        found: str | None = api.call("GET", f"buyOrders/{row}").json()["data"]["attributes"][
            "expectedDeliveryDate"
        ]
        return found

    assert expected() == "2024-02-05T00:00:00Z"
    assert expected(expectedDeliveryDate="2024-03-01T00:00:00Z") == "2024-03-01T00:00:00Z"
    assert expected(supplierId=api.created("suppliers", name="unknown pace")) is None


def test_the_same_remote_id_twice_is_taken_as_in_reality(api: Caller) -> None:
    for _ in range(2):
        api.created("products", name="Garde", stockLevel=1, remoteId="abc")
    maps = [row["attributes"]["remoteIdMap"] for row in api.listed("products")["data"]]
    assert maps == [{"815": "abc"}, {"815": "abc"}]


def test_a_remote_id_given_later_stands_in_the_map(api: Caller, product: Product) -> None:
    row = product("Garde")
    before = api.call("GET", f"products/{row}").json()["data"]["attributes"]
    after = api.call("PATCH", f"products/{row}", {"remoteId": "abc"}).json()["data"]["attributes"]
    assert (before["remoteIdMap"], before["remoteId"]) == ({}, None)
    assert (after["remoteIdMap"], after["remoteId"]) == ({"815": "abc"}, "abc")


def test_a_patch_changes_what_it_names_and_null_clears(api: Caller, supplier: int, clock: Clock) -> None:
    clock.now += 60
    api.call("PATCH", f"suppliers/{supplier}", {"deliveryTime": None})
    attributes = api.call("GET", f"suppliers/{supplier}").json()["data"]["attributes"]
    assert (attributes["deliveryTime"], attributes["name"]) == (None, "Müller & Zn.")
    assert attributes["createdAt"] == "2023-11-14T22:13:20.000Z"
    assert attributes["updatedAt"] == "2023-11-14T22:14:20.000Z"


def test_a_refused_patch_changes_nothing(api: Caller, product: Product) -> None:
    row = product("Garde")
    before = api.call("GET", f"products/{row}").json()
    assert api.call("PATCH", f"products/{row}", {"name": "Klopper", "price": -1}).status_code == 400
    assert api.call("GET", f"products/{row}").json() == before
    assert api.call("PATCH", f"products/{NOBODY}", {"name": "Klopper"}).status_code == 404


def test_uuids_are_all_different(api: Caller, product: Product) -> None:
    rows = [product(f"Garde {number}") for number in range(5)]
    found = {row["attributes"]["uuid"] for row in api.listed("products")["data"]}
    assert len(found) == len(rows)


def test_a_buy_order_made_by_a_person_says_so(api: Caller, product: Product, supplier: int) -> None:
    order = place_buy_order(
        api.sandbox.store, supplier, PLACED, [line(product("Garde")), line(product("Vergiet"))]
    )
    attributes = api.call("GET", f"buyOrders/{order.id}").json()["data"]["attributes"]
    assert attributes["createdFromPublicApi"] is False
    assert (attributes["remoteIdMap"], attributes["totalValue"]) == ({}, "19.00")
    assert attributes["expectedDeliveryDate"] == "2024-02-05T00:00:00Z"
    made = api.listed("buyOrderLines", buyOrderId=order.id)["data"]
    assert [row["attributes"]["createdFromPublicApi"] for row in made] == [False, False]


def test_a_persons_order_with_a_bad_line_leaves_nothing_behind(api: Caller, supplier: int) -> None:
    with pytest.raises(RefusedError, match="products 999999 does not exist"):
        place_buy_order(api.sandbox.store, supplier, PLACED, [line(NOBODY)])
    assert api.ids("buyOrders") == []


def test_what_others_still_refer_to_stays_even_for_a_person() -> None:
    store = Store(4711, 815, Clock())
    product = store.create("products", {"name": "Garde", "stockLevel": 1})
    order = store.create("sellOrders", {"placed": PLACED, "totalValue": 1, "orderLines": [line(product.id)]})
    with pytest.raises(RefusedError, match="is still used by sellOrderLines"):
        store.delete("products", product.id)
    store.delete("sellOrders", order.id)
    store.delete("products", product.id)
    assert store.rows("products") == []
