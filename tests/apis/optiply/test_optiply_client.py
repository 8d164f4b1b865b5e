from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import apis.optiply
from apis.errors import (
    ApiError,
    BrokenBody,
    Conflict,
    ConnectionLost,
    CredentialsRefused,
    Gone,
    MinuteLimit,
    NotAvailable,
    OutcomeUnknown,
    RecordRefused,
    ServerFault,
)
from apis.optiply.client import OptiplyClient
from apis.optiply.resource import Resource
from apis.optiply.tokens import Credentials, OptiplyTokens
from apis.transport import Transport
from settings.tenant import OptiplySettings, SettingsError, Tenant
from tests.apis.scripted_server import FakeClock, Reply, ScriptedServer, Seen

TOKEN_PATH = "/oauth/token"
V1 = "/v1"
HTML = b"<html>maintenance</html>"
Maker = Callable[..., OptiplyClient]


def resource(number: int | str) -> dict[str, Any]:
    return {"id": str(number), "type": "products", "attributes": {"name": f"product {number}"}}


def listing(numbers: range, more: bool) -> Reply:
    links = {"next": "https://elsewhere.example/"} if more else {}
    return Reply(200, json.dumps({"data": [resource(number) for number in numbers], "links": links}).encode())


CREATED = Reply(201, json.dumps({"data": resource(7)}).encode())
EMPTY = listing(range(0), more=False)


def token(value: str, **more: Any) -> Reply:
    return Reply(200, json.dumps({"access_token": value, "refresh_token": "unused", **more}).encode())


@pytest.fixture
def make(server: ScriptedServer, clock: FakeClock) -> Maker:
    server.script(TOKEN_PATH, token("access-1"), token("access-2"), token("access-3"))

    def build() -> OptiplyClient:
        settings = OptiplySettings(
            base_url=server.base_url + V1,
            token_url=server.base_url + TOKEN_PATH,
            account_id=11,
            coupling_id=22,
            timeout_seconds=0.5,
        )
        credentials = Credentials(
            SecretStr("üser"), SecretStr("pass word"), SecretStr("client"), SecretStr("client-sécret")
        )
        tokens = OptiplyTokens(
            credentials,
            Transport(timeout_seconds=2, connections=1),
            token_url=settings.token_url,
            clock=clock,
        )
        return OptiplyClient(settings, tokens, clock=clock, sleep=clock.sleep)

    return build


def calls(server: ScriptedServer) -> list[Seen]:
    return server.requests(V1)


def read(client: OptiplyClient, **options: Any) -> list[str]:
    return [one.id for page in client.list("products", **options) for one in page]


def test_a_token_is_asked_for_with_the_password_grant(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, EMPTY)
    read(make())
    (seen,) = server.requests(TOKEN_PATH)
    assert seen.form == {"grant_type": "password", "username": "üser", "password": "pass word"}
    basic = base64.b64encode("client:client-sécret".encode()).decode()
    assert seen.headers["authorization"] == f"Basic {basic}"
    assert seen.raw_query == ""


def test_a_list_is_read_page_by_page_with_our_own_offsets(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, listing(range(2), True), listing(range(2, 4), True), listing(range(4, 5), False))
    pages = list(
        make().list(
            "products", filters={"skuCode": "A&1", "updatedAt[GT]": "2024-01-31T00:00:00Z"}, page_size=2
        )
    )
    assert [[one.id for one in page] for page in pages] == [["0", "1"], ["2", "3"], ["4"]]
    assert pages[0][0] == Resource("0", "products", {"name": "product 0"})
    assert [seen.query["page[offset]"] for seen in calls(server)] == [["0"], ["2"], ["4"]]
    for seen in calls(server):
        assert (seen.method, seen.path) == ("GET", "/v1/products")
        assert {name: value for name, value in seen.query.items() if name != "page[offset]"} == {
            "filter[accountId]": ["11"],
            "filter[skuCode]": ["A&1"],
            "filter[updatedAt][GT]": ["2024-01-31T00:00:00Z"],
            "page[limit]": ["2"],
            "sort": ["id"],
        }
        assert seen.headers["content-type"] == "application/vnd.api+json"
        assert seen.headers["authorization"] == "Bearer access-1"


