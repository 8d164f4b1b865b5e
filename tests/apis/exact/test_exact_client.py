from __future__ import annotations

import itertools
import json
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import apis.exact
from apis.errors import (
    ApiError,
    BrokenBody,
    ConnectionLost,
    CredentialsRefused,
    DailyLimitReached,
    MinuteLimit,
    NotAvailable,
    OutcomeUnknown,
    RecordRefused,
    RequestRefused,
    ServerFault,
)
from apis.exact.client import ExactClient
from apis.exact.odata import Int64, and_, eq, gt
from apis.exact.pace import Pace
from apis.exact.tokens import ExactTokens
from apis.transport import Transport
from settings.tenant import ExactSettings, SettingsError, Tenant
from tests.apis.exact.exact_documents import NAMESPACES, json_feed, xml_entry, xml_feed
from tests.apis.scripted_server import FakeClock, Reply, ScriptedServer, Seen

RECORDED = Path(__file__).parent / "recorded"
TOKEN_PATH = "/api/oauth2/token"
V1 = "/api/v1"
PAGE = Reply(200, xml_feed([xml_entry({"ID": ("Guid", "a")})]))
CREATED = Reply(201, xml_entry({"PurchaseOrderID": ("Guid", "po")}, attributes=f" {NAMESPACES}").encode())
MINUTE = Reply(429, b"", {"X-RateLimit-Minutely-Remaining": "0"})

Maker = Callable[..., ExactClient]


def next_page(server: ScriptedServer, path: str, *ids: str, token: str = "guid'x'") -> Reply:
    entries = [xml_entry({"ID": ("Guid", one)}) for one in ids]
    return Reply(200, xml_feed(entries, f"{server.base_url}{path}?$skiptoken={token}"))


@pytest.fixture
def make(server: ScriptedServer, clock: FakeClock, tmp_path: Path) -> Maker:
    issued = iter(range(1, 100))

    def answer_token(_: Seen) -> Reply:
        number = next(issued)
        return Reply(
            200,
            json.dumps(
                {"access_token": f"access-{number}", "refresh_token": f"r-{number}", "expires_in": "600"}
            ).encode(),
        )

    server.script(TOKEN_PATH, answer_token)

    def build(base_url: str = server.base_url, **options: Any) -> ExactClient:
        settings = ExactSettings(
            base_url=base_url, division=123, client_id="app", spacing_seconds=1.01, timeout_seconds=0.5
        )
        tokens = ExactTokens(
            tmp_path / "exact_tokens.json",
            Transport(timeout_seconds=2, connections=1),
            token_url=server.base_url + TOKEN_PATH,
            client_id="app",
            client_secret=SecretStr("client-secret"),
            seed=SecretStr("seed"),
            clock=clock,
            sleep=clock.sleep,
        )
        pace = Pace(tmp_path, division=123, client_id="app", spacing=1.01, clock=clock, sleep=clock.sleep)
        return ExactClient(settings, tokens, pace, clock=clock, sleep=clock.sleep, **options)

    return build


def ids(client: ExactClient, path: str = "crm/Accounts", **query: Any) -> list[str]:
    return [entry["ID"] for page in client.pages(path, **query) for entry in page.entries]


def calls(server: ScriptedServer) -> list[Seen]:
    return server.requests(V1)


def test_a_query_is_sent_as_exact_reads_it(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, PAGE)
    name = "O'Neill & Söhne + 5%"
    query = {
        "select": ["ID", "Name"],
        "filter": and_(gt("Timestamp", Int64(1)), eq("Name", name)),
        "expand": ["Lines"],
        "orderby": "ID",
        "top": 1,
    }
    assert ids(make(), "sync/CRM/Accounts", **query) == ["a"]
    (seen,) = calls(server)
    assert seen.method == "GET"
    assert seen.path == "/api/v1/123/sync/CRM/Accounts"
    assert seen.query == {
        "$select": ["ID,Name"],
        "$filter": ["(Timestamp gt 1L) and (Name eq 'O''Neill & Söhne + 5%')"],
        "$expand": ["Lines"],
        "$orderby": ["ID"],
        "$top": ["1"],
    }
    assert "+" not in seen.raw_query
    assert seen.headers["authorization"] == "Bearer access-1"
    assert seen.headers["accept"] == "application/atom+xml, application/xml"
    assert seen.headers["user-agent"].startswith("exact-optiply/")
    assert "prefer" not in seen.headers


