"""Reading endpoints side by side: one thread per endpoint, at most `workers` at a time, one bounded queue.

Threads read and build Arrow tables, only the main thread writes: dlt has one writer, and a stream's failure
must not drop the others' pages (dlt's own parallel extraction drops the whole package).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from apis.errors import StopRun
from extract.bookmark import Bookmark
from extract.result import Source

QUEUED_PAGES = 16  # of any size up to 1,000 rows: bounds the memory while the writer writes
STOP_CHECK_SECONDS = 0.2


@dataclass(frozen=True)
class StreamPage:
    """One stream's share of a page: its rows, the bookmark once they are stored, and the one in the file.
    `cursor_column`: tells two versions of a row apart. `refused_fields`: what the API would not let be
    selected, and is therefore null; `further_requests`: how many requests without rows went before this page."""

    rows: pa.Table
    bookmark: Bookmark
    previous: Bookmark
    cursor_column: str | None
    unknown_fields: Mapping[str, int] = field(default_factory=dict)
    refused_fields: frozenset[str] = frozenset()
    further_requests: int = 0


class EndpointRead(Protocol):
    """One request sequence that serves one or more streams; its pages come strictly in order. `dataset`: the
    schema that they go to."""

    @property
    def source(self) -> Source: ...
    @property
    def dataset(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def streams(self) -> tuple[str, ...]: ...
    def pages(self) -> Iterator[Mapping[str, StreamPage]]: ...


@dataclass(frozen=True)
class PageArrived:
    read: EndpointRead
    page: Mapping[str, StreamPage]


@dataclass(frozen=True)
class ReadEnded:
    """`error` None: read to its end. `was_started` False: stopped before its first request."""

    read: EndpointRead
    error: Exception | None
    was_started: bool = True


Event = PageArrived | ReadEnded


class Readers:
    """Runs reads in threads and hands their pages to one consumer. A StopRun of one read keeps the later
    reads of its source from starting; running ones meet it themselves. Leaving the context stops all."""

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="extract")
        self._events: queue.Queue[Event] = queue.Queue(QUEUED_PAGES)
        self._closing = threading.Event()
        self._stopped: dict[Source, Exception] = {}
        self._active = 0

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def is_active(self) -> bool:
        """Whether an event is still to come."""
        return self._active > 0

    def start(self, reads: Iterable[EndpointRead]) -> None:
        for read in reads:
            self._active += 1
            self._pool.submit(self._run, read)

    def stop(self, source: Source, reason: Exception) -> None:
        """Let no further read of the source start; those end with `reason`."""
        self._stopped.setdefault(source, reason)

    def next_event(self, timeout: float) -> Event | None:
        """The next event, or None when there was none within `timeout` seconds."""
        try:
            event = self._events.get(timeout=max(timeout, 0.0))
        except queue.Empty:
            return None
        if isinstance(event, ReadEnded):
            self._active -= 1
        return event

    def _run(self, read: EndpointRead) -> None:
        if (stopped := self._stopped.get(read.source)) is not None:
            self._put(ReadEnded(read, stopped, was_started=False))
            return
        try:
            for page in read.pages():
                if not self._put(PageArrived(read, page)):
                    return
        except (
            Exception
        ) as error:  # the border of the thread: the main thread tells what became of the stream
            if isinstance(error, StopRun):
                self.stop(read.source, error)
            self._put(ReadEnded(read, error))
        else:
            self._put(ReadEnded(read, None))

    def _put(self, event: Event) -> bool:
        """Wait for room in the queue; False when nobody will take it any more."""
        while not self._closing.is_set():
            try:
                self._events.put(event, timeout=STOP_CHECK_SECONDS)
            except queue.Full:
                continue
            return True
        return False
