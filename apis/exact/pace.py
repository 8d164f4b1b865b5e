"""Space between request starts, shared by all threads and processes of one division and app.

The spacing sleeps inside the lock and stamps the start that really happened: reserving a slot and sleeping
outside lets starts come closer than the spacing whenever a thread wakes up late.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from apis.errors import StopRun

LONGEST_HOLD_SECONDS = 60.0


@dataclass(frozen=True)
class _Stamps:
    """Epoch seconds. `last_start`: of any request; `held_until`: no request before it (minute limit)."""

    last_start: float
    held_until: float


class Pace:
    """`with turn():` holds the next request's start. Thread-safe, and safe across processes.

    folder: the tenant's state folder. spacing: seconds between starts (0 switches the spacing off).
    clock: epoch seconds, shared by the processes; where it jumps, the wait is one spacing at most.
    """

    def __init__(
        self,
        folder: Path,
        *,
        division: int,
        client_id: str,
        spacing: float,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        app = hashlib.sha256(client_id.encode()).hexdigest()[:12]
        self._file = folder / f"exact_pace_{division}_{app}.json"
        self._spacing = spacing
        self._clock = clock
        self._sleep = sleep
        # Threads queue here, so that only one of a process polls for the lock between processes.
        self._threads = threading.Lock()
        self._processes = FileLock(self._file.with_suffix(".lock"), thread_local=False, poll_interval=0.005)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Entered when a request may start; the start is stamped when it is left, with the request sent.

        Raises StopRun where the file cannot be written.
        """
        with self._threads, self._locked():
            stamps = self._read()
            due = self._due(stamps)
            before = math.inf
            # A sleep can end early. That more is left than before means that the clock was set back.
            while 0 < (left := due - self._clock()) < before:
                self._sleep(left)
                before = left
            try:
                yield
            finally:
                self._write(_Stamps(last_start=self._clock(), held_until=stamps.held_until))

    def hold(self, seconds: float) -> None:
        """No request of this division starts within the next `seconds` (at most 60)."""
        with self._threads, self._locked():
            stamps = self._read()
            until = self._clock() + min(seconds, LONGEST_HOLD_SECONDS)
            self._write(_Stamps(last_start=stamps.last_start, held_until=max(until, stamps.held_until)))

    def _due(self, stamps: _Stamps) -> float:
        """When the next request may start. A stamp further ahead than it can be was written before the clock
        was set back: it says that a request has started, not when."""
        now = self._clock()
        due = min(stamps.last_start, now) + self._spacing
        # one second more: sums of epoch seconds are not exact
        is_held = stamps.held_until <= now + LONGEST_HOLD_SECONDS + 1
        return max(due, stamps.held_until) if is_held else due

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._processes.acquire()
        except OSError as error:
            raise StopRun(f"{self._file.parent} cannot be written: {error.strerror}") from None
        try:
            yield
        finally:
            self._processes.release()

    def _read(self) -> _Stamps:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            return _Stamps(float(content["last_start"]), float(content["held_until"]))
        except FileNotFoundError:
            return _Stamps(last_start=0.0, held_until=0.0)
        except (ValueError, KeyError, TypeError):
            # half written by a process that was killed: a request may have started just now
            return _Stamps(last_start=self._clock(), held_until=0.0)

    def _write(self, stamps: _Stamps) -> None:
        try:
            self._file.write_text(json.dumps(asdict(stamps)), encoding="utf-8")
        except OSError as error:
            raise StopRun(f"{self._file} cannot be written: {error.strerror}") from None
