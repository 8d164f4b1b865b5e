"""What is asked of one endpoint of Exact, for all streams that it serves: fields, filter, where it begins.

No endpoint promises an order of its rows, so `ge` with an overlap is asked for on times, and rows are merged
by key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from apis.exact.odata import Int64, and_, ge, gt
from extract.bookmark import Bookmark
from extract.exact.catalogue import Endpoint, Lines, Stream, catalogue

ROW_VERSION = "Timestamp"
LINE_NUMBER = "LineNumber"  # 0 on the header rows of a combined endpoint
FIRST_TIME = datetime(1900, 1, 1)
OVERLAP = timedelta(hours=2)  # clocks that differ, rows stored late, the hour that comes twice in October
# Cursors that do not move with a change: read again from this long before the highest value.
LOOK_BACK = {"OrderDate": timedelta(days=120)}
# A document is limited by its own date and a row version by when it was changed: some are entered ahead.
ENTERED_AHEAD = timedelta(days=31)


def look_back(field: str) -> timedelta:
    """How far below the highest value read of a time cursor the next read begins."""
    return LOOK_BACK.get(field, OVERLAP)


@dataclass(frozen=True)
class Question:
    """`bookmarks`: where each stream stands. `division_dates`: when the division last moved, None where that
    is not known. `left_out`: fields that Exact refuses to select. `first_row_version`: where a first read of a
    sync endpoint begins, None for the beginning. `lines`: the second of the members comes within the first."""

    endpoint: Endpoint
    members: tuple[Stream, ...]
    bookmarks: Mapping[str, Bookmark]
    start_date: date | None
    division_dates: str | None = None
    left_out: frozenset[str] = frozenset()
    first_row_version: int | None = None
    lines: Lines | None = None

    @cached_property
    def select(self) -> tuple[str, ...]:
        """All fields of all streams served here, each once."""
        variant = self.endpoint.variant
        names = {
            f"{prefix}{field.name}": None
            for stream, prefix in zip(self.members, self._prefixes, strict=True)
            for field in stream.fields_of(variant)
        }
        if self.is_combined:
            names[LINE_NUMBER] = None
        return tuple(name for name in names if name not in self.left_out)

    @property
    def expand(self) -> tuple[str, ...]:
        return (self.lines.collection,) if self.lines else ()

    @property
    def _prefixes(self) -> tuple[str, ...]:
        return ("", f"{self.lines.collection}/") if self.lines else ("",) * len(self.members)

    @property
    def cursor(self) -> int | str | None:
        """The oldest of the streams' cursors; None: read from the beginning."""
        cursors = []
        for stream in self.members:
            bookmark = self.bookmarks[stream.name]
            if bookmark.cursor is None or self.begins_again(stream, bookmark):
                return None
            cursors.append(bookmark.cursor)
        return min(cursors)

    @property
    def filter(self) -> str | None:
        conditions = [condition for condition in (self._cursor_filter(), self._date_filter()) if condition]
        return and_(*conditions) if conditions else None

    @property
    def signature(self) -> str:
        """What is asked for, without where it begins: a saved link goes on only for the same question."""
        streams = (stream.name for stream in self.members)
        known = (self.known_move or "", self.start_date_text or "")
        question = "|".join((self.endpoint.path, *streams, *self.select, *known))
        return hashlib.sha256(question.encode()).hexdigest()[:16]

    @property
    def is_combined(self) -> bool:
        return any(stream.endpoint(self.endpoint.variant).rows for stream in self.members)

    @property
    def known_move(self) -> str | None:
        return self.division_dates if self.endpoint.variant == "sync" else None

    @property
    def limited_by(self) -> str | None:
        """The date field that `start_date` limits here; sync endpoints filter on Timestamp alone."""
        if len(self.members) > 1 and self.lines is None:
            return None
        stream = self.members[0]
        field, filterable = stream.start_date_field, self.endpoint.filterable
        if field is None or (filterable is not None and field not in filterable):
            return None
        return field if field in {known.name for known in stream.fields_of(self.endpoint.variant)} else None

    @property
    def is_limited_by_row_version(self) -> bool:
        """Whether a first read of this sync endpoint may begin where `start_date` lies: all its rows are
        documents, or lines of documents, that `start_date` limits."""
        if self.endpoint.cursor != ROW_VERSION or self.start_date is None:
            return False
        return all(_is_document(stream) for stream in self.members)

    def start_date_of(self, stream: Stream) -> str | None:
        """What the stream's bookmark keeps of `start_date_text`: lines that come within their headers follow those."""
        return None if self.lines and stream.name == self.lines.stream else self.start_date_text

    @property
    def changed_since(self) -> datetime | None:
        """Rows that were last changed before this are not needed; None: all are."""
        if self.start_date is None:
            return None
        return datetime.combine(self.start_date, time.min) - ENTERED_AHEAD

    @property
    def start_date_text(self) -> str | None:
        """The oldest date that this question asks for; None for no limit."""
        is_limited = self.limited_by is not None or self.is_limited_by_row_version
        return self.start_date.isoformat() if self.start_date and is_limited else None

    def begins_again(self, stream: Stream, bookmark: Bookmark) -> bool:
        """Whether rows that were read before lack a field or were never asked for."""
        has_other_fields = bookmark.fields not in (None, self.fingerprint(stream))
        return has_other_fields or self._reaches_further_back(bookmark)

    def fingerprint(self, stream: Stream) -> str:
        """The stream's fields that are read here, with their types, as 12 characters."""
        fields = [
            f"{field.name}:{field.edm_type}"
            for field in stream.fields_of(self.endpoint.variant)
            if field.name not in self.left_out
        ]
        return hashlib.sha256("|".join(fields).encode()).hexdigest()[:12]

    def left_out_of(self, stream: Stream) -> frozenset[str]:
        return self.left_out & {field.name for field in stream.fields_of(self.endpoint.variant)}

    def _reaches_further_back(self, bookmark: Bookmark) -> bool:
        """Whether the tenant's start date now asks for rows that an earlier read left out."""
        if bookmark.start_date is None:
            return False
        return self.start_date_text is None or self.start_date_text < bookmark.start_date

    def _cursor_filter(self) -> str | None:
        field, cursor = self.endpoint.cursor, self.cursor
        if field is None:
            return None
        if field == ROW_VERSION:
            return gt(ROW_VERSION, Int64(cursor or self.first_row_version or 1))
        if cursor is not None:
            since = datetime.fromisoformat(str(cursor)) - look_back(field)
            return ge(field, since.replace(microsecond=0))
        return ge(field, FIRST_TIME) if self._refuses_unfiltered_reads else None

    def _date_filter(self) -> str | None:
        if self.limited_by is None or self.start_date is None:
            return None
        return ge(self.limited_by, datetime.combine(self.start_date, time.min))

    @property
    def _refuses_unfiltered_reads(self) -> bool:
        """Bulk endpoints, and standard ones with a sync sibling, may refuse to be read without filter."""
        if self.endpoint.variant == "bulk":
            return True
        return any("sync" in catalogue()[stream.rows_of].endpoints for stream in self.members)


def _is_document(stream: Stream) -> bool:
    """Whether `start_date` limits the stream, or the documents that its rows are lines of."""
    parent = catalogue().get(stream.parent or "")
    return stream.start_date_field is not None or (parent is not None and parent.start_date_field is not None)
