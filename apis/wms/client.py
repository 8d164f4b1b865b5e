"""Reading from a WMS over HTTP: Basic authentication, JSON, back-off. Only GET, so every request can be repeated."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import SecretStr
from requests.auth import HTTPBasicAuth

from apis.errors import BrokenBody, MinuteLimit, RequestRefused, ServerFault, TryAgain
from apis.retries import parse_retry_after, retrying
from apis.transport import Answer, Transport

LONGEST_TEXT = 200
Page = TypeVar("Page")


@dataclass(frozen=True)
class WmsAccess:
    """Where a WMS is and who asks. `secrets`: names of the two secrets, for messages. `busy_statuses`: what it
    answers besides 429 when it wants to be left alone for a while."""

    base_url: str
    username: SecretStr
    password: SecretStr
    secrets: str
    busy_statuses: frozenset[int] = field(default_factory=frozenset)
    timeout_seconds: float = 60.0


class WmsClient:
    """One per process, tenant and WMS. clock: epoch seconds. request_count: every request, refused ones too."""

    def __init__(
        self,
        access: WmsAccess,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._access = access
        self._transport = Transport(timeout_seconds=access.timeout_seconds, connections=1)
        self._clock = clock
        self._sleep = sleep
        self.request_count = 0

    def get(self, path: str, query: Mapping[str, str], decode: Callable[[Any], Page]) -> Page:
        """One page. decode: from the JSON document to the page; raises BrokenBody where it is none, and then the
        page is asked for again.

        Raises RequestRefused, and TryAgain after five tries. Neither stops what else a run does.
        """
        page: Page = retrying(self._sleep)(self._get_once, path, query, decode)
        return page

    def _get_once(self, path: str, query: Mapping[str, str], decode: Callable[[Any], Page]) -> Page:
        access = self._access
        url = f"{access.base_url.rstrip('/')}/{path}"
        self.request_count += 1
        answer = self._transport.send(
            "GET",
            f"{url}?{urlencode(query, quote_via=quote)}" if query else url,
            request=f"GET {path}",
            headers={"Accept": "application/json"},
            auth=HTTPBasicAuth(
                access.username.get_secret_value().encode(), access.password.get_secret_value().encode()
            ),
        )
        if (error := self._error(answer)) is not None:
            raise error
        try:
            return decode(_document(answer))
        except BrokenBody as broken:
            raise BrokenBody(broken.message, status=answer.status, request=answer.request) from None

    def _error(self, answer: Answer) -> TryAgain | RequestRefused | None:
        status, request = answer.status, answer.request
        if status == 200:
            return None
        retry_after = parse_retry_after(answer.headers.get("retry-after"), self._clock())
        if status == 429:
            return MinuteLimit("too many requests", retry_after=retry_after, status=status, request=request)
        words = f"status {status}: {_words(answer)}"
        if status in (401, 403):
            words = f"{words}; check {self._access.secrets}"
        if status == 408 or status in self._access.busy_statuses or not 400 <= status < 500:
            return ServerFault(words, retry_after=retry_after, status=status, request=request)
        return RequestRefused(words, status=status, request=request)


def _document(answer: Answer) -> Any:
    """A maintenance page, an empty or a cut body are no answer, whatever their status says."""
    try:
        return json.loads(answer.body)
    except ValueError:
        what = "is empty" if not answer.body.strip() else "is not JSON, or cut short"
        raise BrokenBody(f"the body {what}") from None


def _words(answer: Answer) -> str:
    return " ".join(answer.body.decode("utf-8", "replace").split())[:LONGEST_TEXT] or "empty body"
