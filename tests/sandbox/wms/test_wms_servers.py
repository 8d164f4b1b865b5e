"""The two WMS servers: who may ask, which pages there are, and what is done to them on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox import credentials
from sandbox.company import Company
from sandbox.company.wms_stock import UNKNOWN_SKU, montapacking_products, qls_products
from sandbox.wms import MontapackingSandbox, QlsSandbox
from sandbox.wms.server import WmsSandbox

MONTA = (credentials.MONTAPACKING_USERNAME, credentials.MONTAPACKING_PASSWORD)
QLS = (credentials.QLS_USERNAME, credentials.QLS_PASSWORD)
QLS_PATH = f"companies/{credentials.QLS_COMPANY_ID}/fulfillment/products"
COMPANY = Company(1, {"items": [{"Code": f"SKU-{number}"} for number in range(8)] + [{"Code": None}]})


@pytest.fixture
def monta() -> Iterator[MontapackingSandbox]:
    with MontapackingSandbox(montapacking_products(COMPANY), page_size=2, sleep=lambda _: None) as running:
        yield running


@pytest.fixture
def qls() -> Iterator[QlsSandbox]:
    with QlsSandbox(qls_products(COMPANY), page_size=2, sleep=lambda _: None) as running:
        yield running


def get(server: WmsSandbox, path: str, auth: tuple[str, str], **query: Any) -> requests.Response:
    return requests.get(f"{server.base_url}/{path}", params=query, auth=auth, timeout=5)


def test_the_company_stands_in_both_with_a_sku_that_exact_does_not_know() -> None:
    assert [product["Sku"] for product in montapacking_products(COMPANY)] == [
        "SKU-0", "SKU-3", "SKU-6", "SKU-0", UNKNOWN_SKU,
    ]  # fmt: skip
    assert [product["sku"] for product in qls_products(COMPANY)] == ["SKU-0", "SKU-4", UNKNOWN_SKU]
    for products, key in ((montapacking_products(COMPANY), "ProductId"), (qls_products(COMPANY), "id")):
        assert len({str(product[key]) for product in products}) == len(products)


def test_montapacking_counts_pages_from_0_and_ends_with_an_empty_one(monta: MontapackingSandbox) -> None:
    pages = [get(monta, "products", MONTA, page=page).json()["Products"] for page in range(4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert get(monta, "products", MONTA).json()["Products"] == pages[0]
    assert set(pages[0][0]["Product"]) >= {"ProductId", "Sku", "Stock"}
    assert get(monta, "products", MONTA, page="x").status_code == 400
    assert get(monta, "product", MONTA).status_code == 404


def test_montapackings_other_form_counts_from_1_and_wraps_nothing() -> None:
    with MontapackingSandbox(
        montapacking_products(COMPANY), page_size=3, first_page=1, is_wrapped=False
    ) as server:
        pages = [get(server, "products", MONTA, page=page).json() for page in range(4)]
        assert [len(page) for page in pages] == [0, 3, 2, 0]
        assert get(server, "products", MONTA).json() == pages[1]
        assert "StockAvailable" in pages[1][0] and "ProductId" not in pages[1][0]


def test_qls_tells_its_pages(qls: QlsSandbox) -> None:
    first, second = (get(qls, QLS_PATH, QLS, page=page).json() for page in (1, 2))
    assert [len(page["data"]) for page in (first, second)] == [2, 1]
    assert first["pagination"] == {
        "page": 1, "limit": 2, "count": 3, "pageCount": 2, "nextPage": True, "prevPage": False,
    }  # fmt: skip
    assert (second["pagination"]["nextPage"], second["pagination"]["prevPage"]) == (False, True)
    assert get(qls, QLS_PATH, QLS, page=0).status_code == 400
    assert get(qls, "companies/other/fulfillment/products", QLS).status_code == 404


def test_only_the_right_user_is_let_in(monta: MontapackingSandbox, qls: QlsSandbox) -> None:
    assert get(monta, "products", QLS).status_code == 401
    assert get(qls, QLS_PATH, MONTA).status_code == 401
    assert requests.get(f"{qls.base_url}/{QLS_PATH}", timeout=5).status_code == 401
    assert requests.post(f"{qls.base_url}/{QLS_PATH}", auth=QLS, timeout=5).status_code == 405


def test_faults_come_when_they_are_due_and_the_traffic_is_counted(monta: MontapackingSandbox) -> None:
    control = f"{monta.base_url}/_sandbox"
    rules = [
        {"kind": "429", "at": 1, "retry_after": 3},
        {"kind": "html_page", "at": 2},
        {"kind": "empty_body", "at": 3},
        {"kind": "cut_body", "at": 4},
        {"kind": "latency", "at": 5, "seconds": 9},
        {"kind": "reset", "at": 6},
    ]
    requests.put(f"{control}/faults", json=rules, timeout=5).raise_for_status()
    limited, page, empty, cut, late = (get(monta, "products", MONTA) for _ in range(5))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "3")
    assert page.status_code == 200 and page.text.startswith("<!DOCTYPE html>")
    assert (empty.status_code, empty.text) == (200, "")
    assert cut.status_code == 200 and 0 < len(cut.text) < len(late.text)
    with pytest.raises(requests.ConnectionError):
        get(monta, "products", MONTA)
    counted = requests.get(f"{control}/statistics", timeout=5).json()
    assert counted["by_status"] == {"200": 4, "429": 1, "None": 1}
    assert requests.put(f"{control}/faults", json=[{"kind": "flood"}], timeout=5).status_code == 400


def test_the_list_can_be_changed_from_outside(qls: QlsSandbox) -> None:
    control = f"{qls.base_url}/_sandbox/products"
    requests.put(
        control, json=[{"id": "1", "sku": "new", "amount_available": 1}], timeout=5
    ).raise_for_status()
    assert [product["sku"] for product in get(qls, QLS_PATH, QLS).json()["data"]] == ["new"]
    assert requests.get(control, timeout=5).json() == qls.products
    assert requests.put(control, json={"id": "1"}, timeout=5).status_code == 400
    assert requests.get(f"{qls.base_url}/_sandbox/else", timeout=5).status_code == 404