def test_without_a_query_there_is_no_question_mark(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, PAGE)
    ids(make())
    assert calls(server)[0].raw_query == ""


@pytest.mark.parametrize(
    ("path", "division", "expected"),
    [
        ("crm/Accounts", None, "/api/v1/123/crm/Accounts"),
        ("crm/Accounts", 456, "/api/v1/456/crm/Accounts"),
        ("system/Divisions", None, "/api/v1/123/system/Divisions"),
        ("current/Me", None, "/api/v1/current/Me"),
        ("system/Users", 456, "/api/v1/system/Users"),
    ],
)
def test_some_paths_have_no_division(
    server: ScriptedServer, make: Maker, path: str, division: int | None, expected: str
) -> None:
    server.script(V1, PAGE)
    ids(make(), path, division=division)
    assert calls(server)[0].path == expected


def test_pages_follow_the_next_links_as_given_and_in_order(server: ScriptedServer, make: Maker) -> None:
    path = "/api/v1/123/crm/Accounts"
    server.script(
        V1, next_page(server, path, "a", "b", token="guid'b'"), next_page(server, path, token="guid'c'"), PAGE
    )
    client = make()
    pages = list(client.pages("crm/Accounts", select=["ID"]))
    assert [len(page.entries) for page in pages] == [2, 0, 1]
    assert pages[0].next_link == f"{server.base_url}{path}?$skiptoken=guid'b'"
    assert pages[2].next_link is None
    assert [seen.query for seen in calls(server)] == [
        {"$select": ["ID"]},
        {"$skiptoken": ["guid'b'"]},
        {"$skiptoken": ["guid'c'"]},
    ]
    assert client.request_count == 3


def test_a_page_is_fetched_only_when_it_is_asked_for(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, next_page(server, "/api/v1/123/x", "a"), PAGE)
    pages = make().pages("crm/Accounts")
    assert calls(server) == []
    next(pages)
    assert len(calls(server)) == 1


def test_a_read_goes_on_from_a_saved_link(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, PAGE)
    ids(make(), start=f"{server.base_url}/api/v1/123/crm/Accounts?$skiptoken=guid'b'", select=["ID"])
    assert calls(server)[0].query == {"$skiptoken": ["guid'b'"]}


def test_a_relative_next_link_belongs_to_the_page_it_is_on(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, Reply(200, xml_feed([], "Accounts?$skiptoken=1")), PAGE)
    assert ids(make()) == ["a"]
    assert calls(server)[1].path == "/api/v1/123/crm/Accounts"


@pytest.mark.parametrize(
    "link", ["http://evil.example/x", "https://{host}/x", "http://{host}.evil.example/x", "//evil.example/x"]
)
def test_a_next_link_to_another_host_is_not_followed(server: ScriptedServer, make: Maker, link: str) -> None:
    link = link.replace("{host}", server.base_url.removeprefix("http://"))
    server.script(V1, Reply(200, xml_feed([], link)), PAGE)
    with pytest.raises(RequestRefused, match="instead of the configured host"):
        ids(make())
    assert len(calls(server)) == 1
    with pytest.raises(RequestRefused, match="instead of the configured host"):
        ids(make(), start=link)
    assert len(calls(server)) == 1


def test_a_next_link_to_the_same_page_ends_the_read(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, lambda _: next_page(server, "/api/v1/123/crm/Accounts", "a"))
    with pytest.raises(RequestRefused, match="leads to the page it is on"):
        ids(make())
    assert len(calls(server)) == 2


def test_json_is_asked_for_and_gives_the_same_entries(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, Reply(200, json_feed([{"ID": "a"}])))
    assert ids(make(response_format="json")) == ["a"]
    assert calls(server)[0].headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (Reply(500), ServerFault),
        (Reply(503, b"<html>"), ServerFault),
        (Reply(408), ServerFault),
        (Reply(599), ServerFault),
        (Reply(500, (RECORDED / "supplier_missing.500.xml").read_bytes()), ServerFault),
        (Reply(200, (RECORDED / "maintenance.200.html").read_bytes()), BrokenBody),
        (Reply(200), BrokenBody),
        (Reply(200, PAGE.body[:-1]), BrokenBody),
        (Reply(200, PAGE.body, fault="cut"), ConnectionLost),
        (Reply(fault="reset"), ConnectionLost),
        (Reply(fault="hang"), ConnectionLost),
    ],
)
def test_a_read_is_repeated_up_to_five_times_and_gives_whole_pages_only(
    server: ScriptedServer, make: Maker, broken: Reply, kind: type[ApiError]
) -> None:
    server.script(V1, *[broken] * (2 if broken.fault == "hang" else 4), PAGE)
    client = make()
    assert ids(client) == ["a"]
    assert client.request_count == len(calls(server)) <= 5
    if broken.fault == "hang":
        return
    server.script(V1, *[broken] * 5, PAGE)
    with pytest.raises(kind) as caught:
        ids(client)
    assert caught.value.request == "GET crm/Accounts"


