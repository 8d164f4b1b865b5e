"""Access tokens of one Optiply account, by password grant. In memory only; one serves all threads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr
from requests.auth import HTTPBasicAuth

from apis.errors import ApiError, BrokenBody, CredentialsRefused, MinuteLimit, ServerFault
from apis.retries import parse_retry_after
from apis.transport import Answer, Transport

REQUEST = "POST oauth/token"
# Asked for anew this long before the end, so that a request under way does not meet it.
MARGIN_SECONDS = 30.0


@dataclass(frozen=True)
class AccessToken:
    """`usable_until`: epoch seconds; None where Optiply did not say, then it serves until it is refused."""

    value: str = field(repr=False)
    usable_until: float | None


@dataclass(frozen=True)
class Credentials:
    """SecretStr, so that no repr shows them."""

    username: SecretStr
    password: SecretStr
    client_id: SecretStr
    client_secret: SecretStr


class OptiplyTokens:
    """Thread-safe. clock: epoch seconds."""

    def __init__(
        self,
        credentials: Credentials,
        transport: Transport,
        *,
        token_url: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._credentials = credentials
        self._transport = transport
        self._token_url = token_url
        self._clock = clock
        self._lock = threading.Lock()
        self._current: AccessToken | None = None

    def current(self) -> AccessToken:
        """A token to use now. Raises CredentialsRefused; TryAgain while the token endpoint is unwell."""
        with self._lock:
            token = self._current
            if token is None or (token.usable_until is not None and self._clock() >= token.usable_until):
                token = self._current = self._ask()
            return token

    def renew(self, refused: AccessToken) -> AccessToken:
        """Another token than `refused`: a new one, or the one that another thread has got meanwhile."""
        with self._lock:
            token = self._current
            if token is None or token.value == refused.value:
                token = self._current = self._ask()
            return token

    def _ask(self) -> AccessToken:
        credentials = self._credentials
        form = {
            "grant_type": "password",
            "username": credentials.username.get_secret_value(),
            "password": credentials.password.get_secret_value(),
        }
        answer = self._transport.send(
            "POST",
            self._token_url,
            request=REQUEST,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            auth=HTTPBasicAuth(
                credentials.client_id.get_secret_value().encode(),
                credentials.client_secret.get_secret_value().encode(),
            ),
            body=urlencode(form).encode(),
        )
        content = _content(answer.body)
        if not 200 <= answer.status < 300:
            raise self._error(answer, content)
        value = content.get("access_token")
        if not isinstance(value, str) or not value:
            raise BrokenBody("the answer holds no token", status=answer.status, request=REQUEST)
        return AccessToken(value, self._usable_until(content.get("expires_in")))

    def _usable_until(self, expires_in: object) -> float | None:
        try:
            seconds = float(expires_in) if isinstance(expires_in, str | int | float) else 0.0
        except ValueError:
            seconds = 0.0
        # a lifetime below the margin would mean a new token for every request
        return self._clock() + max(seconds - MARGIN_SECONDS, seconds / 2) if seconds > 0 else None

    def _error(self, answer: Answer, content: dict[str, Any]) -> ApiError:
        status = answer.status
        if status == 429:
            wait = parse_retry_after(answer.headers.get("retry-after"), self._clock())
            return MinuteLimit("too many token requests", retry_after=wait, status=status, request=REQUEST)
        if status == 408 or not 400 <= status < 500:
            return ServerFault(f"status {status}", status=status, request=REQUEST)
        if content.get("error") in ("invalid_client", "unauthorized_client"):
            which = "secrets optiply_client_id and optiply_client_secret"
        elif content.get("error") == "invalid_grant":
            which = "secrets optiply_username and optiply_password"
        else:
            which = "secrets optiply_username, optiply_password, optiply_client_id and optiply_client_secret"
        return CredentialsRefused(
            f"Optiply refuses a token (status {status}): check {which}", status=status, request=REQUEST
        )


def _content(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