def test_a_list_ends_with_an_empty_page_or_a_short_one_without_next_link(
    server: ScriptedServer, make: Maker
) -> None:
    client = make()
    server.script(V1, listing(range(1), more=False))
    assert read(client, page_size=2) == ["0"]
    server.script(V1, listing(range(2), more=True), EMPTY)
    assert read(client, page_size=2) == ["0", "1"]
    server.script(V1, EMPTY)
    assert list(client.list("products")) == []


def test_no_record_is_missed_where_the_server_shows_no_links_or_gives_fewer_than_asked_for(
    server: ScriptedServer, make: Maker
) -> None:
    client = make()
    server.script(V1, listing(range(2), more=False), listing(range(2, 3), more=False))
    assert read(client, page_size=2) == ["0", "1", "2"]
    server.script(V1, listing(range(1), more=True), listing(range(1, 2), more=False))
    assert read(client, page_size=2) == ["0", "1"]


def test_a_server_that_does_not_heed_the_offset_is_noticed(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, lambda _: listing(range(2), more=True))
    with pytest.raises(BrokenBody, match="not heeded"):
        read(make(), page_size=2)


@pytest.mark.parametrize("size", [0, 101])
def test_a_page_has_at_most_100(make: Maker, size: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        next(make().list("products", page_size=size))


def test_every_write_says_for_which_account_and_coupling(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, CREATED, Reply(200, CREATED.body), Reply(204))
    client = make()
    assert client.create("products", {"name": "Ü"}) == Resource("7", "products", {"name": "product 7"})
    client.update("products", "7/8", {"price": None})
    client.delete("products", "7")
    post, patch, delete = calls(server)
    assert [(seen.method, seen.path) for seen in (post, patch, delete)] == [
        ("POST", "/v1/products"),
        ("PATCH", "/v1/products/7%2F8"),
        ("DELETE", "/v1/products/7"),
    ]
    for seen in (post, patch, delete):
        assert seen.query == {"accountId": ["11"], "couplingId": ["22"]}
        assert seen.headers["content-type"] == "application/vnd.api+json"
    assert json.loads(post.body) == {"data": {"type": "products", "attributes": {"name": "Ü"}}}
    assert json.loads(patch.body) == {"data": {"type": "products", "attributes": {"price": None}}}
    assert delete.body == b""
    assert client.request_count == 3


@pytest.mark.parametrize(
    "broken",
    [Reply(500), Reply(503, HTML), Reply(408), Reply(200, HTML), Reply(fault="reset"), Reply(fault="hang")],
)
def test_what_is_safe_to_repeat_is_repeated(server: ScriptedServer, make: Maker, broken: Reply) -> None:
    client = make()
    tries = 1 if broken.fault == "hang" else 4
    server.script(V1, *[broken] * tries, listing(range(1), more=False))
    assert read(client) == ["0"]
    server.script(V1, *[broken] * tries, Reply(200))
    client.update("products", "7", {"name": "x"})
    server.script(V1, *[broken] * tries, Reply(204))
    client.delete("products", "7")
    assert len(calls(server)) == 3 * (tries + 1)


@pytest.mark.parametrize(
    ("broken", "kind"), [(Reply(500), ServerFault), (Reply(fault="reset"), ConnectionLost)]
)
def test_after_five_tries_it_is_enough(
    server: ScriptedServer, make: Maker, broken: Reply, kind: type[ApiError]
) -> None:
    server.script(V1, *[broken] * 6)
    with pytest.raises(kind) as caught:
        make().update("products", "7", {})
    assert caught.value.request == "PATCH products"
    assert len(calls(server)) == 5


@pytest.mark.parametrize(
    "lost",
    [
        Reply(500),
        Reply(502, HTML),
        Reply(408),
        Reply(201),
        Reply(201, HTML),
        Reply(201, CREATED.body[:-1]),
        Reply(201, b'{"data":{"type":"products"}}'),
        Reply(201, CREATED.body, fault="cut"),
        Reply(fault="reset"),
        Reply(fault="hang"),
    ],
)
def test_a_post_whose_outcome_is_unknown_is_never_sent_twice(
    server: ScriptedServer, make: Maker, lost: Reply
) -> None:
    server.script(V1, lost, CREATED)
    with pytest.raises(OutcomeUnknown) as caught:
        make().create("products", {"name": "x"})
    assert len(calls(server)) == 1
    assert caught.value.request == "POST products"


def test_any_successful_status_of_a_post_is_success(server: ScriptedServer, make: Maker) -> None:
    """No public source shows whether it is 200 or 201."""
    server.script(V1, Reply(200, CREATED.body), Reply(201, CREATED.body))
    client = make()
    assert [client.create("products", {}).id for _ in range(2)] == ["7", "7"]


def test_a_429_is_waited_for_also_on_a_post(server: ScriptedServer, make: Maker, clock: FakeClock) -> None:
    server.script(V1, Reply(429, headers={"Retry-After": "17"}), Reply(429), CREATED)
    assert make().create("products", {}).id == "7"
    assert clock.slept[0] == 17.0
    assert 2 <= clock.slept[1] <= 3
    server.script(V1, *[Reply(429)] * 5)
    with pytest.raises(MinuteLimit):
        make().create("products", {})


@pytest.mark.parametrize(
    ("status", "kind"), [(400, RecordRefused), (404, Gone), (409, Conflict), (422, RecordRefused)]
)
def test_a_refused_record_is_not_sent_again(
    server: ScriptedServer, make: Maker, status: int, kind: type[ApiError]
) -> None:
    server.script(V1, *[Reply(status, b'{"message":"no"}')] * 2)
    client = make()
    with pytest.raises(kind, match="no"):
        client.create("products", {})
    with pytest.raises(kind, match="no"):
        client.update("products", "7", {})
    assert len(calls(server)) == 2


def test_what_is_gone_already_is_deleted(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, Reply(404, b'{"message":"gone"}'), Reply(404))
    client = make()
    client.delete("products", "7")
    with pytest.raises(NotAvailable):
        read(client)


def test_a_401_gets_one_new_token_and_the_request_again(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, Reply(401), CREATED, Reply(401), Reply(204))
    client = make()
    assert client.create("products", {"name": "x"}).id == "7"
    client.delete("products", "7")
    assert [seen.headers["authorization"][-8:] for seen in calls(server)] == [
        "access-1",
        "access-2",
        "access-2",
        "access-3",
    ]
    assert calls(server)[0].body == calls(server)[1].body


def test_a_second_401_names_what_to_look_at(server: ScriptedServer, make: Maker) -> None:
    server.script(V1, Reply(401), Reply(401), CREATED)
    with pytest.raises(CredentialsRefused, match=r"secret optiply_username has no access to account 11"):
        make().create("products", {})
    assert len(calls(server)) == 2


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"error": "invalid_client"}, "secrets optiply_client_id and optiply_client_secret"),
        (400, {"error": "invalid_grant"}, "secrets optiply_username and optiply_password"),
        (403, {}, "secrets optiply_username, optiply_password, optiply_client_id and optiply_client_secret"),
    ],
)
def test_refused_credentials_are_named_and_not_shown(
    server: ScriptedServer, make: Maker, status: int, body: dict[str, str], words: str
) -> None:
    server.script(TOKEN_PATH, Reply(status, json.dumps(body).encode()))
    with pytest.raises(CredentialsRefused) as caught:
        read(make())
    assert str(caught.value).endswith(f"check {words}")
    assert "pass word" not in str(caught.value)
    assert calls(server) == []


