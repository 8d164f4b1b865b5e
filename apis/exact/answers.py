"""What an answer of Exact means: nothing wrong, or the error that says what to do.

429 without X-RateLimit-Remaining is the minute limit, with "0" the day limit; resets are epoch milliseconds.
Business refusals of a write come as an error body under status 400 or 500, so a 500 alone does not tell a
refusal from a fault.
"""

from __future__ import annotations

import json
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from apis.errors import (
    ApiError,
    BrokenBody,
    CredentialsRefused,
    DailyLimitReached,
    MinuteLimit,
    NotAvailable,
    OutcomeUnknown,
    RecordRefused,
    RequestRefused,
    ServerFault,
)
from apis.exact import atom, odata_json
from apis.exact.limits import milliseconds, number, read_limits
from apis.exact.page import Entry, Page
from apis.retries import parse_retry_after
from apis.transport import Answer

LONGEST_TEXT = 500
NEXT_MINUTE_SECONDS = 60.0
ABOUT_THE_RECORD = frozenset({400, 404, 409, 412, 422})
# 501: a division in a path that takes none. Repeating it never helps.
WRONG_PATH = 501


def read_page(answer: Answer, *, now: float) -> Page:
    """The page in an answer to a GET.

    now: epoch seconds. Raises MinuteLimit, DailyLimitReached, ServerFault, BrokenBody, NotAvailable,
    RequestRefused, and CredentialsRefused for a 401 (the client renews the token once before it believes it).
    """
    if not 200 <= answer.status < 300:
        raise read_error(answer, now=now)
    return _decode(answer)


def created_entry(answer: Answer, *, now: float) -> Entry:
    """The entry in an answer to a POST.

    Raises MinuteLimit and DailyLimitReached (refused before any work), RecordRefused, RequestRefused,
    CredentialsRefused, and OutcomeUnknown for everything that does not tell whether the work was done.
    """
    if not 200 <= answer.status < 300:
        raise write_error(answer, now=now)
    try:
        entries = _decode(answer).entries
    except BrokenBody as error:
        raise _unknown(answer, f"done by its status, but {error.message}") from None
    if len(entries) != 1:
        raise _unknown(answer, f"done by its status, but the answer holds {len(entries)} entries")
    return entries[0]


def read_error(answer: Answer, *, now: float) -> ApiError:
    status = answer.status
    if known := _limit_or_credentials(answer, now=now):
        return known
    if status in (403, 404):
        return NotAvailable(_words(answer), status=status, request=answer.request)
    if status == WRONG_PATH or (400 <= status < 500 and status != 408):
        return RequestRefused(_words(answer), status=status, request=answer.request)
    return ServerFault(
        _summary(answer),
        retry_after=parse_retry_after(answer.headers.get("retry-after"), now),
        status=status,
        request=answer.request,
    )


def write_error(answer: Answer, *, now: float) -> ApiError:
    status = answer.status
    if known := _limit_or_credentials(answer, now=now):
        return known
    if status in ABOUT_THE_RECORD or (status == 500 and error_messages(answer.body)):
        return RecordRefused(_words(answer), status=status, request=answer.request)
    if status == 403:
        return NotAvailable(_words(answer), status=status, request=answer.request)
    if status == WRONG_PATH or (400 <= status < 500 and status != 408):
        return RequestRefused(_words(answer), status=status, request=answer.request)
    return _unknown(answer, _summary(answer))


def _limit_or_credentials(answer: Answer, *, now: float) -> ApiError | None:
    """What means the same for reads and writes: the request was turned away before any work."""
    if answer.status == 401:
        return CredentialsRefused(
            f"the access token is not accepted: {_summary(answer)}", status=401, request=answer.request
        )
    if answer.status != 429:
        return None
    if number(answer.headers, "x-ratelimit-remaining") == 0:
        resumes_at = read_limits(answer.headers).day_reset
        when = f"resumes at {resumes_at:%Y-%m-%d %H:%M} UTC" if resumes_at else "Exact did not say until when"
        return DailyLimitReached(
            f"daily limit, {when}", resumes_at=resumes_at, status=429, request=answer.request
        )
    return MinuteLimit(
        "too many requests in this minute",
        retry_after=_next_minute(answer, now),
        status=429,
        request=answer.request,
    )


def _next_minute(answer: Answer, now: float) -> float:
    """Seconds until the next minute begins: as told, else long enough to be in it for certain."""
    asked = parse_retry_after(answer.headers.get("retry-after"), now)
    if asked is not None:
        return min(asked, NEXT_MINUTE_SECONDS)
    reset = milliseconds(answer.headers, "x-ratelimit-minutely-reset")
    if reset is None or not now < reset <= now + NEXT_MINUTE_SECONDS:
        return NEXT_MINUTE_SECONDS  # not told, or the two clocks disagree
    return reset - now


def _decode(answer: Answer) -> Page:
    """By what came, not by what was asked for: a few endpoints answer in one form only."""
    body = answer.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    decode = odata_json.decode if body[:1] in (b"{", b"[") else atom.decode
    try:
        if not body:
            raise BrokenBody("the answer is empty")
        return decode(body)
    except BrokenBody as error:
        error.status, error.request = answer.status, answer.request
        raise


def _unknown(answer: Answer, what: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"outcome unknown: {what}", status=answer.status, request=answer.request)


def _words(answer: Answer) -> tuple[str, ...]:
    return error_messages(answer.body) or (_summary(answer),)


def _summary(answer: Answer) -> str:
    """Status and the best words there are: the error body, the Reason header, the body's first characters."""
    words = "; ".join(error_messages(answer.body)) or answer.headers.get("reason", "").strip()
    if not words:
        words = " ".join(answer.body.decode("utf-8", "replace").split())[:LONGEST_TEXT]
    return f"status {answer.status}: {words}" if words else f"status {answer.status}"


def error_messages(body: bytes) -> tuple[str, ...]:
    """The messages of an error body, XML or JSON, one per line of it; empty where the body is not one."""
    start = body.lstrip()[:1]
    if start == b"{":
        text = _json_message(body)
    elif start == b"<":
        text = _xml_message(body)
    else:
        text = ""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _xml_message(body: bytes) -> str:
    try:
        document = xmltodict.parse(atom.without_forbidden_characters(body))
    except (ExpatError, ValueError):
        return ""
    ((root, content),) = document.items()
    if root.rpartition(":")[2] != "error" or not isinstance(content, dict):
        return ""
    for name, value in content.items():
        if name.rpartition(":")[2] == "message":
            text = value.get("#text") if isinstance(value, dict) else value
            return text if isinstance(text, str) else ""
    return ""


def _json_message(body: bytes) -> str:
    try:
        document = json.loads(body.decode("utf-8", "replace"), strict=False)
    except ValueError:
        return ""
    error: Any = document.get("error")
    if isinstance(error, dict):
        message = error.get("message")
        text = message.get("value") if isinstance(message, dict) else message
    else:
        text = document.get("error_description") or error or document.get("Message")
    return text if isinstance(text, str) else ""
