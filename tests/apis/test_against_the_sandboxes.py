"""The clients against the sandbox servers, which were written from the same facts by other hands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from apis.errors import Conflict, DailyLimitReached, Gone, OutcomeUnknown, RecordRefused
from apis.exact.client import ExactClient
from apis.exact.edm import parse
from apis.exact.odata import Guid, Int64, and_, eq, gt
from apis.exact.pace import Pace
from apis.exact.tokens import ExactTokens
from apis.optiply.client import OptiplyClient
from apis.optiply.tokens import Credentials, OptiplyTokens
from apis.transport import Transport
from extract.exact.catalogue import Stream, catalogue
from sandbox import credentials
from sandbox.company import generate
from sandbox.exact.server import ExactSandbox
from sandbox.faults import FaultRule
from sandbox.optiply.server import OptiplySandbox
from settings.tenant import ExactSettings, OptiplySettings
from tests.apis.scripted_server import FakeClock

COMPANY = generate(60, date(2024, 5, 1))
FILLED = sorted(set(COMPANY.rows) & set(catalogue()) - {"me"})  # me tells the time, which goes on


@pytest.fixture
def exact(clock: FakeClock) -> Iterator[ExactSandbox]:
    with ExactSandbox(COMPANY, clock=clock, sleep=clock.sleep) as sandbox:
        yield sandbox


@pytest.fixture
def connect(exact: ExactSandbox, clock: FakeClock, tmp_path: Path) -> Callable[..., ExactClient]:
    def build(response_format: Any = "xml") -> ExactClient:
        settings = ExactSettings(
            base_url=exact.base_url, division=COMPANY.division, client_id=credentials.EXACT_CLIENT_ID
        )
        tokens = ExactTokens(
            tmp_path / "exact_tokens.json",
            Transport(timeout_seconds=10, connections=1),
            token_url=exact.token_url,
            client_id=settings.client_id,
            client_secret=SecretStr(credentials.EXACT_CLIENT_SECRET),
            seed=SecretStr(credentials.EXACT_REFRESH_TOKEN),
            clock=clock,
            sleep=clock.sleep,
        )
        pace = Pace(
            tmp_path,
            division=settings.division,
            client_id=settings.client_id,
            spacing=settings.spacing_seconds,
            clock=clock,
            sleep=clock.sleep,
        )
        return ExactClient(
            settings, tokens, pace, response_format=response_format, clock=clock, sleep=clock.sleep
        )

    return build


def rows(client: ExactClient, stream: Stream) -> list[dict[str, Any]]:
    """All rows of a stream, typed by the catalogue."""
    endpoint = stream.endpoint()
    fields = stream.fields_of(endpoint.variant)
    pages = client.pages(
        endpoint.path,
        select=[field.name for field in fields],
        filter=gt("Timestamp", Int64(1)) if endpoint.cursor == "Timestamp" else None,
    )
    return [
        {field.name: parse(entry.get(field.name), field.edm_type, field.name) for field in fields}
        for page in pages
        for entry in page.entries
    ]


@pytest.mark.parametrize("name", FILLED)
def test_xml_and_json_give_the_very_same_rows_of_every_stream(
    connect: Callable[..., ExactClient], name: str
) -> None:
    xml = rows(connect("xml"), catalogue()[name])
    assert xml == rows(connect("json"), catalogue()[name])
    assert xml


def test_a_day_of_reading_goes_through_a_chain_of_tokens(
    exact: ExactSandbox, connect: Callable[..., ExactClient], clock: FakeClock
) -> None:
    client = connect()
    for _ in range(6):
        assert len(list(client.pages("sync/Logistics/Items", select=["ID"], filter="Timestamp gt 1L"))) == 1
        clock.now += 300
    exact.tokens.revoke_access()
    assert len(list(connect().pages("current/Me", select=["UserID"]))) == 1
    assert sum(exact.statistics["token_requests"].values()) == 4


@pytest.mark.parametrize(
    "kind",
    [
        "minute_429",
        "401",
        "408",
        "500",
        "503",
        "599",
        "maintenance_html",
        "empty_body",
        "reset_before_work",
        "reset_after_work",
        "reset_within_body",
        "token_death",
        "cut_body",
        "forbidden_characters",
    ],
)
def test_whatever_happens_on_the_way_the_page_is_whole(
    exact: ExactSandbox, connect: Callable[..., ExactClient], kind: str
) -> None:
    expected = rows(connect(), catalogue()["items"])
    exact.faults.set([FaultRule(kind=kind, path="*/Items", at=1)])
    assert rows(connect(), catalogue()["items"]) == expected


def test_the_daily_limit_ends_the_read(exact: ExactSandbox, connect: Callable[..., ExactClient]) -> None:
    exact.faults.set([FaultRule(kind="day_429", path="*/Items")])
    with pytest.raises(DailyLimitReached) as caught:
        rows(connect(), catalogue()["items"])
    assert caught.value.resumes_at is not None


def purchase_order(marker: str) -> dict[str, Any]:
    items = {item["ID"]: item for item in COMPANY.rows["items"]}
    suppliers = {account["ID"]: account for account in COMPANY.rows["accounts"]}
    offer = next(
        offer
        for offer in COMPANY.rows["supplier_products"]
        if not suppliers[offer["Supplier"]].get("Blocked")
        and items[offer["Item"]].get("IsPurchaseItem")
        and items[offer["Item"]].get("EndDate") is None
    )
    return {
        "Supplier": offer["Supplier"],
        "YourRef": marker,
        "PurchaseOrderLines": [{"Item": offer["Item"], "QuantityInPurchaseUnits": 2}],
    }


@pytest.mark.parametrize("kind", ["reset_after_work", "500_after_work", "reset_before_work", "cut_body"])
def test_an_order_with_a_lost_answer_is_found_by_its_marker_or_is_not_there(
    exact: ExactSandbox, connect: Callable[..., ExactClient], kind: str
) -> None:
    """X8: one POST, and the look-up tells whether it was done."""
    client = connect()
    exact.faults.set([FaultRule(kind=kind, method="POST", path="*/PurchaseOrders")])
    order = purchase_order("4711")
    with pytest.raises(OutcomeUnknown):
        client.create("purchaseorder/PurchaseOrders", order)
    marked = and_(eq("YourRef", "4711"), eq("Supplier", Guid(order["Supplier"])))
    found = [
        entry
        for page in client.pages(
            "purchaseorder/PurchaseOrders", select=["PurchaseOrderID", "YourRef"], filter=marked
        )
        for entry in page.entries
    ]
    assert len(found) == (0 if kind == "reset_before_work" else 1)


def test_an_order_that_exact_refuses_is_refused_in_its_own_words(connect: Callable[..., ExactClient]) -> None:
    """X12"""
    with pytest.raises(RecordRefused) as caught:
        connect().create("purchaseorder/PurchaseOrders", {**purchase_order("1"), "Supplier": None})
    assert any("Leverancier" in words for words in caught.value.messages)


def test_records_of_optiply_are_created_changed_listed_and_deleted(clock: FakeClock) -> None:
    with OptiplySandbox(clock=clock, sleep=clock.sleep, token_seconds=300) as sandbox:
        settings = OptiplySettings(
            base_url=sandbox.base_url,
            token_url=sandbox.token_url,
            account_id=credentials.OPTIPLY_ACCOUNT_ID,
            coupling_id=credentials.OPTIPLY_COUPLING_ID,
        )
        secrets = Credentials(
            SecretStr(credentials.OPTIPLY_USERNAME),
            SecretStr(credentials.OPTIPLY_PASSWORD),
            SecretStr(credentials.OPTIPLY_CLIENT_ID),
            SecretStr(credentials.OPTIPLY_CLIENT_SECRET),
        )
        transport = Transport(timeout_seconds=10, connections=1)
        tokens = OptiplyTokens(secrets, transport, token_url=settings.token_url, clock=clock)
        client = OptiplyClient(settings, tokens, clock=clock, sleep=clock.sleep)

        supplier = client.create("suppliers", {"name": "Grossier"})
        products = [
            client.create("products", {"name": f"Ü {number}", "stockLevel": 1}) for number in range(5)
        ]
        clock.now += 3600  # the token has expired meanwhile
        offer = {"name": "x", "productId": int(products[0].id), "supplierId": int(supplier.id)}
        link = client.create("supplierProducts", offer)
        with pytest.raises(Conflict):
            client.create("supplierProducts", offer)
        client.update("products", products[0].id, {"price": 1.5})
        client.delete("supplierProducts", link.id)
        client.delete("supplierProducts", link.id)
        with pytest.raises(Gone):
            client.update("supplierProducts", link.id, {"price": 1.5})

        pages = list(client.list("products", page_size=2))
        assert [len(page) for page in pages] == [2, 2, 1]
        assert [one.id for page in pages for one in page] == [product.id for product in products]
        assert list(client.list("supplierProducts")) == []