@pytest.mark.parametrize(
    "unwell", [Reply(500), Reply(302), Reply(200, HTML), Reply(200, b"{}"), Reply(429), Reply(fault="reset")]
)
def test_an_unwell_token_endpoint_does_not_make_the_outcome_of_a_post_unknown(
    server: ScriptedServer, make: Maker, unwell: Reply
) -> None:
    server.script(TOKEN_PATH, unwell, unwell, token("access-9"))
    server.script(V1, CREATED)
    assert make().create("products", {}).id == "7"
    assert len(calls(server)) == 1


@pytest.mark.parametrize(
    ("more", "serves"),
    [({"expires_in": 300}, 270), ({"expires_in": "300"}, 270), ({"expires_in": 40}, 20)],
)
def test_a_token_is_renewed_before_it_ends(
    server: ScriptedServer, make: Maker, clock: FakeClock, more: dict[str, Any], serves: float
) -> None:
    server.script(TOKEN_PATH, token("a", **more), token("b", **more))
    server.script(V1, lambda _: EMPTY)
    client = make()
    read(client)
    clock.now += serves - 0.1
    read(client)
    clock.now += 0.2
    read(client)
    assert [seen.headers["authorization"] for seen in calls(server)] == ["Bearer a", "Bearer a", "Bearer b"]


