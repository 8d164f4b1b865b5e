"""What an answer of Optiply means: nothing wrong, or the error that says what to do.

Bodies can be JSON:API errors in three shapes (`errors[].detail`, `errors[].meta.message`, `message`), empty,
or a proxy's HTML; of the latter the status and the first 500 characters are told.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from apis.errors import (
    ApiError,
    BrokenBody,
    Conflict,
    CredentialsRefused,
    Gone,
    MinuteLimit,
    NotAvailable,
    OutcomeUnknown,
    RecordRefused,
    RequestRefused,
    ServerFault,
)
from apis.retries import parse_retry_after
from apis.transport import Answer

Method = Literal["GET", "POST", "PATCH", "DELETE"]

LONGEST_TEXT = 500
ABOUT_THE_RECORD = frozenset({400, 422})


def check(answer: Answer, method: Method, *, now: float) -> None:
    """Return where the work was done; raise what to do about it otherwise. now: epoch seconds.

    401 is CredentialsRefused (the client renews the token once before it believes it). 404 on a DELETE is
    done: what was to go is gone. A POST with an answer that does not tell is OutcomeUnknown; the others,
    which can be repeated, are ServerFault.
    """
    status = answer.status
    if 200 <= status < 300 or (status == 404 and method == "DELETE"):
        return
    raise _error(answer, method, now=now)


def check_body(answer: Answer) -> None:
    """For answers whose body nobody needs: raises BrokenBody where it is a page of a proxy, not Optiply's."""
    body = answer.body.strip()
    if body and 200 <= answer.status < 300 and body[:1] not in (b"{", b"["):
        raise BrokenBody(summary(answer), status=answer.status, request=answer.request)


def _error(answer: Answer, method: Method, *, now: float) -> ApiError:
    status, request = answer.status, answer.request
    words = error_messages(answer.body) or (summary(answer),)
    if status == 401:
        return CredentialsRefused(
            f"the access token is not accepted: {summary(answer)}", status=401, request=request
        )
    retry_after = parse_retry_after(answer.headers.get("retry-after"), now)
    if status == 429:
        return MinuteLimit("too many requests", retry_after=retry_after, status=429, request=request)
    if status == 408 or not 400 <= status < 500:
        if method == "POST":
            return OutcomeUnknown(f"outcome unknown: {summary(answer)}", status=status, request=request)
        return ServerFault(summary(answer), retry_after=retry_after, status=status, request=request)
    pointers = error_pointers(answer.body)
    if status in (403, 404) and method == "GET":
        return NotAvailable(words, status=status, request=request)
    if status == 404:
        return Gone(words, pointers=pointers, status=status, request=request)
    if status == 409 and method != "GET":
        return Conflict(words, pointers=pointers, status=status, request=request)
    if status in ABOUT_THE_RECORD and method != "GET":
        return RecordRefused(words, pointers=pointers, status=status, request=request)
    return RequestRefused(words, status=status, request=request)


def summary(answer: Answer) -> str:
    words = "; ".join(error_messages(answer.body))
    if not words:
        words = " ".join(answer.body.decode("utf-8", "replace").split())[:LONGEST_TEXT]
    return f"status {answer.status}: {words}" if words else f"status {answer.status}, empty body"


def error_messages(body: bytes) -> tuple[str, ...]:
    """The API's words in any of the three shapes; empty where the body is none of them."""
    document = _document(body)
    found = [text for error in _errors(document) if (text := _text_of(error))]
    if not found and isinstance(document.get("message"), str):
        found = [document["message"]]
    return tuple(text.strip() for text in found if text.strip())


def error_pointers(body: bytes) -> tuple[str, ...]:
    """The attributes that the errors are about, where the API says so (`/data/attributes/name`)."""
    sources = [error.get("source") for error in _errors(_document(body))]
    pointers = [source.get("pointer") for source in sources if isinstance(source, dict)]
    return tuple(pointer for pointer in pointers if isinstance(pointer, str))


def _text_of(error: dict[str, Any]) -> str:
    meta = error.get("meta")
    candidates = (
        error.get("detail"),
        meta.get("message") if isinstance(meta, dict) else None,
        error.get("message"),
        error.get("title"),
    )
    return next((text for text in candidates if isinstance(text, str) and text), "")


def _errors(document: dict[str, Any]) -> list[dict[str, Any]]:
    errors = document.get("errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
