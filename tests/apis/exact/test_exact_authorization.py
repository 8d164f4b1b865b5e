"""The authorization-code login: its address, the code it ends with, and the first tokens of the chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from apis.errors import BrokenBody, CredentialsRefused, ServerFault
from apis.exact.authorization import authorization_url, code_in
from apis.exact.tokens import ExactTokens, fingerprint
from apis.transport import Transport
from settings.tenant import ExactSettings
from tests.apis.scripted_server import FakeClock, Reply, ScriptedServer

PATH = "/api/oauth2/token"
REDIRECT = "http://localhost:8788/"
STATE = "st-1"
Maker = Callable[..., ExactTokens]


@pytest.fixture
def make(server: ScriptedServer, clock: FakeClock, tmp_path: Path) -> Maker:
    def build(seed: str | None = None) -> ExactTokens:
        return ExactTokens(
            tmp_path / "state" / "exact_tokens.json",
            Transport(timeout_seconds=2, connections=1),
            token_url=server.base_url + PATH,
            client_id="{client}",
            client_secret=SecretStr("client-secret"),
            seed=None if seed is None else SecretStr(seed),
            clock=clock,
            sleep=clock.sleep,
        )

    return build


def answer(status: int = 200, **content: str) -> Reply:
    return Reply(status, json.dumps(content).encode())


def test_the_address_asks_for_a_code_and_names_this_login() -> None:
    settings = ExactSettings(division=1, client_id="{a-b}", base_url="https://start.exactonline.be/")
    parts = urlsplit(authorization_url(settings, redirect_uri=REDIRECT, state="s&t"))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "start.exactonline.be", "/api/oauth2/auth")
    assert parse_qs(parts.query) == {
        "client_id": ["{a-b}"],
        "redirect_uri": [REDIRECT],
        "response_type": ["code"],
        "state": ["s&t"],
    }


@pytest.mark.parametrize(
    "address",
    [
        f"{REDIRECT}?code=stamp.a%2Fb%21c&state={STATE}",
        f"  /?state={STATE}&code=stamp.a%2Fb!c \n",
        f"code=stamp.a%2Fb!c&state={STATE}",
        f"https://www.example.nl/x?y=1&code=stamp.a/b!c&state={STATE}#part",
    ],
)
def test_the_code_is_found_in_the_address_that_the_browser_ended_at(address: str) -> None:
    assert code_in(address, state=STATE) == "stamp.a/b!c"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("code=c&state=other", "its state is another"),
        ("code=c", "its state is another"),
        ("code=c&state=", "its state is another"),
        (f"code=c&state={STATE}&state=other", "its state is another"),
        (f"code=c&state={STATE}é", "its state is another"),
        (f"state={STATE}", "holds no code"),
        (f"code=&state={STATE}", "holds no code"),
        (f"code=a&code=b&state={STATE}", "holds no code"),
        (f"error=access_denied&error_description=No+thanks&state={STATE}", "access_denied No thanks"),
        (f"code=c&error=access_denied&state={STATE}", "did not grant access"),
    ],
)
def test_an_answer_that_is_not_this_logins_or_grants_nothing_is_refused(query: str, said: str) -> None:
    with pytest.raises(CredentialsRefused, match=said) as caught:
        code_in(f"{REDIRECT}?{query}", state=STATE)
    assert "nothing is stored" in str(caught.value)


def test_a_login_begins_a_new_chain_that_goes_on_by_itself(
    server: ScriptedServer, clock: FakeClock, make: Maker, tmp_path: Path
) -> None:
    server.script(
        PATH,
        answer(access_token="a-1", refresh_token="r-1"),
        answer(access_token="a-2", refresh_token="r-2"),
    )
    tokens = make(seed="old secret")
    tokens.begin("the code", REDIRECT)
    assert server.seen[0].form == {
        "grant_type": "authorization_code",
        "code": "the code",
        "redirect_uri": REDIRECT,
        "client_id": "{client}",
        "client_secret": "client-secret",
    }
    file = tmp_path / "state" / "exact_tokens.json"
    assert json.loads(file.read_text()) == {
        "refresh_token": "r-1",
        "access_token": "a-1",
        "obtained_at": clock.now,
        "seed_fingerprint": fingerprint("old secret"),  # not taken for one that was set after the login
    }
    assert file.stat().st_mode & 0o777 == 0o600
    assert tokens.current().value == make(seed="old secret").current().value == "a-1"
    clock.now += 570
    assert make(seed="old secret").current().value == "a-2"
    assert server.seen[1].form["refresh_token"] == "r-1"


def test_a_login_takes_the_place_of_a_token_file_that_cannot_be_read(
    server: ScriptedServer, make: Maker, tmp_path: Path
) -> None:
    file = tmp_path / "state" / "exact_tokens.json"
    file.parent.mkdir()
    file.write_text("broken")
    server.script(PATH, answer(access_token="a-1", refresh_token="r-1"))
    make().begin("the code", REDIRECT)
    assert json.loads(file.read_text())["seed_fingerprint"] == ""


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer(400, error="invalid_grant", error_description="the code was used"), CredentialsRefused),
        (answer(401, error="invalid_client", error_description="client-secret"), CredentialsRefused),
        (Reply(503), ServerFault),
        (Reply(200, b"<html>"), BrokenBody),
        (answer(access_token="a-1"), BrokenBody),
        (answer(refresh_token="r-1"), BrokenBody),
    ],
)
def test_a_code_that_is_not_exchanged_stores_nothing_and_is_not_tried_again(
    server: ScriptedServer, make: Maker, tmp_path: Path, reply: Reply, error: type[Exception]
) -> None:
    server.script(PATH, reply)
    with pytest.raises(error) as caught:
        make().begin("the code", REDIRECT)
    assert "the code" not in str(caught.value).replace("the code was used", "")
    assert "client-secret" not in str(caught.value)
    assert len(server.seen) == 1 and not (tmp_path / "state" / "exact_tokens.json").exists()