@pytest.mark.parametrize("more", [{}, {"expires_in": None}, {"expires_in": "soon"}, {"expires_in": 0}])
def test_a_token_without_an_end_serves_until_it_is_refused(
    server: ScriptedServer, make: Maker, clock: FakeClock, more: dict[str, Any]
) -> None:
    server.script(TOKEN_PATH, token("a", **more))
    server.script(V1, lambda _: EMPTY)
    client = make()
    read(client)
    clock.now += 1_000_000
    read(client)
    assert len(server.requests(TOKEN_PATH)) == 1


def test_threads_whose_token_was_refused_share_one_new_token(server: ScriptedServer, make: Maker) -> None:
    together = threading.Barrier(4)
    client = make()

    def answer(seen: Seen) -> Reply:
        return Reply(401) if seen.headers["authorization"] == "Bearer access-1" else CREATED

    server.script(V1, answer)
    created: list[str] = []

    def work() -> None:
        together.wait()
        created.append(client.create("products", {}).id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert created == ["7"] * 4
    assert len(server.requests(TOKEN_PATH)) == 2


def test_no_secret_is_in_a_repr(make: Maker) -> None:
    client = make()
    credentials = client._tokens._credentials
    assert "pass word" not in repr(credentials) + repr(client) + repr(client._tokens) + repr(
        client._tokens.current()
    )
    assert "access-1" not in repr(client._tokens.current())


def tenant(server: ScriptedServer, tmp_path: Path) -> Tenant:
    return Tenant.model_validate(
        {
            "name": "shop",
            "exact": {"division": 1, "client_id": "app"},
            "optiply": {
                "base_url": server.base_url + V1,
                "token_url": server.base_url + TOKEN_PATH,
                "account_id": 11,
                "coupling_id": 22,
            },
            "data_folder": str(tmp_path / "data"),
            "secrets_folder": str(tmp_path / "secrets"),
        }
    )


def test_a_tenant_is_connected_by_its_settings_and_secrets(server: ScriptedServer, tmp_path: Path) -> None:
    one = tenant(server, tmp_path)
    with pytest.raises(SettingsError, match="optiply_username"):
        apis.optiply.connect(one)
    one.secrets_folder.mkdir()
    for name in ("username", "password", "client_id", "client_secret"):
        (one.secrets_folder / f"optiply_{name}").write_text(f"the {name}\n")
    server.script(TOKEN_PATH, token("access-1"))
    server.script(V1, listing(range(1), more=False))
    assert read(apis.optiply.connect(one)) == ["0"]
    assert server.requests(TOKEN_PATH)[0].form["username"] == "the username"
    assert server.requests(TOKEN_PATH)[0].form["password"] == "the password"
