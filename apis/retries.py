"""When a failed exchange is repeated: exponential back-off with jitter, at most five tries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from apis.errors import TryAgain

TRIES = 5
# A server that asks for more is not worth waiting for within one run.
LONGEST_WAIT_SECONDS = 300.0

_backoff = wait_exponential_jitter(initial=1, max=60, jitter=1)


def retrying(sleep: Callable[[float], None]) -> Retrying:
    """A caller `retrying(sleep)(function, *arguments)` that repeats on TryAgain and on nothing else.

    After the last try the TryAgain itself is raised.
    """
    return Retrying(
        retry=retry_if_exception_type(TryAgain),
        stop=_enough,
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )


def _retry_after(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, TryAgain) else None


def _pause(state: RetryCallState) -> float:
    asked = _retry_after(state)
    return _backoff(state) if asked is None else asked


def _enough(state: RetryCallState) -> bool:
    return stop_after_attempt(TRIES)(state) or (_retry_after(state) or 0.0) > LONGEST_WAIT_SECONDS


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Seconds from a Retry-After header (seconds or an HTTP date); None where it says nothing usable.

    `now`: epoch seconds.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.fromtimestamp(now, UTC)).total_seconds()
    return max(seconds, 0.0) if seconds == seconds else None