def test_a_page_that_failed_on_the_way_is_asked_for_again_and_not_the_one_before(
    server: ScriptedServer, make: Maker
) -> None:
    server.script(V1, next_page(server, "/api/v1/123/crm/Accounts", "a"), Reply(500), PAGE)
    assert ids(make()) == ["a", "a"]
    assert [seen.raw_query for seen in calls(server)] == ["", "$skiptoken=guid'x'", "$skiptoken=guid'x'"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestRefused),
        (403, NotAvailable),
        (404, NotAvailable),
        (405, RequestRefused),
        (501, RequestRefused),
    ],
)
def test_other_refusals_of_a_read_are_not_repeated(
    server: ScriptedServer, make: Maker, clock: FakeClock, status: int, kind: type[ApiError]
) -> None:
    server.script(V1, Reply(status), PAGE)
    with pytest.raises(kind):
        ids(make())
    assert len(calls(server)) == 1
    assert clock.slept == []


def test_the_minute_limit_is_waited_for_and_holds_every_reader(
    server: ScriptedServer, make: Maker, clock: FakeClock
) -> None:
    reset = {"X-RateLimit-Minutely-Reset": str(int((clock.now + 23) * 1000))}
    server.script(V1, Reply(429, b"", reset), PAGE)
    started = clock.now
    client = make()
    assert ids(client) == ["a"]
    assert clock.now - started == pytest.approx(23, abs=0.01)


def test_the_minute_limit_met_by_one_client_holds_the_others_of_the_division(
    server: ScriptedServer, make: Maker, clock: FakeClock
) -> None:
    one, other = make(), make()
    starts: list[float] = []

    def answer(seen: Seen) -> Reply:
        starts.append(clock.now)
        return MINUTE if seen.method == "POST" else PAGE

    server.script(V1, answer)
    with pytest.raises(MinuteLimit):
        one.create("purchaseorder/PurchaseOrders", {})
    assert len(starts) == 5
    assert ids(other) == ["a"]
    assert starts[5] - starts[4] == pytest.approx(60)


def test_the_daily_limit_stops_the_run_and_costs_no_further_request(
    server: ScriptedServer, make: Maker, clock: FakeClock
) -> None:
    reset = datetime.fromtimestamp(clock.now + 3600, UTC)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(reset.timestamp() * 1000))}
    server.script(V1, Reply(429, b"", headers), PAGE)
    client = make()
    for _ in range(2):
        with pytest.raises(DailyLimitReached) as caught:
            ids(client)
        assert caught.value.resumes_at == reset
    assert len(calls(server)) == client.request_count == 1
    clock.now += 3600
    assert ids(client) == ["a"]


def test_the_day_of_another_division_is_not_the_tenants(server: ScriptedServer, make: Maker) -> None:
    own = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4000"}
    other = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9999999999000"}
    server.script(V1, Reply(200, PAGE.body, own), Reply(429, b"", other), PAGE, Reply(429, b"", other))
    client = make()
    ids(client)
    with pytest.raises(DailyLimitReached):
        list(client.pages("inventory/Warehouses", division=7))
    assert client.limits.day_remaining == 4000
    assert ids(client) == ["a"]
    with pytest.raises(DailyLimitReached):
        client.create("purchaseorder/PurchaseOrders", {}, division=7)
    server.script(V1, PAGE)
    assert [page.entries for page in client.pages("logistics/Items", division=123)] == [[{"ID": "a"}]]


