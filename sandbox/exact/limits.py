"""Exact's limits: calls per minute and per day, and the errors that one endpoint forgives in an hour."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sandbox.exact.refusals import Refused

MINUTE = 60
DAY = 24 * 3600
HOUR = 3600
UNLIMITED = 1_000_000  # what the headers tell where a limit is switched off
COUNTED_ERRORS = frozenset({400, 401, 403, 404})
MINUTE_MESSAGE = "Request denied: minutely limit exceeded."
DAY_MESSAGE = "Request denied: daily limit exceeded."


class Limits:
    """Thread-safe. Windows are clock minutes and UTC days; `None` switches a limit off."""

    def __init__(self, *, minute: int | None, day: int | None, clock: Callable[[], float]) -> None:
        self._limits = {MINUTE: minute, DAY: day}
        self._used = {MINUTE: 0, DAY: 0}
        self._windows = {MINUTE: -1, DAY: -1}
        self._clock = clock
        self._lock = threading.Lock()

    def take(self) -> dict[str, str]:
        """Count one call; the six headers of its answer. Refused (429) has the headers of that limit only."""
        with self._lock:
            self._turn()
            for window, headers, message in (
                (DAY, self._day_headers, DAY_MESSAGE),
                (MINUTE, self._minute_headers, MINUTE_MESSAGE),
            ):
                limit = self._limits[window]
                if limit is not None and self._used[window] >= limit:
                    raise Refused(429, message, headers())
            for window in self._used:
                self._used[window] += 1
            return self._day_headers() | self._minute_headers()

    def refusal(self, window: int) -> Refused:
        """The 429 of that window (MINUTE or DAY) as if it were used up."""
        with self._lock:
            self._turn()
            if window == DAY:
                return Refused(429, DAY_MESSAGE, self._day_headers(remaining=0))
            return Refused(429, MINUTE_MESSAGE, self._minute_headers(remaining=0))

    def _turn(self) -> None:
        for window in self._windows:
            current = int(self._clock() // window)
            if self._windows[window] != current:
                self._windows[window] = current
                self._used[window] = 0

    def _day_headers(self, remaining: int | None = None) -> dict[str, str]:
        return self._headers("X-RateLimit", DAY, remaining)

    def _minute_headers(self, remaining: int | None = None) -> dict[str, str]:
        return self._headers("X-RateLimit-Minutely", MINUTE, remaining)

    def _headers(self, prefix: str, window: int, remaining: int | None) -> dict[str, str]:
        limit = self._limits[window] or UNLIMITED
        left = max(limit - self._used[window], 0) if remaining is None else remaining
        return {
            f"{prefix}-Limit": str(limit),
            f"{prefix}-Remaining": str(left),
            f"{prefix}-Reset": str((self._windows[window] + 1) * window * 1000),  # epoch milliseconds
        }


class ErrorQuota:
    """More than `most` errors on one endpoint in an hour block it for an hour, then two, and so on."""

    def __init__(self, *, most: int | None, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._errors: dict[str, list[float]] = {}
        self._blocked_until: dict[str, float] = {}
        self._blocks: dict[str, int] = {}
        self._lock = threading.Lock()

    def check(self, endpoint: str) -> None:
        """Raises Refused (403) while the endpoint is blocked."""
        with self._lock:
            if self._clock() < self._blocked_until.get(endpoint, 0.0):
                raise Refused(403, "Forbidden: too many errors on this endpoint, the app is blocked for it.")

    def note(self, endpoint: str, status: int) -> None:
        """Count an answer's status."""
        if self._most is None or status not in COUNTED_ERRORS:
            return
        now = self._clock()
        with self._lock:
            if now < self._blocked_until.get(endpoint, 0.0):
                return
            recent = [moment for moment in self._errors.get(endpoint, []) if now - moment < HOUR]
            recent.append(now)
            self._errors[endpoint] = recent
            if len(recent) > self._most:
                self._blocks[endpoint] = self._blocks.get(endpoint, 0) + 1
                self._blocked_until[endpoint] = now + HOUR * self._blocks[endpoint]
                self._errors[endpoint] = []
