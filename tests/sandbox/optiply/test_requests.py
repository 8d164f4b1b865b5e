"""The form of requests: credentials, content type, query parameters, bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from sandbox.credentials import OPTIPLY_ACCOUNT_ID, OPTIPLY_COUPLING_ID
from sandbox.optiply import OptiplySandbox
from sandbox.optiply.schema import entities
from tests.sandbox.optiply.client import Caller

PRODUCT = {"name": "Theedoek", "stockLevel": 3}


def test_the_password_grant_gives_a_token_that_opens_the_api(api: Any) -> None:
    answer = api.token()
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 600
    assert api.listed("products")["data"] == []


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"password": "wrong"}, 400, "invalid_grant"),
        ({"username": "somebody"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_get_no_token(api: Any, changed: dict[str, str], status: int, error: str) -> None:
    answer = api.token(**changed)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "access_token" not in answer.json()


def test_a_token_request_without_basic_authentication_is_refused(api: Any) -> None:
    answer = requests.post(api.sandbox.token_url, data={"grant_type": "password"}, timeout=10)
    assert answer.status_code == 401


def test_a_token_ends_when_its_time_is_over_and_a_new_one_works(api: Any, clock: Any) -> None:
    clock.now += 599
    assert api.call("GET", "products", query={"filter[accountId]": OPTIPLY_ACCOUNT_ID}).status_code == 200
    clock.now += 1
    answer = api.call("GET", "products", query={"filter[accountId]": OPTIPLY_ACCOUNT_ID})
    assert (answer.status_code, answer.json()) == (401, {"message": "invalid_token"})
    api.log_in()
    assert api.call("GET", "products", query={"filter[accountId]": OPTIPLY_ACCOUNT_ID}).status_code == 200


def test_revoked_tokens_and_unknown_ones_are_refused(api: Any) -> None:
    assert api.call("GET", "products", headers={"Authorization": "Bearer made-up"}).status_code == 401
    assert api.call("GET", "products", headers={"Authorization": ""}).status_code == 401
    api.sandbox.desk.revoke_all()
    assert api.call("POST", "products", PRODUCT).status_code == 401
    assert [row.values for row in api.sandbox.store.rows("products")] == []


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_every_request_needs_the_json_api_content_type(api: Any, method: str, content_type: str) -> None:
    answer = api.call(method, "products", headers={"Content-Type": content_type})
    assert answer.status_code == 415


@pytest.mark.parametrize("missing", ["accountId", "couplingId"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "products"), ("PATCH", "products/1"), ("DELETE", "buyOrders/1")]
)
def test_a_write_needs_account_and_coupling(api: Any, method: str, path: str, missing: str) -> None:
    query = {"accountId": OPTIPLY_ACCOUNT_ID, "couplingId": OPTIPLY_COUPLING_ID}
    absent = api.call(method, path, PRODUCT, query={k: v for k, v in query.items() if k != missing})
    assert (absent.status_code, missing in absent.text) == (400, True)
    assert api.call(method, path, PRODUCT, query=query | {missing: 1}).status_code == 403


def test_a_list_needs_the_account_and_only_ones_own(api: Any) -> None:
    assert api.call("GET", "products").status_code == 400
    assert api.call("GET", "products", query={"filter[accountId]": 1}).status_code == 403


@pytest.mark.parametrize(
    "path", ["nothing", "products/x", "products/1/lines", "products/999999", "products/"]
)
def test_an_unknown_path_is_not_found(api: Any, path: str) -> None:
    assert api.call("GET", path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '{"data": []}',
        '{"attributes": {"name": "x", "stockLevel": 1}}',
        '{"data": {"type": "suppliers", "attributes": {"name": "x", "stockLevel": 1}}}',
        '{"data": {"attributes": {"name": "x", "stockLevel": 1}}}',
        '{"data": {"type": "products"}}',
        '{"data": {"type": "products", "attributes": {}}}',
        '{"data": {"type": "products", "attributes": {"name": "x", "stockLevel": 1}, "id": "5"}}',
        '{"data": {"type": "products", "attributes": {"name": "x", "stockLevel": 1}, "extra": 1}}',
        '{"data": {"type": "products", "attributes": {"name": "x", "stockLevel": 1}}, "extra": 1}',
        '{"data": {"type": "products", "attributes": {"name": "x", "stockLevel": NaN}}}',
    ],
)
def test_a_body_of_another_shape_is_refused_and_changes_nothing(api: Any, body: str) -> None:
    answer = api.call("POST", "products", body=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"]
    assert api.sandbox.store.rows("products") == []


def test_a_patch_may_repeat_its_id_but_not_name_another(api: Any, product: Any) -> None:
    row = product("Vergiet")
    data: dict[str, Any] = {"type": "products", "attributes": {"name": "Zeef"}}
    ok = api.call("PATCH", f"products/{row}", body=json.dumps({"data": data | {"id": str(row)}}))
    assert (ok.status_code, ok.json()["data"]["attributes"]["name"]) == (200, "Zeef")
    other = api.call("PATCH", f"products/{row}", body=json.dumps({"data": data | {"id": str(row + 1)}}))
    assert other.status_code == 400


def test_products_suppliers_and_accounts_cannot_be_deleted(api: Any, product: Any, supplier: int) -> None:
    for path in (f"products/{product('Garde')}", f"suppliers/{supplier}", f"accounts/{OPTIPLY_ACCOUNT_ID}"):
        assert api.call("DELETE", path).status_code == 405
        assert api.call("GET", path).status_code == 200


def test_a_list_cannot_be_patched_and_a_row_cannot_be_posted_to(api: Any, product: Any) -> None:
    assert api.call("PATCH", "products", PRODUCT).status_code == 405
    assert api.call("POST", f"products/{product('Garde')}", PRODUCT).status_code == 405


def test_all_twelve_entities_of_the_api_are_there() -> None:
    assert set(entities()) == {
        "products", "productCompositions", "suppliers", "supplierProducts", "sellOrders", "sellOrderLines",
        "buyOrders", "buyOrderLines", "receiptLines", "promotions", "promotionProducts", "accounts",
    }  # fmt: skip


def test_the_status_of_a_creation_can_be_200_as_well(clock: Any) -> None:
    with OptiplySandbox(created_status=200, clock=clock) as other:
        api = Caller(other)
        api.log_in()
        assert api.call("POST", "products", PRODUCT).status_code == 200
