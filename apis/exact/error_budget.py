"""Exact blocks an app after about ten errors per endpoint and hour, longer each time: errors are counted."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable

from apis.errors import RequestRefused

COUNTED = frozenset({400, 401, 403, 404})
WINDOW_SECONDS = 3600.0
# Two below the ten that Exact allows: another process of the tenant may have made some.
MOST_ERRORS = 8


class ErrorBudget:
    """Counts per endpoint within this process. Thread-safe. clock: epoch seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._errors: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def check(self, endpoint: str, request: str) -> None:
        """Raises RequestRefused where one more error could get the app blocked."""
        with self._lock:
            errors = self._recent(endpoint)
            if len(errors) >= MOST_ERRORS:
                minutes = max(1, round((errors[0] + WINDOW_SECONDS - self._clock()) / 60))
                raise RequestRefused(
                    f"not sent: the error budget of {endpoint} is used up ({len(errors)} errors within the "
                    f"hour, Exact blocks the app at 10); possible again in {minutes} minutes",
                    request=request,
                )

    def count(self, endpoint: str, status: int) -> None:
        if status in COUNTED:
            with self._lock:
                self._recent(endpoint).append(self._clock())

    def _recent(self, endpoint: str) -> deque[float]:
        errors = self._errors[endpoint]
        while errors and errors[0] <= self._clock() - WINDOW_SECONDS:
            errors.popleft()
        return errors
