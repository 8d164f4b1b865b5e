"""Exact's OAuth: refresh tokens that serve once, access tokens of 600 s, renewed after 570 s or later."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ACCESS_SECONDS = 600
EARLIEST_REFRESH = 570
REFRESH_SECONDS = 30 * 24 * 3600


class TokenRefused(Exception):
    """The error answer of the token endpoint: `{"error": .., "error_description": ..}` with 400 or 401."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True)
class _Grant:
    redirect_uri: str
    expires: float


class TokenService:
    """Thread-safe. `clock`: seconds. `new_token` makes the tokens' text.

    `issued`: every access and refresh token given out, so that a test can look where they must not stand.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        clock: Callable[[], float],
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(24),
    ) -> None:
        self._client = (client_id, client_secret)
        self._refresh_token: str | None = refresh_token
        self._refresh_expires = clock() + REFRESH_SECONDS
        self._clock = clock
        self._new_token = new_token
        self._access: dict[str, float] = {}
        self._codes: dict[str, _Grant] = {}
        self._last_issued: float | None = None
        self._lock = threading.Lock()
        self.issued: list[str] = []

    def accepts(self, access_token: str) -> bool:
        """Whether this access token is known and not expired."""
        with self._lock:
            return self._access.get(access_token, 0.0) > self._clock()

    def revoke_access(self) -> None:
        """Void all access tokens now, as when a session is ended on the other side."""
        with self._lock:
            self._access.clear()

    def authorize(self, client_id: str, redirect_uri: str) -> str:
        """A code to exchange once. TokenRefused where the client is unknown."""
        if not hmac.compare_digest(client_id, self._client[0]):
            raise TokenRefused("invalid_client", "unknown client_id")
        code = self._new_token()
        with self._lock:
            self._codes[code] = _Grant(redirect_uri, self._clock() + 180)
        return code

    def answer(self, form: Mapping[str, str]) -> dict[str, str]:
        """The body of a token answer for a form post. Raises TokenRefused."""
        client = (form.get("client_id", ""), form.get("client_secret", ""))
        if not all(hmac.compare_digest(*pair) for pair in zip(client, self._client, strict=True)):
            raise TokenRefused("invalid_client", "client_id or client_secret is wrong", 401)
        with self._lock:
            grant_type = form.get("grant_type")
            if grant_type == "refresh_token":
                self._check_refresh(form.get("refresh_token", ""))
            elif grant_type == "authorization_code":
                self._check_code(form.get("code", ""), form.get("redirect_uri", ""))
            else:
                raise TokenRefused("unsupported_grant_type", "grant_type is not supported")
            return self._issue()

    def _check_refresh(self, refresh_token: str) -> None:
        now = self._clock()
        if refresh_token != self._refresh_token or now >= self._refresh_expires:
            raise TokenRefused("invalid_grant", "refresh token is invalid, used before or expired")
        if self._last_issued is not None and now - self._last_issued < EARLIEST_REFRESH:
            # the token stays good: only the moment was wrong
            raise TokenRefused("access_denied", "Rate limit exceeded: access_token not expired")

    def _check_code(self, code: str, redirect_uri: str) -> None:
        grant = self._codes.pop(code, None)
        if grant is None or grant.redirect_uri != redirect_uri or grant.expires <= self._clock():
            raise TokenRefused("invalid_grant", "code is invalid, used before or expired")

    def _issue(self) -> dict[str, str]:
        now = self._clock()
        access_token = self._new_token()
        self._access = {token: until for token, until in self._access.items() if until > now}
        self._access[access_token] = now + ACCESS_SECONDS
        self._refresh_token = self._new_token()
        self._refresh_expires = now + REFRESH_SECONDS
        self._last_issued = now
        self.issued += [access_token, self._refresh_token]
        return {
            "access_token": access_token,
            "token_type": "bearer",
            "expires_in": str(ACCESS_SECONDS),  # a text, as the real answer has it
            "refresh_token": self._refresh_token,
        }
