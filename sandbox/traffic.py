"""What a sandbox server has been asked: counts, pace, concurrency and every written body."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass
class Visit:
    """One request under way. The server fills `status` (None stays: connection cut) and `body`, and
    takes `is_write` back where a POST changes no data, as at a token desk."""

    method: str
    path: str
    started: float
    is_write: bool
    status: int | None = None
    body: Any = None


class Traffic:
    """Thread-safe. `label` makes one name of the paths that differ by key only; `clock` counts seconds."""

    def __init__(self, label: Callable[[str], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._label = label
        self._clock = clock
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._starts: list[float] = []
        self._by_request: Counter[str] = Counter()
        self._by_status: Counter[str] = Counter()
        self._writes: list[dict[str, Any]] = []
        self._running = 0
        self._most_running = 0

    def clear(self) -> None:
        """Begin again; call it while no request is under way."""
        with self._lock:
            self._forget()

    @contextmanager
    def visit(self, method: str, path: str) -> Iterator[Visit]:
        """Count one request from its start to its end, also when it ends in an exception."""
        with self._lock:
            visit = Visit(method, path, self._clock(), is_write=method in WRITING)
            self._starts.append(visit.started)
            self._by_request[f"{method} {self._label(path)}"] += 1
            self._running += 1
            self._most_running = max(self._most_running, self._running)
        try:
            yield visit
        finally:
            with self._lock:
                self._running -= 1
                self._by_status[str(visit.status)] += 1
                if visit.is_write:
                    self._writes.append(
                        {"method": method, "path": path, "status": visit.status, "body": visit.body}
                    )

    def summary(self) -> dict[str, Any]:
        """`requests`, `by_request` ("GET /path": n), `by_status` ("200": n, "None": cut),
        `most_concurrent`, `gaps` (seconds between the starts of one request and the next) and `writes` (in
        the order in which they ended)."""
        with self._lock:
            return {
                "requests": len(self._starts),
                "by_request": dict(sorted(self._by_request.items())),
                "by_status": dict(sorted(self._by_status.items())),
                "most_concurrent": self._most_running,
                "gaps": [
                    later - earlier for earlier, later in zip(self._starts, self._starts[1:], strict=False)
                ],
                "writes": list(self._writes),
            }
