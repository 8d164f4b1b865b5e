"""The client of Optiply's public API. Thread-safe; keeps connections open."""

from __future__ import annotations

import builtins
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from apis.errors import BrokenBody, ConnectionLost, CredentialsRefused, OutcomeUnknown
from apis.exchanges import Observer
from apis.optiply.answers import Method, check, check_body
from apis.optiply.resource import MEDIA_TYPE, ListPage, Resource, decode_list, decode_resource, encode
from apis.optiply.tokens import AccessToken, OptiplyTokens
from apis.retries import retrying
from apis.transport import Answer, Bearer, Transport
from settings.tenant import OptiplySettings

MOST_PER_PAGE = 100


class OptiplyClient:
    """One per process and tenant. clock: epoch seconds.

    request_count: every request sent to the API, also the refused ones; token requests are not among them.
    """

    def __init__(
        self,
        settings: OptiplySettings,
        tokens: OptiplyTokens,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        observe: Observer | None = None,
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        # one spare for reads beside the writing threads
        self._transport = Transport(
            timeout_seconds=settings.timeout_seconds, connections=settings.workers + 1, observe=observe
        )
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._request_count = 0

    @property
    def account_id(self) -> int:
        """The account that every request is about."""
        return self._settings.account_id

    @property
    def request_count(self) -> int:
        return self._request_count

    def list(
        self,
        entity: str,
        *,
        filters: Mapping[str, str] | None = None,
        sort: str = "id",
        page_size: int = MOST_PER_PAGE,
    ) -> Iterator[builtins.list[Resource]]:
        """The account's records, page by page.

        filters: `{"skuCode": "A1", "updatedAt[GT]": "2024-01-31T00:00:00Z"}`. sort: must be stable, or pages
        overlap. page_size: at most 100. Raises NotAvailable, RequestRefused, CredentialsRefused, and TryAgain
        after five tries.
        """
        if not 1 <= page_size <= MOST_PER_PAGE:
            raise ValueError(f"page_size is 1 to {MOST_PER_PAGE}, not {page_size}")
        query = {
            "filter[accountId]": str(self._settings.account_id),
            "sort": sort,
            "page[limit]": str(page_size),
        }
        query |= {_filter_name(name): value for name, value in (filters or {}).items()}
        offset, last_id = 0, None
        while True:
            page = self._page(entity, {**query, "page[offset]": str(offset)})
            if page.resources and page.resources[-1].id == last_id:
                raise BrokenBody(
                    "the page is the one before it: page[offset] is not heeded", request=f"GET {entity}"
                )
            if page.resources:
                last_id = page.resources[-1].id
                yield page.resources
            following = page.offset_after(offset, page_size)
            if following is None:
                return
            offset = following

    def create(self, entity: str, attributes: Mapping[str, Any]) -> Resource:
        """POST. Repeated only where Optiply certainly did no work (429, 401, never connected).

        Raises RecordRefused, Conflict, Gone (what it refers to is not there), OutcomeUnknown, RequestRefused.
        """
        return retrying(self._sleep)(self._create_once, entity, encode(entity, dict(attributes)))

    def update(self, entity: str, id: str, attributes: Mapping[str, Any]) -> None:  # noqa: A002 - JSON:API's word
        """PATCH these attributes. Raises Gone, Conflict, RecordRefused, RequestRefused."""
        self._repeatable("PATCH", entity, id, encode(entity, dict(attributes)))

    def delete(self, entity: str, id: str) -> None:  # noqa: A002 - JSON:API's word
        """DELETE; what is gone already is success. Raises Conflict, RecordRefused, RequestRefused."""
        self._repeatable("DELETE", entity, id, None)

    def _page(self, entity: str, query: Mapping[str, str]) -> ListPage:
        return retrying(self._sleep)(self._page_once, entity, query)

    def _page_once(self, entity: str, query: Mapping[str, str]) -> ListPage:
        answer = self._authorised("GET", entity, entity, query, None)
        check(answer, "GET", now=self._clock())
        try:
            return decode_list(answer.body)
        except BrokenBody as error:
            raise BrokenBody(error.message, status=answer.status, request=answer.request) from None

    def _create_once(self, entity: str, body: bytes) -> Resource:
        answer = self._authorised("POST", entity, entity, self._writer(), body)
        check(answer, "POST", now=self._clock())
        try:
            return decode_resource(answer.body)
        except BrokenBody as error:
            raise OutcomeUnknown(
                f"outcome unknown: done by its status, but {error.message}",
                status=answer.status,
                request=answer.request,
            ) from None

    def _repeatable(self, method: Method, entity: str, id: str, body: bytes | None) -> None:  # noqa: A002
        retrying(self._sleep)(self._repeatable_once, method, entity, id, body)

    def _repeatable_once(self, method: Method, entity: str, id: str, body: bytes | None) -> None:  # noqa: A002
        answer = self._authorised(method, entity, f"{entity}/{quote(id, safe='')}", self._writer(), body)
        check(answer, method, now=self._clock())
        check_body(answer)

    def _writer(self) -> dict[str, str]:
        return {"accountId": str(self._settings.account_id), "couplingId": str(self._settings.coupling_id)}

    def _authorised(
        self, method: Method, entity: str, path: str, query: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """The answer; after a 401 the one to a repetition with a new token. A second 401 is fatal."""
        label = f"{method} {entity}"
        token = self._tokens.current()
        answer = self._send(method, label, path, query, body, token)
        if answer.status != 401:
            return answer
        answer = self._send(method, label, path, query, body, self._tokens.renew(token))
        if answer.status == 401:
            raise CredentialsRefused(
                "Optiply refuses a token it has just given out: the user of secret optiply_username has no "
                f"access to account {self._settings.account_id} (optiply.account_id in the tenant file)",
                status=401,
                request=label,
            )
        return answer

    def _send(
        self,
        method: Method,
        label: str,
        path: str,
        query: Mapping[str, str],
        body: bytes | None,
        token: AccessToken,
    ) -> Answer:
        url = f"{self._settings.base_url.rstrip('/')}/{path}?{urlencode(query, quote_via=quote)}"
        try:
            return self._transport.send(
                method,
                url,
                request=label,
                headers={"Content-Type": MEDIA_TYPE, "Accept": f"{MEDIA_TYPE}, application/json"},
                auth=Bearer(token.value),
                body=body,
                turn=self._turn,
            )
        except ConnectionLost as error:
            if method != "POST" or not error.was_sent:
                raise
            raise OutcomeUnknown(f"outcome unknown: {error.message}", request=label) from None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock:
            self._request_count += 1
        yield


def _filter_name(name: str) -> str:
    """`updatedAt[GT]` -> `filter[updatedAt][GT]`."""
    attribute, bracket, operator = name.partition("[")
    return f"filter[{attribute}]{bracket}{operator}"
