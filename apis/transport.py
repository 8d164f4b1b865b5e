"""One HTTP exchange: bytes out, status, headers and bytes back. Nothing here repeats, redirects or judges."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from apis.connections import Turn, TurnTakingAdapter, starting_with
from apis.errors import ConnectionLost
from apis.exchanges import Exchange, Observer

USER_AGENT = "exact-optiply/0.1"


@dataclass(frozen=True)
class Answer:
    """`headers`: lower-case names. `request`: what was asked, for messages ("GET sync/Logistics/Items")."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    request: str


class Anonymous(AuthBase):
    """No credentials in the header. Named, because requests looks into ~/.netrc where nothing is given."""

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        return prepared


class Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def hide(self, body: bytes) -> bytes:
        """The body without the token."""
        return body.replace(self._token.encode(), b"***")

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.headers["Authorization"] = f"Bearer {self._token}"
        return prepared


class Transport:
    """Thread-safe. Keeps up to `connections` connections per host open; further threads wait for one.

    `timeout_seconds`: for connecting and for each wait for bytes. `observe`: told of every exchange under a Bearer
    token, from the thread that made it.
    """

    def __init__(self, *, timeout_seconds: float, connections: int, observe: Observer | None = None) -> None:
        self._timeout = timeout_seconds
        self._observe = observe
        self._session = requests.Session()
        # Cookies would tie requests of one tenant to one server and to each other; neither API needs them.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = TurnTakingAdapter(connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._environment: dict[tuple[str, str], dict[str, Any]] = {}

    def send(
        self,
        method: str,
        url: str,
        *,
        request: str,
        headers: Mapping[str, str],
        auth: AuthBase,
        body: bytes | None = None,
        turn: Turn | None = None,
    ) -> Answer:
        """One exchange. `turn`: entered when the request is about to go out, left when it has gone (pacing).

        Raises ConnectionLost, whose `was_sent` tells whether the API can have seen the request.
        """
        begun = time.monotonic()
        answer: Answer | None = None
        error: str | None = None
        try:
            answer = self._exchange(method, url, request, headers, auth, body, turn)
            return answer
        except ConnectionLost as lost:
            error = lost.message
            raise
        finally:
            if self._observe is not None and isinstance(auth, Bearer):
                self._observe(
                    Exchange(
                        method=method,
                        url=url,
                        request_body=body,
                        status=answer.status if answer else None,
                        answer_body=auth.hide(answer.body) if answer else b"",
                        error=error,
                        seconds=time.monotonic() - begun,
                    )
                )

    def _exchange(
        self,
        method: str,
        url: str,
        request: str,
        headers: Mapping[str, str],
        auth: AuthBase,
        body: bytes | None,
        turn: Turn | None,
    ) -> Answer:
        prepared = self._session.prepare_request(
            requests.Request(method, url, headers={"User-Agent": USER_AGENT, **headers}, data=body, auth=auth)
        )
        proxies_and_certificates = self._from_environment(url)
        try:
            with starting_with(turn):
                response = self._session.send(
                    prepared, timeout=self._timeout, allow_redirects=False, **proxies_and_certificates
                )
        # Not `from error`: requests' exceptions carry the request with its Authorization header.
        except requests.exceptions.ConnectTimeout:
            raise ConnectionLost("no connection in time", was_sent=False, request=request) from None
        except requests.exceptions.Timeout:
            raise ConnectionLost("no answer in time", request=request) from None
        except requests.exceptions.ConnectionError as error:
            if _never_connected(error):
                raise ConnectionLost("connection refused", was_sent=False, request=request) from None
            raise ConnectionLost("connection lost before the answer", request=request) from None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            raise ConnectionLost("connection lost within the answer", request=request) from None
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
            request=request,
        )

    def _from_environment(self, url: str) -> dict[str, Any]:
        """Proxies and certificates, asked once per host: requests walks the whole environment each time, which is a
        third of the CPU time of a request."""
        host = urlsplit(url)[:2]
        found = self._environment.get(host)
        if found is None:
            found = dict(self._session.merge_environment_settings(url, {}, False, None, None))
            self._environment[host] = found
        return found

    def close(self) -> None:
        self._session.close()


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    """requests wraps urllib3's MaxRetryError, whose reason says what happened."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
