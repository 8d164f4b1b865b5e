"""Access tokens of one tenant. The refresh token is single use: there is one owner, under one lock.

Exact's rules: an access token lives 600 s; the refresh token may be used from 570 s after the last use and
earlier use is refused (the token stays good); each use voids it and brings a new one; 200 token calls a day.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from filelock import FileLock
from pydantic import SecretStr

from apis.errors import BrokenBody, CredentialsRefused, MinuteLimit, ServerFault, TryAgain
from apis.exact.token_store import StoredTokens, TokenStore
from apis.retries import parse_retry_after
from apis.transport import Anonymous, Answer, Transport

RENEW_AFTER_SECONDS = 570.0
# After a refusal for being early, nobody asks again for this long: each refusal counts as an error.
EARLY_PAUSE_SECONDS = 30.0
REQUEST = "POST oauth2/token"
HOW_TO_CONNECT = "connect again: exact-optiply connect, or set secret exact_refresh_token to a new token"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AccessToken:
    """`usable_until`: epoch seconds up to which nobody asks for another one."""

    value: str = field(repr=False)
    usable_until: float


class ExactTokens:
    """Thread-safe, and safe across processes that share `file`.

    file: `<state_folder>/exact_tokens.json`. seed: the first refresh token, used while the file is empty and
    when it was set anew after the stored one was refused. clock: epoch seconds.
    """

    def __init__(
        self,
        file: Path,
        transport: Transport,
        *,
        token_url: str,
        client_id: str,
        client_secret: SecretStr,
        seed: SecretStr | None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = TokenStore(file)
        self._transport = transport
        self._token_url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._seed = seed
        self._clock = clock
        self._sleep = sleep
        self._threads = threading.Lock()
        self._processes = FileLock(file.with_suffix(".lock"), thread_local=False)
        self._current: AccessToken | None = None

    def current(self) -> AccessToken:
        """A token to use now. Raises CredentialsRefused; TryAgain while the token endpoint is unwell."""
        token = self._current
        if token is not None and self._clock() < token.usable_until:
            return token
        return self._renewed(refused=None)

    def renew(self, refused: AccessToken) -> AccessToken:
        """Another token than `refused`, which Exact answered with 401: waits until it may be asked for."""
        return self._renewed(refused=refused.value)

    def begin(self, code: str, redirect_uri: str) -> None:
        """Store the first tokens of a login, in place of those of an earlier one.

        code: from the redirect, serves once; so this is never repeated. redirect_uri: the one that the login was
        begun with. Raises CredentialsRefused, StopRun where nothing could be stored, and TryAgain: then the login
        has to be begun again.
        """
        self._store.file.parent.mkdir(parents=True, exist_ok=True)
        with self._threads, self._processes:
            self._store.check_writable()
            answer = self._ask(
                {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
            )
            content = _content(answer.body)
            refresh_token, access_token = _text(content, "refresh_token"), _text(content, "access_token")
            if not (refresh_token and access_token):
                raise self._error(answer, content, code)
            seed = self._seed.get_secret_value() if self._seed else None
            # a secret that is older than this login is not to be taken for one that was set anew
            known_seed = fingerprint(seed) if seed else ""
            tokens = StoredTokens(refresh_token, access_token, self._clock(), known_seed)
            self._store.write(tokens)
            self._use(tokens)

    def _renewed(self, refused: str | None) -> AccessToken:
        self._store.file.parent.mkdir(parents=True, exist_ok=True)
        with self._threads, self._processes:
            stored = self._store.read()  # another thread or process may have renewed meanwhile
            if stored is not None and stored.access_token:
                if stored.access_token == refused:
                    self._wait_until_renewable(stored)
                elif 0 <= self._clock() - stored.obtained_at < RENEW_AFTER_SECONDS:
                    return self._use(stored)
            return self._refresh(stored)

    def _wait_until_renewable(self, stored: StoredTokens) -> None:
        age = self._clock() - stored.obtained_at
        if 0 <= age < RENEW_AFTER_SECONDS:
            log.warning(
                "Exact refuses a fresh token; a new one may be asked for in %.0f s", RENEW_AFTER_SECONDS - age
            )
            self._sleep(RENEW_AFTER_SECONDS - age)

    def _refresh(self, stored: StoredTokens | None) -> AccessToken:
        seed = self._seed.get_secret_value() if self._seed else None
        if stored is None:
            if not seed:
                raise CredentialsRefused(f"never connected to Exact Online; {HOW_TO_CONNECT}")
            return self._exchange(seed, fingerprint(seed), None)
        try:
            return self._exchange(stored.refresh_token, stored.seed_fingerprint, stored)
        except CredentialsRefused:
            if not seed or fingerprint(seed) == stored.seed_fingerprint:
                raise
            log.info("the stored refresh token is refused; starting from the newly set exact_refresh_token")
            return self._exchange(seed, fingerprint(seed), None)

    def _exchange(
        self, refresh_token: str, seed_fingerprint: str, stored: StoredTokens | None
    ) -> AccessToken:
        self._store.check_writable()
        answer = self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})
        content = _content(answer.body)
        tokens = StoredTokens(
            # an answer that carries no new refresh token did not use the old one up
            refresh_token=_text(content, "refresh_token") or refresh_token,
            access_token=_text(content, "access_token"),
            obtained_at=self._clock(),
            seed_fingerprint=seed_fingerprint,
        )
        if tokens.access_token or tokens.refresh_token != refresh_token:
            self._store.write(tokens)
        if tokens.access_token:
            return self._use(tokens)
        if _is_early(content):
            if stored is None or not stored.access_token:
                raise TryAgain(
                    "Exact says that an access token of this refresh token is still valid elsewhere: "
                    "try again in 10 minutes",
                    retry_after=RENEW_AFTER_SECONDS,
                    status=answer.status,
                    request=REQUEST,
                )
            return self._use(stored, usable_until=self._clock() + EARLY_PAUSE_SECONDS)
        raise self._error(answer, content, refresh_token)

    def _ask(self, grant: Mapping[str, str]) -> Answer:
        form = {
            **grant,
            "client_id": self._client_id,
            "client_secret": self._client_secret.get_secret_value(),
        }
        return self._transport.send(
            "POST",
            self._token_url,
            request=REQUEST,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            auth=Anonymous(),
            body=urlencode(form).encode(),
        )

    def _use(self, stored: StoredTokens, usable_until: float | None = None) -> AccessToken:
        until = stored.obtained_at + RENEW_AFTER_SECONDS if usable_until is None else usable_until
        self._current = AccessToken(stored.access_token, until)
        return self._current

    def _error(self, answer: Answer, content: dict[str, Any], sent: str) -> Exception:
        """sent: the refresh token or code, which no message may repeat."""
        status = answer.status
        if status == 429:
            wait = parse_retry_after(answer.headers.get("retry-after"), self._clock())
            return MinuteLimit(
                "too many token requests",
                retry_after=60.0 if wait is None else wait,
                status=status,
                request=REQUEST,
            )
        if 200 <= status < 300:
            return BrokenBody("the answer holds no token", status=status, request=REQUEST)
        if not 400 <= status < 500 or status == 408:
            return ServerFault(f"status {status}", status=status, request=REQUEST)
        words = _description(content) or f"status {status}"
        for secret in (sent, self._client_secret.get_secret_value()):
            words = words.replace(secret, "…")
        if _text(content, "error") == "invalid_client":
            how = "check client_id in the tenant file and secret exact_client_secret"
        else:
            how = HOW_TO_CONNECT
        return CredentialsRefused(
            f"Exact Online refuses a new token ({words}); {how}", status=status, request=REQUEST
        )


def fingerprint(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode()).hexdigest()


def _content(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _text(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""


def _description(content: dict[str, Any]) -> str:
    return " ".join(filter(None, (_text(content, "error"), _text(content, "error_description"))))[:200]


def _is_early(content: dict[str, Any]) -> bool:
    """Told by the description: the code that comes with it is that of other refusals too."""
    return "not expired" in _description(content).lower()
