from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

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
from apis.exact.answers import created_entry, error_messages, read_page
from apis.transport import Answer
from tests.apis.exact.exact_documents import DATA, NAMESPACES, json_feed, xml_entry, xml_feed

RECORDED = Path(__file__).parent / "recorded"
REFUSAL = (RECORDED / "supplier_missing.500.xml").read_bytes()
MAINTENANCE = (RECORDED / "maintenance.200.html").read_bytes()
JSON_REFUSAL = b'{"error":{"code":"","message":{"lang":"","value":"Bestaat reeds: Code"}}}'
NO_WORDS = f"<error xmlns='{DATA}/metadata'><code/><message xml:lang=''/></error>".encode()
ENTRY = xml_entry({"ID": ("Guid", "a")}, attributes=f" {NAMESPACES}").encode()
NOW = 1_700_000_000.0


def answer(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, headers or {}, body, "GET crm/Accounts")


def read_failure(given: Answer) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read_page(given, now=NOW)
    return caught.value


def write_failure(given: Answer) -> ApiError:
    with pytest.raises(ApiError) as caught:
        created_entry(given, now=NOW)
    return caught.value


def test_a_page_is_read_by_what_came_and_not_by_what_was_asked_for() -> None:
    assert read_page(answer(200, xml_feed([xml_entry({"A": ("String", "x")})])), now=NOW).entries == [
        {"A": "x"}
    ]
    assert read_page(answer(200, b"\xef\xbb\xbf\r\n" + json_feed([{"A": "x"}])), now=NOW).entries == [
        {"A": "x"}
    ]
    assert read_page(answer(200, b"\xef\xbb\xbf" + xml_feed([])), now=NOW).entries == []


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"", BrokenBody),
        (200, MAINTENANCE, BrokenBody),
        (200, xml_feed([])[:-7], BrokenBody),
        (204, b"", BrokenBody),
        (302, b"", ServerFault),
        (400, REFUSAL, RequestRefused),
        (400, b"", RequestRefused),
        (401, b"", CredentialsRefused),
        (403, REFUSAL, NotAvailable),
        (404, MAINTENANCE, NotAvailable),
        (405, b"", RequestRefused),
        (408, b"", ServerFault),
        (500, REFUSAL, ServerFault),
        (500, b"", ServerFault),
        (501, b"", RequestRefused),
        (502, MAINTENANCE, ServerFault),
        (503, b"", ServerFault),
        (599, b"", ServerFault),
    ],
)
def test_what_to_do_about_a_read(status: int, body: bytes, kind: type[ApiError]) -> None:
    error = read_failure(answer(status, body))
    assert type(error) is kind
    assert error.status == status
    assert error.request == "GET crm/Accounts"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, REFUSAL, RecordRefused),
        (400, JSON_REFUSAL, RecordRefused),
        (400, b"", RecordRefused),
        (404, b"", RecordRefused),
        (409, b"", RecordRefused),
        (500, REFUSAL, RecordRefused),
        (500, JSON_REFUSAL, RecordRefused),
        (500, NO_WORDS, OutcomeUnknown),
        (500, MAINTENANCE, OutcomeUnknown),
        (500, b"", OutcomeUnknown),
        (502, REFUSAL, OutcomeUnknown),
        (503, b"", OutcomeUnknown),
        (504, b"", OutcomeUnknown),
        (599, b"", OutcomeUnknown),
        (408, b"", OutcomeUnknown),
        (302, b"", OutcomeUnknown),
        (200, b"", OutcomeUnknown),
        (201, MAINTENANCE, OutcomeUnknown),
        (201, ENTRY[:-1], OutcomeUnknown),
        (201, xml_feed([]), OutcomeUnknown),
        (401, b"", CredentialsRefused),
        (403, REFUSAL, NotAvailable),
        (405, b"", RequestRefused),
        (501, b"", RequestRefused),
    ],
)
def test_what_to_do_about_a_write(status: int, body: bytes, kind: type[ApiError]) -> None:
    """X8: an answer that does not tell whether the work was done is unknown, never failed."""
    error = write_failure(answer(status, body))
    assert type(error) is kind
    assert error.status == status


def test_a_created_record_is_returned_in_either_form() -> None:
    assert created_entry(answer(201, ENTRY), now=NOW) == {"ID": "a"}
    assert created_entry(answer(201, json.dumps({"d": {"ID": "a"}}).encode()), now=NOW) == {"ID": "a"}