def test_the_room_left_is_known_from_every_answer(server: ScriptedServer, make: Maker) -> None:
    server.script(
        V1,
        Reply(200, PAGE.body, {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4000"}),
        Reply(404, b"", {"X-RateLimit-Minutely-Remaining": "7"}),
    )
    client = make()
    assert client.limits.day_remaining is None
    ids(client)
    with pytest.raises(NotAvailable):
        ids(client)
    assert (client.limits.day_limit, client.limits.day_remaining, client.limits.minute_remaining) == (
        5000,
        4000,
        7,
    )


def test_requests_of_all_kinds_are_spaced(server: ScriptedServer, make: Maker, clock: FakeClock) -> None:
    starts: list[float] = []

    def answer(seen: Seen) -> Reply:
        starts.append(clock.now)
        return CREATED if seen.method == "POST" else PAGE

    server.script(V1, answer)
    client = make()
    ids(client)
    client.create("purchaseorder/PurchaseOrders", {})
    ids(client, "logistics/Items")
    assert [late - early for early, late in itertools.pairwise(starts)] == pytest.approx([1.01, 1.01])


def test_a_401_with_an_old_token_is_renewed_and_repeated_at_once(
    server: ScriptedServer, make: Maker, clock: FakeClock
) -> None:
    client = make()
    server.script(V1, PAGE, Reply(401), PAGE)
    ids(client)
    clock.now += 569
    clock.slept.clear()

    def age_and_refuse(_: Seen) -> Reply:
        clock.now += 2  # the answer takes its time: the token is older than 570 s when the 401 is here
        server.script(V1, PAGE)
        return Reply(401)

    server.script(V1, age_and_refuse)
    assert ids(client) == ["a"]
    assert [seen.headers["authorization"] for seen in calls(server)] == [
        "Bearer access-1",
        "Bearer access-1",
        "Bearer access-2",
    ]
    assert max(clock.slept, default=0.0) <= 1.01


def test_a_401_with_a_young_token_waits_until_570_seconds_and_is_repeated_once(
    server: ScriptedServer, make: Maker, clock: FakeClock
) -> None:
    server.script(V1, Reply(401), PAGE)
    started = clock.now
    client = make()
    assert ids(client) == ["a"]
    assert clock.now - started == pytest.approx(570)
    assert client.request_count == 2


def test_a_second_401_is_fatal_and_says_how_to_connect_again(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, Reply(401), Reply(401), PAGE)
    with pytest.raises(CredentialsRefused, match="set secret exact_refresh_token") as caught:
        ids(make())
    assert len(calls(server)) == 2
    assert "access-" not in str(caught.value)


def test_a_post_that_met_a_401_is_repeated_with_the_new_token(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, Reply(401), CREATED)
    assert make().create("purchaseorder/PurchaseOrders", {"YourRef": "1"}) == {"PurchaseOrderID": "po"}
    assert [seen.body for seen in calls(server)] == [b'{"YourRef": "1"}'] * 2


def test_a_record_is_created_and_comes_back_filled(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, CREATED)
    body = {
        "Supplier": "s",
        "Description": "Söhne 😀",
        "PurchaseOrderLines": [{"QuantityInPurchaseUnits": 2.5}],
    }
    assert make().create("purchaseorder/PurchaseOrders", body, division=456) == {"PurchaseOrderID": "po"}
    (seen,) = calls(server)
    assert (seen.method, seen.path) == ("POST", "/api/v1/456/purchaseorder/PurchaseOrders")
    assert json.loads(seen.body) == body
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["prefer"] == "return=representation"


@pytest.mark.parametrize(
    "lost",
    [
        Reply(500),
        Reply(502, (RECORDED / "supplier_missing.500.xml").read_bytes()),
        Reply(503),
        Reply(408),
        Reply(201),
        Reply(201, (RECORDED / "maintenance.200.html").read_bytes()),
        Reply(201, CREATED.body, fault="cut"),
        Reply(fault="reset"),
        Reply(fault="hang"),
    ],
)
def test_a_post_whose_outcome_is_unknown_is_never_sent_twice(
    server: ScriptedServer, make: Maker, lost: Reply
) -> None:
    """X8: the marker is looked up first, by the caller."""
    server.script(V1, lost, CREATED)
    with pytest.raises(OutcomeUnknown) as caught:
        make().create("purchaseorder/PurchaseOrders", {})
    assert len(calls(server)) == 1
    assert caught.value.request == "POST purchaseorder/PurchaseOrders"


def test_a_business_refusal_under_500_is_a_refusal_of_that_record(
    server: ScriptedServer, make: Maker
) -> None:
    """X12"""
    server.script(V1, Reply(500, (RECORDED / "supplier_missing.500.xml").read_bytes()), CREATED)
    with pytest.raises(RecordRefused) as caught:
        make().create("purchaseorder/PurchaseOrders", {})
    assert caught.value.messages == ("Verplicht: Leverancier", "Niet gevonden: Artikel")
    assert len(calls(server)) == 1


def test_a_post_that_met_the_minute_limit_was_not_done_and_is_sent_again(
    server: ScriptedServer, make: Maker, clock: FakeClock
) -> None:
    server.script(V1, MINUTE, MINUTE, CREATED)
    assert make().create("purchaseorder/PurchaseOrders", {}) == {"PurchaseOrderID": "po"}
    assert sum(clock.slept) >= 120


def test_a_post_that_never_reached_exact_is_sent_again_and_surfaces_as_lost_connection(
    make: Maker, clock: FakeClock
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    client = make(base_url=f"http://127.0.0.1:{port}")
    with pytest.raises(ConnectionLost) as caught:
        client.create("purchaseorder/PurchaseOrders", {})
    assert not caught.value.was_sent
    assert client.request_count == 0
    assert len(clock.slept) == 4


def test_an_unwell_token_endpoint_does_not_make_the_outcome_of_a_post_unknown(
    server: ScriptedServer, make: Maker
) -> None:
    client = make()
    good = Reply(200, b'{"access_token": "a", "refresh_token": "r", "expires_in": "600"}')
    server.script(TOKEN_PATH, Reply(500), Reply(fault="reset"), good)
    server.script(V1, CREATED)
    assert client.create("purchaseorder/PurchaseOrders", {}) == {"PurchaseOrderID": "po"}
    assert len(calls(server)) == 1


def test_an_endpoint_that_refused_eight_times_is_left_alone_and_others_go_on(
    server: ScriptedServer, make: Maker
) -> None:
    server.script(V1, lambda _: Reply(400))
    server.script("/api/v1/123/logistics/Items", PAGE)
    client = make()
    for number in range(8):
        with pytest.raises(RequestRefused):
            ids(client, f"crm/Accounts(guid'{number}')")
    with pytest.raises(RequestRefused, match="error budget of crm/Accounts is used up"):
        ids(client)
    assert len(calls(server)) == 8
    assert ids(client, "logistics/Items") == ["a"]


def test_many_threads_share_one_client(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, lambda seen: Reply(200, xml_feed([xml_entry({"ID": ("Guid", seen.path[-1])})])))
    client = make()
    found: list[str] = []

    def read(number: int) -> None:
        found.extend(ids(client, f"x/{number}"))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [str(number) for number in range(8)]
    assert client.request_count == 8
    assert len(server.requests(TOKEN_PATH)) == 1


def tenant(server: ScriptedServer, tmp_path: Path, **flags: Any) -> Tenant:
    return Tenant.model_validate(
        {
            "name": "shop",
            "exact": {"base_url": server.base_url, "division": 123, "client_id": "app", "spacing_seconds": 0},
            "optiply": {"account_id": 1, "coupling_id": 2},
            "flags": flags,
            "data_folder": str(tmp_path / "data"),
            "secrets_folder": str(tmp_path / "secrets"),
        }
    )


@pytest.mark.parametrize(
    ("form", "accept"), [("json", "application/json"), ("xml", "application/atom+xml, application/xml")]
)
def test_a_tenant_is_connected_by_its_settings_and_secrets(
    server: ScriptedServer,
    make: Maker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    accept: str,
) -> None:
    del make  # only for the token endpoint it scripts
    monkeypatch.setenv("EXACT_OPTIPLY_SHOP_EXACT_CLIENT_SECRET", "client-secret")
    monkeypatch.setenv("EXACT_OPTIPLY_SHOP_EXACT_REFRESH_TOKEN", "first")
    server.script(V1, PAGE)
    one = tenant(server, tmp_path, response_format=form)
    assert ids(apis.exact.connect(one)) == ["a"]
    assert server.requests(TOKEN_PATH)[0].form["refresh_token"] == "first"
    assert calls(server)[0].headers["accept"] == accept
    assert (one.state_folder / "exact_tokens.json").is_file()


def test_a_tenant_without_its_secret_is_told_where_to_put_it(server: ScriptedServer, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="EXACT_OPTIPLY_SHOP_EXACT_CLIENT_SECRET"):
        apis.exact.connect(tenant(server, tmp_path))


def test_a_number_that_json_does_not_have_is_not_sent(server: ScriptedServer, make: Maker) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        make().create("purchaseorder/PurchaseOrders", {"Quantity": float("nan")})
    assert server.seen == []
