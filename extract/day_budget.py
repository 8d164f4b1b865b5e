"""Exact's requests of a day (5,000 for an app and division): known from its headers, and not used up by reads.

A part is left for orders on their way to Exact; a read stops before it, keeps what it has, and the next run
after the reset goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apis.errors import DailyLimitReached
from apis.exact.client import ExactClient

KEPT_SHARE = 50  # one request in 50: of 5,000 a day 100, for orders and their look-ups
RUNS_A_DAY = 48


class NoRoomLeft(DailyLimitReached):
    """Exact would still answer; we do not ask."""


@dataclass(frozen=True)
class DayBudget:
    """`now`: UTC, aware. As long as no answer has told the limits, nothing is refused."""

    client: ExactClient
    now: Callable[[], datetime]

    def shortage(self, requests: int) -> NoRoomLeft | None:
        """What to raise where that many further requests would eat into what is kept; None where they fit."""
        limits = self.client.limits
        if limits.day_remaining is None or limits.day_limit is None:
            return None
        if limits.day_reset is not None and limits.day_reset <= self.now():
            return None  # told before the day ended
        kept = limits.day_limit // KEPT_SHARE
        if limits.day_remaining - requests >= kept:
            return None
        when = f"; goes on at {limits.day_reset:%Y-%m-%d %H:%M} UTC" if limits.day_reset else ""
        return NoRoomLeft(
            f"{requests} more requests do not fit the day: {limits.day_remaining} of {limits.day_limit} are left, "
            f"{kept} are kept for orders{when}",
            resumes_at=limits.day_reset,
        )

    def outlook(self, endpoints: int) -> str:
        """What runs without changes need, in words: each endpoint is asked once."""
        day = f"{RUNS_A_DAY} runs a day need {RUNS_A_DAY * endpoints} requests and one for each further page"
        limits = self.client.limits
        if limits.day_remaining is None or limits.day_limit is None:
            return f"{endpoints} endpoints of Exact; {day}"
        return f"{endpoints} endpoints of Exact; {day}; {limits.day_remaining} of {limits.day_limit} are left today"
