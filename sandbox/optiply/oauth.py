"""The token desk: OAuth 2 password grant with the client in HTTP Basic, as `sandbox.credentials` says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import count

from werkzeug import Request

from sandbox import credentials
from sandbox.optiply.refusal import RefusedError

Answer = tuple[int, dict[str, object]]


class TokenDesk:
    """`lifetime`: seconds that an access token is good for. Thread-safe.

    `issued`: every token given out, so that a test can look where they must not stand.
    """

    def __init__(self, lifetime: float = 3600.0, clock: Callable[[], float] = time.time) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._numbers = count(1)
        self._expires: dict[str, float] = {}
        self._lock = threading.Lock()
        self.issued: list[str] = []

    def grant(self, request: Request) -> Answer:
        """Status and body for one token request."""
        client = request.authorization
        if client is None or client.type != "basic":
            return 401, {"error": "invalid_client", "error_description": "HTTP Basic is missing"}
        if (client.username, client.password) != (
            credentials.OPTIPLY_CLIENT_ID,
            credentials.OPTIPLY_CLIENT_SECRET,
        ):
            return 401, {"error": "invalid_client", "error_description": "Bad client credentials"}
        if request.form.get("grant_type") != "password":
            return 400, {"error": "unsupported_grant_type", "error_description": "password only"}
        user = (request.form.get("username"), request.form.get("password"))
        if user != (credentials.OPTIPLY_USERNAME, credentials.OPTIPLY_PASSWORD):
            return 400, {"error": "invalid_grant", "error_description": "Bad credentials"}
        with self._lock:
            number = next(self._numbers)
            token = f"sandbox-optiply-access-{number}"
            self._expires[token] = self._clock() + self._lifetime
            refresh_token = f"sandbox-optiply-refresh-{number}"
            self.issued += [token, refresh_token]
        return 200, {
            "access_token": token,
            "refresh_token": refresh_token,
            "token_type": "bearer",
            "expires_in": int(self._lifetime),
        }

    def check(self, request: Request) -> None:
        """Raise RefusedError (401) unless the request carries an access token that is still good."""
        bearer = request.authorization
        token = bearer.token if bearer is not None and bearer.type == "bearer" else None
        with self._lock:
            good = token is not None and self._expires.get(token, 0.0) > self._clock()
        if not good:
            raise RefusedError(401, "invalid_token")

    def revoke_all(self) -> None:
        """Every token given out so far stops being good."""
        with self._lock:
            self._expires.clear()
