"""What has become of each stream so far, in one run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from extract.bookmark import Bookmark
from extract.reading import EndpointRead, StreamPage
from extract.result import Progress, Source, Status, StreamProgress, StreamRead

StreamName = tuple[Source, str]


@dataclass
class _Entry:
    variant: str
    started_at: datetime
    rows: int = 0
    pages: int = 0
    requests: int = 0
    status: Status | None = None
    finished_at: datetime | None = None
    notes: list[str] = field(default_factory=list)
    unknown_fields: Counter[str] = field(default_factory=Counter)
    refused_fields: frozenset[str] = frozenset()
    bookmark: str | None = None


class ProgressLog:
    """Counts pages and rows, keeps each stream's end, and tells `report` of both."""

    def __init__(self, report: Progress, now: Callable[[], datetime]) -> None:
        self._report = report
        self._now = now
        self._entries: dict[StreamName, _Entry] = {}

    def begin(self, source: Source, stream: str, variant: str) -> None:
        """A stream is about to be read; again, when another endpoint takes over."""
        entry = self._entries.setdefault((source, stream), _Entry(variant, self._now()))
        entry.variant = variant

    def note(self, source: Source, stream: str, words: str) -> None:
        self._entries[source, stream].notes.append(words)

    def arrived(self, read: EndpointRead, page: Mapping[str, StreamPage]) -> None:
        self.count_request(read)
        for stream, part in page.items():
            entry = self._entries[read.source, stream]
            entry.rows += part.rows.num_rows
            entry.pages += 1
            entry.unknown_fields.update(part.unknown_fields)
            entry.refused_fields |= part.refused_fields
            entry.requests += part.further_requests
            self._report(StreamProgress(read.source, stream, entry.variant, entry.rows, entry.pages))

    def count_request(self, read: EndpointRead) -> None:
        """A request that several streams share counts on the first of them."""
        self._entries[read.source, read.streams[0]].requests += 1

    def complete(self, source: Source, stream: str, bookmark: Bookmark) -> None:
        """The stream was read to its end and stored; `bookmark` says where it stands now."""
        self._entries[source, stream].bookmark = json.dumps(bookmark.to_state())
        self.end(source, stream, "complete")

    def end(self, source: Source, stream: str, status: Status, words: str = "") -> None:
        entry = self._entries[source, stream]
        if entry.status is not None:
            return  # the first reason is the one to tell
        if words:
            entry.notes.append(words)
        entry.status, entry.finished_at = status, self._now()
        message = _message(entry)
        self._report(StreamProgress(source, stream, entry.variant, entry.rows, entry.pages, status, message))

    def end_open(self, source: Source, status: Status, words: str) -> None:
        """End all streams of a source that have not ended."""
        for found, stream in list(self._entries):
            if found == source:
                self.end(source, stream, status, words)

    def reads(self) -> tuple[StreamRead, ...]:
        return tuple(
            StreamRead(
                source=source,
                stream=stream,
                variant=entry.variant,
                status=entry.status or "failed",
                started_at=entry.started_at,
                finished_at=entry.finished_at or self._now(),
                rows=entry.rows,
                pages=entry.pages,
                requests=entry.requests,
                message=_message(entry),
                bookmark=entry.bookmark,
            )
            for (source, stream), entry in sorted(self._entries.items())
        )


def _message(entry: _Entry) -> str:
    unknown = [
        f"field {name} is not in the catalogue ({rows} rows)"
        for name, rows in sorted(entry.unknown_fields.items())
    ]
    refused = [
        f"field {name} is refused in $select, left out of this run" for name in sorted(entry.refused_fields)
    ]
    return "; ".join([*entry.notes, *refused, *unknown])
