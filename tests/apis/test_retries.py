from __future__ import annotations

import pytest

from apis.errors import ApiError, MinuteLimit, OutcomeUnknown, ServerFault
from apis.retries import LONGEST_WAIT_SECONDS, TRIES, parse_retry_after, retrying
from tests.apis.scripted_server import FakeClock

NOON = 1_706_702_400.0  # 2024-01-31 12:00:00 UTC


class Failing:
    """Fails with the given errors, then returns."""

    def __init__(self, *errors: ApiError) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def test_a_fault_is_repeated_with_longer_and_longer_pauses(clock: FakeClock) -> None:
    work = Failing(*[ServerFault("500") for _ in range(4)])
    assert retrying(clock.sleep)(work) == "done"
    assert work.calls == TRIES == 5
    assert all(base <= slept <= base + 1 for base, slept in zip((1, 2, 4, 8), clock.slept, strict=True))


def test_the_pauses_differ_between_callers() -> None:
    clocks = [FakeClock() for _ in range(8)]
    for one in clocks:
        retrying(one.sleep)(Failing(ServerFault("500")))
    assert len({one.slept[0] for one in clocks}) > 1


def test_after_five_tries_the_last_error_itself_comes_out(clock: FakeClock) -> None:
    errors = [ServerFault(f"try {number}") for number in range(1, 7)]
    with pytest.raises(ServerFault, match="try 5"):
        retrying(clock.sleep)(Failing(*errors))


def test_the_pause_asked_for_is_kept(clock: FakeClock) -> None:
    assert (
        retrying(clock.sleep)(Failing(MinuteLimit("", retry_after=42.0), MinuteLimit("", retry_after=0.0)))
        == "done"
    )
    assert clock.slept == [42.0, 0.0]


def test_nobody_waits_longer_than_a_run_is_worth(clock: FakeClock) -> None:
    with pytest.raises(MinuteLimit):
        retrying(clock.sleep)(Failing(MinuteLimit("", retry_after=LONGEST_WAIT_SECONDS + 1)))
    assert clock.slept == []


def test_an_unknown_outcome_is_never_repeated(clock: FakeClock) -> None:
    work = Failing(OutcomeUnknown("?"))
    with pytest.raises(OutcomeUnknown):
        retrying(clock.sleep)(work)
    assert work.calls == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("30", 30.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-4", 0.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("Wed, 31 Jan 2024 12:00:20 GMT", 20.0),
        ("Wed, 31 Jan 2024 12:00:20 -0000", 20.0),
        ("Wed, 31 Jan 2024 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_comes_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOON) == seconds
