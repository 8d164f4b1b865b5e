"""Faults by path: each kind as a client sees it on the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from tests.sandbox.exact.client import SUPPLIER, Caller, guid

Serve = Callable[..., Caller]
ITEMS = "*/logistics/Items"
ORDER = {"Supplier": SUPPLIER, "PurchaseOrderLines": [{"Item": guid(1), "QuantityInPurchaseUnits": 2}]}


def arm(exact: Caller, **rule: Any) -> None:
    assert exact.control("POST", "faults", [rule]).status_code == 200


@pytest.mark.parametrize("status", [401, 408, 500, 503, 599])
def test_a_status_fault_answers_instead_of_the_work(exact: Caller, status: int) -> None:
    arm(exact, kind=str(status), path=ITEMS, at=2, retry_after=7)
    assert exact.get("logistics/Items").status_code == 200
    answer = exact.get("logistics/Items")
    assert answer.status_code == status
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["Content-Type"].startswith("text/html")
    assert exact.get("logistics/Items").status_code == 200


@pytest.mark.parametrize(
    ("kind", "told", "missing"),
    [
        ("minute_429", "X-RateLimit-Minutely-Remaining", "X-RateLimit-Remaining"),
        ("day_429", "X-RateLimit-Remaining", "X-RateLimit-Minutely-Remaining"),
    ],
)
def test_each_429_has_only_its_own_headers(exact: Caller, kind: str, told: str, missing: str) -> None:
    arm(exact, kind=kind, path=ITEMS, times=1)
    answer = exact.get("logistics/Items")
    assert answer.status_code == 429
    assert answer.headers[told] == "0"
    assert missing not in answer.headers
    assert exact.get("logistics/Items").status_code == 200


def test_a_maintenance_page_is_html_with_status_200(exact: Caller) -> None:
    arm(exact, kind="maintenance_html", path=ITEMS)
    answer = exact.get("logistics/Items")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert exact.get("crm/Accounts").headers["Content-Type"].startswith("application/atom+xml")


def test_an_empty_body_has_status_200(exact: Caller) -> None:
    arm(exact, kind="empty_body", path=ITEMS)
    answer = exact.get("logistics/Items")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_cut_body_is_valid_http_and_broken_xml(exact: Caller) -> None:
    whole = exact.get("logistics/Items").content
    arm(exact, kind="cut_body", path=ITEMS)
    answer = exact.get("logistics/Items")
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.content) < len(whole)
    assert whole.startswith(answer.content)
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(answer.content)


def test_forbidden_characters_stand_in_texts_raw_and_as_references(exact: Caller) -> None:
    clean = exact.get("logistics/Items", select="Code,Description").text
    arm(exact, kind="forbidden_characters", path=ITEMS)
    spoilt = exact.get("logistics/Items", select="Code,Description").text
    assert "<d:Code>\x0b&#x1F;SKU-1</d:Code>" in spoilt
    assert spoilt.replace("\x0b", "").replace("&#x1F;", "") == clean
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(spoilt)


def test_forbidden_characters_are_escaped_in_json(exact: Caller) -> None:
    arm(exact, kind="forbidden_characters", path=ITEMS)
    rows = exact.get("logistics/Items", {"Accept": "application/json"}, select="Code").json()["d"]["results"]
    assert {row["Code"][0] for row in rows} == {"\x0b"}


def test_a_reset_after_the_work_leaves_the_order_behind(exact: Caller) -> None:
    arm(exact, kind="reset_after_work", method="POST", path="*/PurchaseOrders", at=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        exact.post("purchaseorder/PurchaseOrders", ORDER)
    assert len(exact.sandbox.store.rows("purchase_orders")) == 1
    (write,) = exact.sandbox.statistics["writes"]
    assert write["status"] is None
    assert exact.post("purchaseorder/PurchaseOrders", ORDER).status_code == 201


def test_a_500_after_the_work_leaves_the_order_behind(exact: Caller) -> None:
    arm(exact, kind="500_after_work", method="POST", path="*/PurchaseOrders", at=1)
    answer = exact.post("purchaseorder/PurchaseOrders", ORDER)
    assert answer.status_code == 500
    assert "Niet gevonden" not in answer.text and "<error" not in answer.text
    assert len(exact.sandbox.store.rows("purchase_orders")) == 1


def test_a_reset_before_the_work_leaves_nothing_behind(exact: Caller) -> None:
    arm(exact, kind="reset_before_work", method="POST", path="*/PurchaseOrders", at=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        exact.post("purchaseorder/PurchaseOrders", ORDER)
    assert exact.sandbox.store.rows("purchase_orders") == []


def test_a_reset_within_the_body_breaks_off_what_was_announced(exact: Caller) -> None:
    arm(exact, kind="reset_within_body", path=ITEMS, at=1)
    with pytest.raises(requests.exceptions.RequestException):
        exact.get("logistics/Items")
    assert exact.sandbox.statistics["by_status"] == {"None": 1}
    assert exact.get("logistics/Items").status_code == 200


def test_a_token_that_dies_is_refused_until_it_is_renewed(exact: Caller) -> None:
    arm(exact, kind="token_death", path=ITEMS, at=2)
    assert [exact.get("logistics/Items").status_code for _ in range(3)] == [200, 401, 401]


def test_a_module_can_be_refused_for_want_of_a_licence(exact: Caller) -> None:
    arm(exact, kind="licence_403", path=ITEMS)
    answer = exact.get("logistics/Items")
    assert answer.status_code == 403
    assert "licence" in answer.text
    assert exact.get("crm/Accounts").status_code == 200


def test_latency_waits_and_then_works(serve: Serve) -> None:
    waited: list[float] = []
    exact = serve(sleep=waited.append)
    arm(exact, kind="latency", path=ITEMS, seconds=0.25, every=2)
    assert [exact.get("logistics/Items").status_code for _ in range(4)] == [200] * 4
    assert waited == [0.25, 0.25]


def test_faults_reach_the_token_endpoint_too(exact: Caller) -> None:
    arm(exact, kind="503", path="/api/oauth2/token")
    assert exact.token().status_code == 503


def test_faults_can_be_listed_and_cleared_and_unknown_kinds_are_refused(exact: Caller) -> None:
    arm(exact, kind="500", path=ITEMS)
    exact.get("logistics/Items")
    assert exact.control("GET", "faults").json()[0]["fired"] == 1
    assert exact.control("DELETE", "faults").json() == []
    assert exact.get("logistics/Items").status_code == 200
    assert exact.control("POST", "faults", [{"kind": "earthquake"}]).status_code == 400
    assert exact.control("POST", "faults", [{"kind": "500", "when": 3}]).status_code == 400
