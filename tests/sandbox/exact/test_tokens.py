"""OAuth as Exact does it: rotation, the 570 s rule, expiry, authorization codes."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox import credentials
from tests.sandbox.exact.client import Caller, Clock

Serve = Callable[..., Caller]


def test_a_token_answer_says_its_life_as_a_text(exact: Caller, clock: Clock) -> None:
    clock.forward(570)
    answer = exact.token().json()
    assert answer["expires_in"] == "600"
    assert answer["token_type"] == "bearer"
    assert set(answer) == {"access_token", "token_type", "expires_in", "refresh_token"}


def test_a_refresh_token_serves_once(exact: Caller, clock: Clock) -> None:
    clock.forward(600)
    used = exact.refresh_token
    assert exact.token().status_code == 200
    clock.forward(600)
    second = exact.token(refresh_token=used)
    assert second.status_code == 400
    assert second.json()["error"] == "invalid_grant"


def test_a_refresh_before_570_seconds_is_denied_and_the_token_stays_good(exact: Caller, clock: Clock) -> None:
    clock.forward(569.9)
    early = exact.token()
    assert early.status_code == 400
    assert early.json()["error"] == "access_denied"
    assert "access_token not expired" in early.json()["error_description"]
    clock.forward(0.1)
    assert exact.token().status_code == 200


def test_an_access_token_ends_after_600_seconds(exact: Caller, clock: Clock) -> None:
    clock.forward(599)
    assert exact.get("logistics/Items").status_code == 200
    clock.forward(1)
    assert exact.get("logistics/Items").status_code == 401


def test_a_new_access_token_leaves_the_last_one_good_until_it_ends(exact: Caller, clock: Clock) -> None:
    clock.forward(580)
    assert exact.token().status_code == 200
    assert exact.get("logistics/Items").status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic abc", "Bearer"])
def test_requests_without_a_good_token_are_unauthorized(exact: Caller, header: str) -> None:
    answer = requests.get(exact.url("logistics/Items"), headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_refresh_token_that_was_not_used_for_30_days_is_dead(exact: Caller, clock: Clock) -> None:
    clock.forward(30 * 24 * 3600)
    assert exact.token().json()["error"] == "invalid_grant"


def test_access_can_be_revoked(exact: Caller) -> None:
    exact.sandbox.tokens.revoke_access()
    assert exact.get("logistics/Items").status_code == 401


def test_wrong_credentials_and_grants_are_refused(exact: Caller, clock: Clock) -> None:
    clock.forward(600)
    assert exact.token(client_secret="wrong").json()["error"] == "invalid_client"
    assert exact.token(client_id="wrong").status_code == 401
    assert exact.token(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert exact.token(refresh_token="").json()["error"] == "invalid_grant"
    assert exact.session.get(exact.sandbox.token_url).status_code == 405
    assert exact.token().status_code == 200  # none of them cost the token


def authorize(exact: Caller, **further: str) -> requests.Response:
    params = {"client_id": credentials.EXACT_CLIENT_ID, "redirect_uri": "http://localhost/back?x=1",
              "response_type": "code", "state": "s 1"} | further  # fmt: skip
    return requests.get(f"{exact.sandbox.base_url}/api/oauth2/auth", params=params, allow_redirects=False)


def test_connecting_gives_a_code_that_serves_once_for_that_address(exact: Caller) -> None:
    answer = authorize(exact)
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["s 1"] and back["x"] == ["1"]
    exchange = {"grant_type": "authorization_code", "code": back["code"][0]}
    first = exact.token(**exchange, redirect_uri="http://localhost/back?x=1")
    assert first.status_code == 200
    assert (
        exact.token(**exchange, redirect_uri="http://localhost/back?x=1").json()["error"] == "invalid_grant"
    )
    headers = {"Authorization": f"Bearer {first.json()['access_token']}"}
    assert requests.get(exact.url("logistics/Items"), headers=headers).status_code == 200


def test_a_code_is_refused_for_another_address_and_after_its_time(exact: Caller, clock: Clock) -> None:
    code = parse_qs(urlsplit(authorize(exact).headers["Location"]).query)["code"][0]
    assert (
        exact.token(grant_type="authorization_code", code=code, redirect_uri="http://evil/").status_code
        == 400
    )
    late = parse_qs(urlsplit(authorize(exact).headers["Location"]).query)["code"][0]
    clock.forward(180)
    answer = exact.token(grant_type="authorization_code", code=late, redirect_uri="http://localhost/back?x=1")
    assert answer.status_code == 400


def test_connecting_needs_a_known_client_and_an_address(exact: Caller) -> None:
    assert authorize(exact, client_id="wrong").json()["error"] == "invalid_client"
    assert authorize(exact, response_type="token").status_code == 400
    assert authorize(exact, redirect_uri="").status_code == 400
