"""The client of Exact Online: reads pages, creates records, keeps Exact's limits. Thread-safe."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlencode, urljoin, urlsplit

from apis.errors import (
    ConnectionLost,
    CredentialsRefused,
    DailyLimitReached,
    MinuteLimit,
    OutcomeUnknown,
    RequestRefused,
)
from apis.exact.answers import created_entry, read_error, read_page
from apis.exact.error_budget import ErrorBudget
from apis.exact.limits import Limits
from apis.exact.pace import Pace
from apis.exact.page import Entry, Page
from apis.exact.tokens import HOW_TO_CONNECT, AccessToken, ExactTokens
from apis.exchanges import Observer
from apis.retries import retrying
from apis.transport import Answer, Bearer, Transport
from settings.tenant import ExactSettings

ACCEPT = {"xml": "application/atom+xml, application/xml", "json": "application/json"}
WITHOUT_DIVISION = ("current/", "system/Users")
# More than streams that can be under way at one request start a second.
CONNECTIONS = 16


@dataclass(frozen=True)
class _Request:
    method: Literal["GET", "POST"]
    url: str
    endpoint: str
    body: bytes | None = None
    is_elsewhere: bool = False  # in another division than the tenant's, which has limits of its own

    @property
    def label(self) -> str:
        return f"{self.method} {self.endpoint}"


class ExactClient:
    """One per process and tenant. clock: epoch seconds.

    request_count: every request sent to the API, also the refused ones; token requests are not among them.
    """

    def __init__(
        self,
        settings: ExactSettings,
        tokens: ExactTokens,
        pace: Pace,
        *,
        response_format: Literal["xml", "json"] = "xml",
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        observe: Observer | None = None,
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._pace = pace
        self._transport = Transport(
            timeout_seconds=settings.timeout_seconds, connections=CONNECTIONS, observe=observe
        )
        self._accept = ACCEPT[response_format]
        self._clock = clock
        self._sleep = sleep
        self._errors = ErrorBudget(clock)
        self._lock = threading.Lock()
        self._limits = Limits()
        self._request_count = 0
        self._day_over: DailyLimitReached | None = None

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def request_count(self) -> int:
        return self._request_count

    def pages(
        self,
        path: str,
        *,
        select: Sequence[str] = (),
        filter: str | None = None,  # noqa: A002 - OData's word for it
        expand: Sequence[str] = (),
        orderby: str | None = None,
        top: int | None = None,
        start: str | None = None,
        division: int | None = None,
    ) -> Iterator[Page]:
        """The pages of a path (relative to `/api/v1/{division}/`), strictly in the order of the next links.

        filter: from `apis.exact.odata`. start: a next link saved earlier, used instead of the query.
        division: another than the tenant's. Raises what `apis.exact.answers.read_page` lists, TryAgain only
        after five tries, and RequestRefused for a next link that leads to another host.
        """
        first = self._url(path, division)
        link: str | None = (
            self._same_host(start, first, path)
            if start
            else _with_query(
                first,
                {
                    "$select": ",".join(select),
                    "$filter": filter,
                    "$expand": ",".join(expand),
                    "$orderby": orderby,
                    "$top": None if top is None else str(top),
                },
            )
        )
        while link is not None:
            page = self._read(
                _Request("GET", link, _endpoint(path), is_elsewhere=self._is_elsewhere(path, division))
            )
            following = None if page.next_link is None else self._same_host(page.next_link, link, path)
            if following == link:
                raise RequestRefused(
                    "the next link leads to the page it is on", request=f"GET {_endpoint(path)}"
                )
            yield Page(page.entries, following)
            link = following

    def create(self, path: str, body: Mapping[str, Any], *, division: int | None = None) -> Entry:
        """POST one record and return it as Exact holds it.

        Repeated only where Exact certainly did no work (429, 401, never connected). Raises RecordRefused,
        RequestRefused, NotAvailable, DailyLimitReached, CredentialsRefused, OutcomeUnknown; MinuteLimit or
        ConnectionLost after five tries mean that nothing was done.
        """
        content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        request = _Request(
            "POST",
            self._url(path, division),
            _endpoint(path),
            content,
            is_elsewhere=self._is_elsewhere(path, division),
        )
        return retrying(self._sleep)(self._create_once, request)

    def _read(self, request: _Request) -> Page:
        return retrying(self._sleep)(self._read_once, request)

    def _read_once(self, request: _Request) -> Page:
        return read_page(self._authorised(request), now=self._clock())

    def _create_once(self, request: _Request) -> Entry:
        return created_entry(self._authorised(request), now=self._clock())

    def _authorised(self, request: _Request) -> Answer:
        """The answer; after a 401 the one to a repetition with a new token. A second 401 is fatal."""
        token = self._tokens.current()
        answer = self._send(request, token)
        if answer.status != 401:
            return answer
        answer = self._send(request, self._tokens.renew(token))
        if answer.status == 401:
            words = read_error(answer, now=self._clock()).message
            raise CredentialsRefused(
                f"{words}, also after it was renewed; {HOW_TO_CONNECT}", status=401, request=request.label
            )
        return answer

    def _send(self, request: _Request, token: AccessToken) -> Answer:
        self._refuse_before_sending(request)
        headers = {"Accept": self._accept}
        if request.body is not None:
            headers |= {"Content-Type": "application/json", "Prefer": "return=representation"}
        try:
            answer = self._transport.send(
                request.method,
                request.url,
                request=request.label,
                headers=headers,
                auth=Bearer(token.value),
                body=request.body,
                turn=self._turn,
            )
        except ConnectionLost as error:
            if request.method == "GET" or not error.was_sent:
                raise
            raise OutcomeUnknown(f"outcome unknown: {error.message}", request=request.label) from None
        self._learn(request, answer)
        return answer

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._pace.turn():
            with self._lock:
                self._request_count += 1
            yield

    def _refuse_before_sending(self, request: _Request) -> None:
        self._errors.check(request.endpoint, request.label)
        over = None if request.is_elsewhere else self._day_over
        if over is not None and over.resumes_at is not None and self._clock() < over.resumes_at.timestamp():
            raise DailyLimitReached(
                over.message, resumes_at=over.resumes_at, status=429, request=request.label
            )

    def _learn(self, request: _Request, answer: Answer) -> None:
        """What every answer tells about the limits, whoever asked for it. The day's are those of a division."""
        self._errors.count(request.endpoint, answer.status)
        if not request.is_elsewhere:
            with self._lock:
                self._limits = self._limits.after(answer.headers)
        if answer.status == 429:
            limit = read_error(answer, now=self._clock())
            if isinstance(limit, DailyLimitReached):
                if not request.is_elsewhere:
                    self._day_over = limit
            elif isinstance(limit, MinuteLimit) and limit.retry_after is not None:
                self._pace.hold(limit.retry_after)  # the other threads and processes wait too

    def _url(self, path: str, division: int | None) -> str:
        base = f"{self._settings.base_url.rstrip('/')}/api/v1/"
        if path.startswith(WITHOUT_DIVISION):
            return base + path
        return f"{base}{division or self._settings.division}/{path}"

    def _is_elsewhere(self, path: str, division: int | None) -> bool:
        return division not in (None, self._settings.division) and not path.startswith(WITHOUT_DIVISION)

    def _same_host(self, link: str, base: str, path: str) -> str:
        """The link, made absolute. RequestRefused where it leads away: the token would go there too."""
        absolute = urljoin(base, link)
        ours, theirs = urlsplit(self._settings.base_url), urlsplit(absolute)
        if (ours.scheme, ours.netloc.lower()) != (theirs.scheme, theirs.netloc.lower()):
            raise RequestRefused(
                f"a next link leads to {theirs.scheme}://{theirs.hostname} instead of the configured host",
                request=f"GET {_endpoint(path)}",
            )
        return absolute


def _endpoint(path: str) -> str:
    return path.partition("?")[0].partition("(")[0]


def _with_query(url: str, parameters: Mapping[str, str | None]) -> str:
    """The url with the parameters that have a value; spaces as %20, which OData servers read the same way."""
    given = {name: value for name, value in parameters.items() if value}
    if not given:
        return url
    joiner = "&" if "?" in url else "?"
    return url + joiner + urlencode(given, quote_via=quote, safe="$,'():/")
