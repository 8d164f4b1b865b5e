"""Faults on demand, the log of what was asked, and the control paths."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.sandbox.optiply.client import Caller

PRODUCT = {"name": "Garde", "stockLevel": 1}


def stored(api: Caller) -> int:
    return len(api.sandbox.store.rows("products"))


@pytest.mark.parametrize(("kind", "kept"), [("reset_before_work", 0), ("reset_after_work", 1)])
def test_a_reset_cuts_the_connection_before_or_after_the_work(api: Caller, kind: str, kept: int) -> None:
    api.sandbox.faults.set([{"kind": kind, "method": "POST", "path": "*/products", "at": 1}])
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "products", PRODUCT)
    assert stored(api) == kept
    assert api.call("POST", "products", PRODUCT).status_code == 201


@pytest.mark.parametrize(
    ("kind", "status", "content", "kept"),
    [
        ("429", 429, "Too many", 0),
        ("500", 500, "Internal", 0),
        ("503", 503, "unavailable", 0),
        ("401", 401, "expired", 0),
        ("html_page", 200, "<!DOCTYPE html>", 0),
        ("500_after_work", 500, "Internal", 1),
        ("empty_body", 200, "", 1),
    ],
)
def test_a_fault_answers_in_place_of_the_work_or_after_it(
    api: Caller, kind: str, status: int, content: str, kept: int
) -> None:
    api.sandbox.faults.set([{"kind": kind, "method": "POST"}])
    answer = api.call("POST", "products", PRODUCT)
    assert answer.status_code == status
    assert content in answer.text if content else not answer.content
    assert "Retry-After" not in answer.headers
    assert stored(api) == kept


def test_retry_after_is_sent_when_the_rule_has_it(api: Caller) -> None:
    api.sandbox.faults.set([{"kind": "429", "retry_after": 7}])
    assert api.call("POST", "products", PRODUCT).headers["Retry-After"] == "7"


def test_latency_waits_and_then_works(api: Caller, slept: list[float]) -> None:
    api.sandbox.faults.set([{"kind": "latency", "seconds": 1.5, "path": "*/products"}])
    assert api.call("POST", "products", PRODUCT).status_code == 201
    assert slept == [1.5]


def test_the_token_desk_can_fail_too(api: Caller) -> None:
    api.sandbox.faults.set([{"kind": "503", "path": "/oauth/*"}])
    assert api.token().status_code == 503
    assert api.call("POST", "products", PRODUCT).status_code == 201


def test_statistics_tell_requests_statuses_and_written_bodies_without_credentials(
    api: Caller, product: Callable[[str], int]
) -> None:
    row = product("Garde")
    api.call("PATCH", f"products/{row}", {"stockLevel": 1.5})
    api.listed("products")
    api.sandbox.faults.set([{"kind": "reset_after_work", "method": "PATCH"}])
    with pytest.raises(requests.ConnectionError):
        api.call("PATCH", f"products/{row}", {"stockLevel": 2})
    told = requests.get(f"{api.sandbox.url}/_sandbox/statistics", timeout=10).json()
    assert told["requests"] == 5
    assert told["by_request"] == {
        "GET /v1/products": 1,
        "PATCH /v1/products/{id}": 2,
        "POST /oauth/token": 1,
        "POST /v1/products": 1,
    }
    assert told["by_status"] == {"200": 2, "201": 1, "400": 1, "None": 1}
    assert [(write["method"], write["path"], write["status"]) for write in told["writes"]] == [
        ("POST", "/v1/products", 201),
        ("PATCH", f"/v1/products/{row}", 400),
        ("PATCH", f"/v1/products/{row}", None),
    ]
    assert told["writes"][1]["body"]["data"]["attributes"] == {"stockLevel": 1.5}
    assert "password" not in str(told) and "access" not in str(told)
    requests.delete(f"{api.sandbox.url}/_sandbox/statistics", timeout=10)
    assert api.sandbox.traffic.summary()["requests"] == 0


def test_faults_are_set_shown_and_cleared_over_the_control_path(api: Caller) -> None:
    path = f"{api.sandbox.url}/_sandbox/faults"
    rules = [{"kind": "500", "method": "POST", "times": 1}]
    assert requests.put(path, json=rules, timeout=10).status_code == 200
    assert [api.call("POST", "products", PRODUCT).status_code for _ in range(2)] == [500, 201]
    (shown,) = requests.get(path, timeout=10).json()["faults"]
    assert (shown["seen"], shown["fired"]) == (2, 1)
    requests.delete(path, timeout=10)
    assert requests.get(path, timeout=10).json()["faults"] == []


@pytest.mark.parametrize("rules", [[{"kind": "flood"}], [{"kind": "500", "sometimes": 1}], [{}], 5])
def test_a_fault_rule_that_is_not_understood_is_refused(api: Caller, rules: Any) -> None:
    assert requests.put(f"{api.sandbox.url}/_sandbox/faults", json=rules, timeout=10).status_code == 400


def test_a_person_works_on_rows_over_the_control_path(api: Caller) -> None:
    rows = f"{api.sandbox.url}/_sandbox/rows"
    made = requests.post(f"{rows}/products", json=PRODUCT | {"remoteId": "abc"}, timeout=10).json()["data"]
    assert made["attributes"]["createdFromPublicApi"] is False
    path = f"{rows}/products/{made['id']}"
    changed = requests.patch(path, json={"stockLevel": 9}, timeout=10).json()["data"]
    assert changed["attributes"]["stockLevel"] == 9
    assert requests.get(path, timeout=10).json()["data"] == changed
    assert requests.get(f"{rows}/products", timeout=10).json()["data"] == [changed]
    assert requests.patch(path, json={"stockLevel": "9"}, timeout=10).status_code == 400
    assert requests.delete(path, timeout=10).status_code == 204
    assert requests.get(path, timeout=10).status_code == 404
    assert requests.get(f"{rows}/nothing", timeout=10).status_code == 404
    assert requests.get(f"{rows}/products/x", timeout=10).status_code == 404


def test_a_person_places_a_buy_order_over_the_control_path(
    api: Caller, product: Callable[[str], int], supplier: int
) -> None:
    path = f"{api.sandbox.url}/_sandbox/buyOrders"
    order = {
        "supplierId": supplier,
        "placed": "2024-01-31T00:00:00Z",
        "lines": [{"productId": product("Garde"), "quantity": 2, "subtotalValue": 9.5}],
    }
    made = requests.post(path, json=order | {"remoteId": "taken"}, timeout=10)
    assert made.status_code == 201
    assert made.json()["data"]["attributes"]["remoteIdMap"] == {"815": "taken"}
    assert requests.post(path, json={"supplierId": supplier}, timeout=10).status_code == 400
    assert len(api.sandbox.store.rows("buyOrderLines")) == 1


def test_control_paths_leave_no_trace_and_meet_no_fault(api: Caller) -> None:
    api.sandbox.faults.set([{"kind": "500"}])
    before = api.sandbox.traffic.summary()
    assert requests.get(f"{api.sandbox.url}/_sandbox/rows/products", timeout=10).status_code == 200
    assert api.sandbox.traffic.summary() == before


def test_many_clients_at_once_lose_nothing(api: Caller) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: api.call("POST", "products", PRODUCT).status_code, range(80)))
    assert statuses == [201] * 80
    assert len({row.id for row in api.sandbox.store.rows("products")}) == 80
