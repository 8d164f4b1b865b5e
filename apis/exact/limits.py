"""What Exact's headers tell about the room left. A header that is missing is unknown, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Limits:
    """As last told. `day_reset`: UTC, aware. None = not told yet."""

    day_limit: int | None = None
    day_remaining: int | None = None
    day_reset: datetime | None = None
    minute_remaining: int | None = None

    def after(self, headers: Mapping[str, str]) -> Limits:
        """These limits with what an answer's headers (lower-case names) tell; what they lack stays."""
        told = read_limits(headers)
        return Limits(
            day_limit=self.day_limit if told.day_limit is None else told.day_limit,
            day_remaining=self.day_remaining if told.day_remaining is None else told.day_remaining,
            day_reset=told.day_reset or self.day_reset,
            minute_remaining=self.minute_remaining
            if told.minute_remaining is None
            else told.minute_remaining,
        )


def read_limits(headers: Mapping[str, str]) -> Limits:
    reset = milliseconds(headers, "x-ratelimit-reset")
    return Limits(
        day_limit=number(headers, "x-ratelimit-limit"),
        day_remaining=number(headers, "x-ratelimit-remaining"),
        day_reset=None if reset is None else datetime.fromtimestamp(reset, UTC),
        minute_remaining=number(headers, "x-ratelimit-minutely-remaining"),
    )


def number(headers: Mapping[str, str], name: str) -> int | None:
    try:
        return int(headers[name])
    except (KeyError, ValueError):
        return None


def milliseconds(headers: Mapping[str, str], name: str) -> float | None:
    """A reset header (epoch milliseconds) as epoch seconds; None where it is no instant."""
    value = number(headers, name)
    if value is None or not 0 < value < 253_402_300_800_000:  # the year 10000
        return None
    return value / 1000
