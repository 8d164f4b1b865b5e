"""What can go wrong with an API, named by what the caller does next.

    ApiError
    ├─ StopRun                    nothing more will work in this run
    │   ├─ CredentialsRefused     a person has to connect again; the message says how
    │   └─ DailyLimitReached      ends the run cleanly; `resumes_at` says when to go on
    ├─ TryAgain                   the clients repeat it themselves; surfaces when the tries are used up
    │   ├─ MinuteLimit, ServerFault, BrokenBody, ConnectionLost
    ├─ OutcomeUnknown             a write whose answer was lost: look it up before any repeat
    ├─ RecordRefused              this record only
    │   ├─ Conflict (409)
    │   └─ Gone (404)
    └─ RequestRefused             fatal for that stream
        └─ NotAvailable           the licence or the user lacks the module

No message, attribute or repr of these holds a token, a password or a request body.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


class ApiError(Exception):
    """`status`: HTTP status, None where no answer came. `request`: "GET sync/Logistics/Items", no URL."""

    def __init__(self, message: str, *, status: int | None = None, request: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.request = request

    def __str__(self) -> str:
        return f"{self.request}: {self.message}" if self.request else self.message


class StopRun(ApiError):
    """Nothing more will work in this run."""


class CredentialsRefused(StopRun):
    """The API does not accept who we are. The message says how to connect again."""


class DailyLimitReached(StopRun):
    """`resumes_at`: UTC, aware; None where the API did not say."""

    def __init__(
        self,
        message: str,
        *,
        resumes_at: datetime | None = None,
        status: int | None = None,
        request: str | None = None,
    ) -> None:
        super().__init__(message, status=status, request=request)
        self.resumes_at = resumes_at


class TryAgain(ApiError):
    """`retry_after`: seconds the API asked for; None where it did not."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        status: int | None = None,
        request: str | None = None,
    ) -> None:
        super().__init__(message, status=status, request=request)
        self.retry_after = retry_after


class MinuteLimit(TryAgain):
    """Too many requests for now. The request was refused before any work was done."""


class ServerFault(TryAgain):
    """408, 5xx or 599."""


class BrokenBody(TryAgain):
    """A body that is not a whole answer: cut short, HTML, empty."""


class ConnectionLost(TryAgain):
    """Time-out, reset, refused. `was_sent` False: the request certainly never reached the API."""

    def __init__(
        self,
        message: str,
        *,
        was_sent: bool = True,
        retry_after: float | None = None,
        status: int | None = None,
        request: str | None = None,
    ) -> None:
        super().__init__(message, retry_after=retry_after, status=status, request=request)
        self.was_sent = was_sent


class OutcomeUnknown(ApiError):
    """A write that may have been done or not. Look it up before any repeat."""


class _Refused(ApiError):
    def __init__(
        self, messages: str | Sequence[str], *, status: int | None = None, request: str | None = None
    ) -> None:
        words = (messages,) if isinstance(messages, str) else tuple(messages)
        super().__init__("; ".join(words) or f"refused with status {status}", status=status, request=request)
        self.messages: tuple[str, ...] = words


class RecordRefused(_Refused):
    """The API refuses this record; others are not concerned.

    `messages`: the API's own words. `pointers`: the attributes they are about, where it says so.
    """

    def __init__(
        self,
        messages: str | Sequence[str],
        *,
        pointers: Sequence[str] = (),
        status: int | None = None,
        request: str | None = None,
    ) -> None:
        super().__init__(messages, status=status, request=request)
        self.pointers: tuple[str, ...] = tuple(pointers)


class Conflict(RecordRefused):
    """409: the receiver holds a record with the same unique key."""


class Gone(RecordRefused):
    """404: the receiver does not hold the record."""


class RequestRefused(_Refused):
    """A request that will not get better by repeating it."""


class NotAvailable(RequestRefused):
    """403 or 404 on a path: the licence or the connected user lacks the module."""
