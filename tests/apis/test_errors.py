from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import pytest

from apis.errors import (
    ApiError,
    BrokenBody,
    Conflict,
    ConnectionLost,
    CredentialsRefused,
    DailyLimitReached,
    Gone,
    MinuteLimit,
    NotAvailable,
    OutcomeUnknown,
    RecordRefused,
    RequestRefused,
    ServerFault,
    StopRun,
    TryAgain,
)

ERRORS = [
    CredentialsRefused("connect again", status=401, request="GET crm/Accounts"),
    DailyLimitReached("daily limit", resumes_at=datetime(2024, 1, 2, tzinfo=UTC), status=429),
    MinuteLimit("slower", retry_after=3.5, status=429),
    ConnectionLost("lost", was_sent=False, request="POST x"),
    OutcomeUnknown("outcome unknown", request="POST x"),
    RecordRefused(("a", "b"), pointers=("/data/attributes/name",), status=400, request="POST x"),
    Conflict("exists", status=409),
    NotAvailable(("no module",), status=403),
]


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        (CredentialsRefused, StopRun),
        (DailyLimitReached, StopRun),
        (MinuteLimit, TryAgain),
        (ServerFault, TryAgain),
        (BrokenBody, TryAgain),
        (ConnectionLost, TryAgain),
        (Conflict, RecordRefused),
        (Gone, RecordRefused),
        (NotAvailable, RequestRefused),
    ],
)
def test_an_error_is_caught_by_what_to_do_about_it(kind: type[ApiError], family: type[ApiError]) -> None:
    families = {StopRun, TryAgain, OutcomeUnknown, RecordRefused, RequestRefused}
    assert {one for one in families if issubclass(kind, one)} == {family}
    assert issubclass(kind, ApiError)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_a_trip_between_processes(error: ApiError) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_the_message_names_the_request_and_joins_the_words() -> None:
    error = RecordRefused(("Verplicht: Leverancier", "Niet gevonden: Artikel"), status=500, request="POST x")
    assert str(error) == "POST x: Verplicht: Leverancier; Niet gevonden: Artikel"
    assert error.messages == ("Verplicht: Leverancier", "Niet gevonden: Artikel")
    assert RecordRefused("one").messages == ("one",)
    assert str(RequestRefused((), status=405)) == "refused with status 405"
    assert str(StopRun("plain")) == "plain"
