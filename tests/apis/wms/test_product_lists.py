"""The product lists of Montapacking and QLS, read over real HTTP from scripted answers (P8, P9)."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from apis.errors import ApiError, BrokenBody, RequestRefused, StopRun, TryAgain
from apis.wms import montapacking, qls
from apis.wms.client import WmsAccess, WmsClient
from tests.apis.scripted_server import FakeClock, Reply, ScriptedServer, Seen

PASSWORD = "pass:wörd"
COMPANY = "c/1"
QLS_PATH = "/companies/c%2F1/fulfillment/products"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def client(server: ScriptedServer, clock: FakeClock, busy: frozenset[int] = frozenset()) -> WmsClient:
    access = WmsAccess(
        base_url=server.base_url + "/",
        username=SecretStr("user"),
        password=SecretStr(PASSWORD),
        secrets="secrets x_username and x_password",
        busy_statuses=busy,
        timeout_seconds=5,
    )
    return WmsClient(access, clock=clock, sleep=clock.sleep)


def body(document: Any) -> Reply:
    return Reply(body=json.dumps(document).encode())


def monta(*skus: str, wrapped: bool = True) -> Reply:
    products = [{"ProductId": sku.upper(), "Sku": sku, "Stock": {"StockAvailable": 1}} for sku in skus]
    return body({"Products": [{"Product": product} if wrapped else product for product in products]})


def read_montapacking(server: ScriptedServer, clock: FakeClock) -> list[list[dict[str, Any]]]:
    return list(montapacking.product_pages(client(server, clock, montapacking.BUSY_STATUSES)))


def skus(pages: list[list[dict[str, Any]]], key: str = "Sku") -> list[list[str]]:
    return [[product[key] for product in page] for page in pages]


def test_montapacking_is_read_until_a_page_is_empty(server: ScriptedServer, clock: FakeClock) -> None:
    server.script("/products", monta("a", "b"), monta("c"), monta())
    assert skus(read_montapacking(server, clock)) == [["a", "b"], ["c"], []]
    assert [seen.raw_query for seen in server.seen] == ["", "page=1", "page=2"]
    (scheme, _, token) = server.seen[0].headers["authorization"].partition(" ")
    assert (scheme, b64decode(token).decode()) == ("Basic", f"user:{PASSWORD}")


def test_montapacking_that_counts_from_1_is_not_read_twice(server: ScriptedServer, clock: FakeClock) -> None:
    server.script("/products", monta("a", "b"), monta("a", "b"), monta("c"), monta())
    assert skus(read_montapacking(server, clock)) == [["a", "b"], [], ["c"], []]


def test_a_list_that_does_not_heed_its_page_number_is_no_data(
    server: ScriptedServer, clock: FakeClock
) -> None:
    server.script("/products", lambda _: monta("a"))
    with pytest.raises(BrokenBody, match="page is not heeded"):
        read_montapacking(server, clock)


def test_no_product_at_all_is_one_empty_page(server: ScriptedServer, clock: FakeClock) -> None:
    server.script("/products", monta())
    assert read_montapacking(server, clock) == [[]]


@pytest.mark.parametrize(
    "document",
    [
        {"Products": [{"Product": {"Sku": "a", "Stock": {"StockAvailable": 7}, "ProductId": 3}}]},
        {"Products": [{"Sku": "a", "StockAvailable": 7, "Stock": {"StockAvailable": 1}, "ProductId": 3}]},
        [{"Sku": "a", "StockAvailable": 7, "ProductId": 3, "Description": "left out"}],
    ],
)
def test_every_form_of_montapackings_products_is_understood(document: Any) -> None:
    """P8: some answers nest StockAvailable under Stock."""
    assert montapacking.products_of(document) == [{"ProductId": 3, "Sku": "a", "StockAvailable": 7}]


def test_what_montapacking_does_not_send_is_absent_not_null() -> None:
    found = montapacking.products_of([{"Sku": "a"}, {"Sku": None, "Stock": None}, {"Sku": "b", "Stock": {}}])
    assert found == [{"Sku": "a"}, {"Sku": None}, {"Sku": "b"}]


@pytest.mark.parametrize(
    "document",
    [{}, {"Products": None}, {"Message": "error"}, "text", None, [1], [{"Sq": 1}], {"Products": [{}]}],
)
def test_a_document_that_is_no_list_of_montapacking_products_is_broken(document: Any) -> None:
    with pytest.raises(BrokenBody):
        montapacking.products_of(document)


def qls_document(number: int, *, following: Any, count: Any = None, skus: tuple[str, ...] = ("a",)) -> Any:
    pagination = {"page": number, "nextPage": following} | ({} if count is None else {"count": count})
    return {
        "meta": {"code": 200},
        "data": [{"id": sku, "sku": sku} for sku in skus],
        "pagination": pagination,
    }


def read_qls(server: ScriptedServer, clock: FakeClock) -> list[list[dict[str, Any]]]:
    return list(qls.product_pages(client(server, clock), COMPANY))


@pytest.mark.parametrize(("second", "last"), [(True, False), (2, None), ("2", 0), (2, "")])
def test_qls_is_read_along_its_next_pages(
    server: ScriptedServer, clock: FakeClock, second: Any, last: Any
) -> None:
    server.script(
        QLS_PATH,
        body(qls_document(1, following=second, count=2)),
        body(qls_document(2, following=last, count=2, skus=("b",))),
    )
    assert skus(read_qls(server, clock), "sku") == [["a"], ["b"]]
    assert [seen.raw_query for seen in server.requests(QLS_PATH)] == ["page=1", "page=2"]


def test_qls_may_hold_nothing(server: ScriptedServer, clock: FakeClock) -> None:
    server.script(QLS_PATH, body(qls_document(1, following=False, count=0, skus=())))
    assert read_qls(server, clock) == [[]]


def test_a_list_shorter_than_qls_says_is_not_a_whole_one(server: ScriptedServer, clock: FakeClock) -> None:
    server.script(QLS_PATH, body(qls_document(1, following=False, count=2)))
    with pytest.raises(BrokenBody, match="1 products came, there are 2"):
        read_qls(server, clock)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"data": [{"sku": "a"}]},
        {"data": [{"sku": "a"}], "pagination": {"page": 1}},
        {"data": None, "pagination": {"nextPage": False}},
        {"data": [{"id": 1}], "pagination": {"nextPage": False}},
        {"data": ["a"], "pagination": {"nextPage": False}},
        qls_document(1, following=True, skus=()),
        qls_document(1, following=1),
        qls_document(1, following="next"),
        qls_document(1, following=1.5),
    ],
)
def test_a_document_that_is_no_page_of_qls_products_is_broken(document: Any) -> None:
    with pytest.raises(BrokenBody):
        qls.page_of(document, 1)


def test_a_count_that_is_no_number_says_nothing() -> None:
    assert qls.page_of(qls_document(1, following=False, count=True), 1).count is None
    assert qls.page_of(qls_document(1, following=False, count="2"), 1).count is None


WHOLE = monta("a")
BROKEN = [
    Reply(429, headers={"Retry-After": "7"}),
    Reply(503, b"<html>busy</html>"),
    Reply(408),
    Reply(599),
    Reply(200, b"<!DOCTYPE html><html>maintenance</html>"),
    Reply(200, b"  "),
    Reply(200, WHOLE.body[:-4]),
    Reply(200, b'{"Message": "an error"}'),
    Reply(302, headers={"Location": "/login"}),
    Reply(204),
    Reply(200, WHOLE.body, fault="reset"),
    Reply(200, WHOLE.body, fault="cut"),
    Reply(401),
]


@pytest.mark.parametrize("reply", BROKEN, ids=lambda reply: f"{reply.status}-{reply.fault}-{len(reply.body)}")
def test_what_passes_is_asked_for_again(server: ScriptedServer, clock: FakeClock, reply: Reply) -> None:
    """An HTML page, an empty or a cut body with 200 is no data. Montapacking answers 401 when it is busy."""
    server.script("/products", reply, WHOLE, reply, monta())
    assert skus(read_montapacking(server, clock)) == [["a"], []]
    assert len(clock.slept) == 2
    if reply.status == 429:
        assert clock.slept == [7.0, 7.0]


def failing(answer: Callable[[Seen], Reply], server: ScriptedServer, clock: FakeClock) -> ApiError:
    server.script(QLS_PATH, answer)
    with pytest.raises(ApiError) as raised:
        read_qls(server, clock)
    assert PASSWORD not in str(raised.value)
    assert not isinstance(raised.value, StopRun)
    return raised.value


def test_after_five_tries_it_is_given_up(server: ScriptedServer, clock: FakeClock) -> None:
    error = failing(lambda _: Reply(500, b"x" * 1000), server, clock)
    assert isinstance(error, TryAgain) and len(server.seen) == 5
    assert str(error).startswith("GET companies/c%2F1/fulfillment/products: status 500: xxx")
    assert len(str(error)) < 300


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_refusal_is_not_repeated_and_never_stops_the_run(
    server: ScriptedServer, clock: FakeClock, status: int
) -> None:
    """C10: what else a run does goes on."""
    error = failing(lambda _: Reply(status, b'{"errors": "no"}'), server, clock)
    assert isinstance(error, RequestRefused) and len(server.seen) == 1
    assert f'status {status}: {{"errors": "no"}}' in str(error)
    assert ("check secrets x_username and x_password" in str(error)) == (status in (401, 403))


def test_every_request_counts(server: ScriptedServer, clock: FakeClock) -> None:
    server.script("/products", Reply(500), monta("a"), monta())
    counted = client(server, clock)
    assert len(list(montapacking.product_pages(counted))) == 2
    assert counted.request_count == 3
