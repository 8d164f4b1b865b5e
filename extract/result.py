"""What an extraction tells its caller: one row per stream, as `runs.stream_reads` keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Source = Literal["exact", "optiply", "wms"]
Status = Literal["complete", "failed", "unavailable", "daily_limit"]


@dataclass(frozen=True)
class StreamRead:
    """One stream in one run. Instants are UTC with zone; `rows`: rows received and stored, changed or not.

    `requests`: pages asked for. Streams that share an endpoint share its requests; they are counted once, on
    the first of them. `message`: why it is not complete, or what was odd about it; empty when nothing was.
    `bookmark`: JSON text, where a complete read has left the stream.
    """

    source: Source
    stream: str
    variant: str
    status: Status
    started_at: datetime
    finished_at: datetime
    rows: int
    pages: int
    requests: int
    message: str = ""
    bookmark: str | None = None


@dataclass(frozen=True)
class ExtractResult:
    """All streams of a run, in the order of their names. The request counts are the clients' own: every
    request, retries and refusals too. `outlook`: what such runs need of Exact's day, in words; empty where
    nothing of Exact was read."""

    reads: tuple[StreamRead, ...]
    exact_requests: int
    optiply_requests: int
    wms_requests: int = 0
    outlook: str = ""

    @property
    def status(self) -> Status:
        """`failed` before `daily_limit` before `complete`; a module that the licence lacks is no failure."""
        found = {read.status for read in self.reads}
        if "failed" in found:
            return "failed"
        return "daily_limit" if "daily_limit" in found else "complete"

    @property
    def rows(self) -> int:
        return sum(read.rows for read in self.reads)


@dataclass(frozen=True)
class StreamProgress:
    """Where a stream stands; `status` is None while it is being read."""

    source: Source
    stream: str
    variant: str
    rows: int
    pages: int
    status: Status | None = None
    message: str = ""


class Progress(Protocol):
    """Called by the main thread after each page and at each stream's end."""

    def __call__(self, progress: StreamProgress, /) -> None: ...


def silent(progress: StreamProgress, /) -> None:
    """Report nothing."""