def test_a_refusal_carries_the_words_of_exact_line_by_line() -> None:
    error = write_failure(answer(500, REFUSAL))
    assert isinstance(error, RecordRefused)
    assert error.messages == ("Verplicht: Leverancier", "Niet gevonden: Artikel")


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (REFUSAL, ("Verplicht: Leverancier", "Niet gevonden: Artikel")),
        (JSON_REFUSAL, ("Bestaat reeds: Code",)),
        (b'{"error":{"message":"flat"}}', ("flat",)),
        (b'{"error":"code","error_description":"words"}', ("words",)),
        (b'{"error":"code"}', ("code",)),
        (b'{"Message":"asp"}', ("asp",)),
        (b'{"error":5}', ()),
        (b'{"error":{"message":{"value":null}}}', ()),
        (b'{"other":"x"}', ()),
        (b"{broken", ()),
        (b"<error><message>a &#x0B;\x0bb</message></error>", ("a b",)),
        (b"<m:error xmlns:m='x'><m:code/><m:message xml:lang=''>a</m:message></m:error>", ("a",)),
        (b"<error>text</error>", ()),
        (b"<error><code/></error>", ()),
        (b"<error><message><b>x</b></message></error>", ()),
        (b"<error><message>cut", ()),
        (NO_WORDS, ()),
        (MAINTENANCE, ()),
        (b"plain", ()),
        (b"", ()),
    ],
)
def test_error_bodies_are_understood_in_every_shape_and_nothing_else_is(
    body: bytes, messages: tuple[str, ...]
) -> None:
    assert error_messages(body) == messages


def test_without_an_error_body_the_reason_header_or_the_beginning_of_the_body_tells() -> None:
    assert (
        str(read_failure(answer(503, b"", {"reason": "Overloaded"})))
        == "GET crm/Accounts: status 503: Overloaded"
    )
    assert str(read_failure(answer(404))) == "GET crm/Accounts: status 404"
    long = read_failure(answer(502, b"<html>" + b"word \n" * 1000))
    assert "<html>word word" in str(long)
    assert len(str(long)) < 600


def test_a_429_without_the_daily_header_is_the_minute_limit() -> None:
    """A missing header is never 0."""
    for headers in ({}, {"x-ratelimit-minutely-remaining": "0"}, {"x-ratelimit-remaining": "12"}):
        for failure in (read_failure, write_failure):
            error = failure(answer(429, b"", headers))
            assert type(error) is MinuteLimit


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60.0),
        ({"x-ratelimit-minutely-reset": str(int((NOW + 17) * 1000))}, 17.0),
        ({"x-ratelimit-minutely-reset": str(int((NOW - 5) * 1000))}, 60.0),
        ({"x-ratelimit-minutely-reset": str(int((NOW + 61) * 1000))}, 60.0),
        ({"x-ratelimit-minutely-reset": "soon"}, 60.0),
        ({"x-ratelimit-minutely-reset": "0"}, 60.0),
        ({"retry-after": "9", "x-ratelimit-minutely-reset": str(int((NOW + 17) * 1000))}, 9.0),
        ({"retry-after": "900"}, 60.0),
    ],
)
def test_the_minute_limit_is_over_when_the_next_minute_begins(
    headers: dict[str, str], seconds: float
) -> None:
    error = read_failure(answer(429, b"", headers))
    assert isinstance(error, MinuteLimit)
    assert error.retry_after == pytest.approx(seconds)


def test_a_429_with_no_daily_calls_left_says_when_the_day_is_over() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700006400000"}
    for failure in (read_failure, write_failure):
        error = failure(answer(429, b"", headers))
        assert isinstance(error, DailyLimitReached)
        assert error.resumes_at == datetime(2023, 11, 15, tzinfo=UTC)
        assert "resumes at 2023-11-15 00:00 UTC" in str(error)


def test_a_daily_limit_that_does_not_say_until_when_has_no_such_instant() -> None:
    error = read_failure(
        answer(429, b"", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999999999"})
    )
    assert isinstance(error, DailyLimitReached)
    assert error.resumes_at is None


def test_the_pause_a_server_asks_for_is_passed_on() -> None:
    error = read_failure(answer(503, b"", {"retry-after": "7"}))
    assert isinstance(error, ServerFault)
    assert error.retry_after == 7.0
