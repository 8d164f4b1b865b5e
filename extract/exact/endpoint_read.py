"""Reading one endpoint of Exact for all streams that it serves.

    GET /api/v1/{division}/sync/Logistics/Items?$select=...&$filter=Timestamp gt 123L  ->  raw_exact.items

Incremental reads return changed rows, never deletions; those arrive in sync/Deleted. No endpoint promises an
order of its rows, so `ge` with an overlap is asked for on times, and rows are merged by key.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apis.errors import RequestRefused
from apis.exact.client import ExactClient
from apis.exact.odata import Int64, and_, ge, gt
from extract.adoption import Reread
from extract.bookmark import Bookmark, Unfinished
from extract.columns import FieldTypeError, exact_column
from extract.day_budget import DayBudget
from extract.exact.catalogue import Endpoint, Stream, Variant, catalogue, column_name
from extract.reading import StreamPage
from extract.rereads import NEW_ROW_VERSIONS
from extract.result import Source
from extract.table_shape import TableShape, exact_table

ZERO_GUID = "00000000-0000-0000-0000-000000000000"
ROW_VERSION = "Timestamp"
LINE_NUMBER = "LineNumber"  # 0 on the header rows of a combined endpoint
FIRST_TIME = datetime(1900, 1, 1)
OVERLAP = timedelta(hours=2)  # clocks that differ, rows stored late, the hour that comes twice in October
# Cursors that do not move with a change: read again from this long before the highest value.
LOOK_BACK = {"OrderDate": timedelta(days=120)}
# Each refused question is one of the ten errors that Exact allows an endpoint per hour; two runs fit.
MOST_REFUSED_FIELDS = 3
QUOTED = re.compile(r"['\"`]([A-Za-z_][A-Za-z0-9_]*)['\"`]")


@dataclass(frozen=True)
class ExactRead:
    """One request sequence. `bookmarks`: where each stream stands. `newest_load`: per stream whose rows are
    replaced as sets, the newest load id in its table when planned. `left_out`: fields that Exact refuses to
    select. `division_dates`: when the division last moved, None where that is not known."""

    client: ExactClient
    base_url: str
    endpoint: Endpoint
    members: tuple[Stream, ...]
    bookmarks: Mapping[str, Bookmark]
    start_date: date | None
    local_now: Callable[[], datetime]
    newest_load: Mapping[str, str | None]
    division_dates: str | None = None
    left_out: frozenset[str] = frozenset()
    budget: DayBudget | None = None
    dataset: str = "raw_exact"
    source: Source = "exact"

    @property
    def label(self) -> str:
        return self.endpoint.path

    @property
    def variant(self) -> Variant:
        return self.endpoint.variant

    @property
    def streams(self) -> tuple[str, ...]:
        return tuple(stream.name for stream in self.members)

    @cached_property
    def select(self) -> tuple[str, ...]:
        """All fields of all streams served here, each once."""
        names = {field.name: None for stream in self.members for field in stream.fields_of(self.variant)}
        if self._is_combined:
            names[LINE_NUMBER] = None
        return tuple(name for name in names if name not in self.left_out)

    @property
    def cursor(self) -> int | str | None:
        """The oldest of the streams' cursors; None: read from the beginning."""
        cursors = []
        for stream in self.members:
            bookmark = self.bookmarks[stream.name]
            if bookmark.cursor is None or self._begins_again(stream, bookmark):
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
        question = "|".join((self.endpoint.path, *self.streams, *self.select, self._known_move or ""))
        return hashlib.sha256(question.encode()).hexdigest()[:16]

    def pages(self) -> Iterator[Mapping[str, StreamPage]]:
        """The streams' shares of each page. Goes on with the page that a killed read had still to ask for.

        A field that Exact refuses to select is left out, and its column stays null. Raises FieldTypeError and
        what the client raises.
        """
        read, refused_requests = self, 0
        while True:
            try:
                for number, page in enumerate(read._attempt()):
                    yield page if number else _with_refused_requests(page, refused_requests)
                return
            except RequestRefused as error:
                refused = read._refused_fields(error)
                if not refused or len(read.left_out | refused) > MOST_REFUSED_FIELDS:
                    raise
                read, refused_requests = replace(read, left_out=read.left_out | refused), refused_requests + 1

    def _attempt(self) -> Iterator[Mapping[str, StreamPage]]:
        unfinished = self._unfinished()
        if unfinished is not None:
            try:
                yield from self._pages_from(unfinished)
            except _LinkRefusedError:
                pass  # a saved link can have grown stale; the whole question is asked again
            else:
                return
        yield from self._pages_from(None)

    def _pages_from(self, unfinished: Unfinished | None) -> Iterator[Mapping[str, StreamPage]]:
        began = unfinished.began if unfinished else self.local_now().isoformat(timespec="seconds")
        highest = unfinished.highest if unfinished else None
        older_than = self._older_than(unfinished)
        answers = (
            self.client.pages(self.endpoint.path, select=self.select, start=unfinished.next_link)
            if unfinished
            else self.client.pages(self.endpoint.path, select=self.select, filter=self.filter)
        )
        is_first = True
        while True:
            try:
                page = next(answers, None)
            except RequestRefused as error:
                if unfinished and is_first:
                    raise _LinkRefusedError from error
                raise
            if page is None:
                return
            is_first = False
            tables = {stream.name: self._table(stream, page.entries) for stream in self.members}
            highest = self._highest(highest, tables.values())
            unknown = self._unknown_fields(page.entries)
            yield {
                name: StreamPage(
                    rows=table,
                    bookmark=self._bookmark(name, page.next_link, highest, began, older_than.get(name)),
                    previous=self.bookmarks[name],
                    cursor_column=column_name(self.endpoint.cursor) if self.endpoint.cursor else None,
                    unknown_fields=unknown if name == self.streams[0] else {},
                    refused_fields=self._left_out_of(name),
                )
                for name, table in tables.items()
            }
            if page.next_link is not None and self.budget is not None:
                shortage = self.budget.shortage(1)
                if shortage is not None:
                    raise shortage

    def _bookmark(
        self,
        stream: str,
        next_link: str | None,
        highest: int | str | None,
        began: str,
        older_than: str | None,
    ) -> Bookmark:
        old = self.bookmarks[stream]
        if next_link is not None:
            unfinished = Unfinished(next_link, highest, began, self.signature)
            return replace(old, unfinished=unfinished, older_than=older_than)
        return Bookmark(
            cursor=self._next_cursor(self._member(stream), old, highest, began),
            start_date=self._start_date_text,
            older_than=older_than,
            fields=self._fingerprint(self._member(stream)),
            division_dates=self._known_move or old.division_dates,
        )

    def _next_cursor(
        self, stream: Stream, old: Bookmark, highest: int | str | None, began: str
    ) -> int | str | None:
        """Never below the old cursor, and never beyond the read's own beginning: a row that changed behind
        the reader's back has a time after that."""
        if highest is None:
            return old.cursor
        if isinstance(highest, str):
            highest = min(highest, began)
        if old.cursor is None or self._begins_again(stream, old):
            return highest
        return max(old.cursor, highest)

    def _cursor_filter(self) -> str | None:
        field, cursor = self.endpoint.cursor, self.cursor
        if field is None:
            return None
        if field == ROW_VERSION:
            return gt(ROW_VERSION, Int64(cursor or 1))
        if cursor is not None:
            since = datetime.fromisoformat(str(cursor)) - LOOK_BACK.get(field, OVERLAP)
            return ge(field, since.replace(microsecond=0))
        return ge(field, FIRST_TIME) if self._refuses_unfiltered_reads else None

    def _date_filter(self) -> str | None:
        if self._limited_by is None or self.start_date is None:
            return None
        return ge(self._limited_by, datetime.combine(self.start_date, time.min))

    @property
    def _limited_by(self) -> str | None:
        """The date field that `start_date` limits here; sync endpoints filter on Timestamp alone."""
        if len(self.members) > 1:
            return None
        stream = self.members[0]
        field, filterable = stream.start_date_field, self.endpoint.filterable
        if field is None or (filterable is not None and field not in filterable):
            return None
        return field if field in {known.name for known in stream.fields_of(self.variant)} else None

    @property
    def _start_date_text(self) -> str | None:
        return self.start_date.isoformat() if self.start_date and self._limited_by else None

    def _begins_again(self, stream: Stream, bookmark: Bookmark) -> bool:
        """Whether rows that were read before lack a field or were never asked for."""
        has_other_fields = bookmark.fields not in (None, self._fingerprint(stream))
        return has_other_fields or self._reaches_further_back(bookmark)

    def _member(self, name: str) -> Stream:
        return next(stream for stream in self.members if stream.name == name)

    def _fingerprint(self, stream: Stream) -> str:
        """The stream's fields that are read here, with their types, as 12 characters."""
        fields = [
            f"{field.name}:{field.edm_type}"
            for field in stream.fields_of(self.variant)
            if field.name not in self.left_out
        ]
        return hashlib.sha256("|".join(fields).encode()).hexdigest()[:12]

    @property
    def _known_move(self) -> str | None:
        return self.division_dates if self.variant == "sync" else None

    def _left_out_of(self, stream: str) -> frozenset[str]:
        return self.left_out & {field.name for field in self._member(stream).fields_of(self.variant)}

    def _refused_fields(self, error: RequestRefused) -> frozenset[str]:
        """The selected fields that a refusal (400) names, none where it is about something else."""
        if error.status != HTTPStatus.BAD_REQUEST:
            return frozenset()
        needed = {LINE_NUMBER, self.endpoint.cursor, *(name for one in self.members for name in one.key)}
        words = " ".join(error.messages)
        return (frozenset(QUOTED.findall(words)) & set(self.select)) - needed

    def _reaches_further_back(self, bookmark: Bookmark) -> bool:
        """Whether the tenant's start date now asks for rows that an earlier read left out."""
        if bookmark.start_date is None:
            return False
        return self._start_date_text is None or self._start_date_text < bookmark.start_date

    def reread_of(self, stream: Stream, reason: str, before: Bookmark) -> Reread:
        """What this read, which began at the beginning, says of the rows held before. before: the bookmark of
        the reads that brought those."""
        seen_up_to: int | datetime | None = None
        field, cursor = self.endpoint.cursor, before.cursor
        if field is not None and cursor is not None and reason not in NEW_ROW_VERSIONS:
            if isinstance(cursor, int):
                seen_up_to = cursor
            else:
                seen_up_to = datetime.fromisoformat(cursor) - LOOK_BACK.get(field, OVERLAP)
        return Reread(
            source="exact",
            stream=stream.name,
            main=f"raw_exact.{stream.name}",
            side=f"{self.dataset}.{stream.name}",
            reason=reason,
            cursor_column=None if field is None else column_name(field),
            seen_up_to=seen_up_to,
            dated_from=(column_name(self._limited_by), self.start_date)
            if self._limited_by and self.start_date
            else None,
            keeps_no_marks=stream.is_log,
        )

    @property
    def _refuses_unfiltered_reads(self) -> bool:
        """Bulk endpoints, and standard ones with a sync sibling, may refuse to be read without filter."""
        if self.variant == "bulk":
            return True
        return any("sync" in catalogue()[stream.rows_of].endpoints for stream in self.members)

    @property
    def _is_combined(self) -> bool:
        return any(stream.endpoint(self.variant).rows for stream in self.members)

    def _unfinished(self) -> Unfinished | None:
        """The link to go on with, if all streams stand at the same one, and it asks this question here."""
        found = {self.bookmarks[name].unfinished for name in self.streams}
        unfinished = found.pop()
        if found or unfinished is None or unfinished.signature != self.signature:
            return None
        return unfinished if unfinished.next_link.startswith(self.base_url) else None

    def _older_than(self, unfinished: Unfinished | None) -> dict[str, str | None]:
        if unfinished is None:
            return dict(self.newest_load)
        return {name: self.bookmarks[name].older_than for name in self.streams}

    def _table(self, stream: Stream, entries: Sequence[Mapping[str, Any]]) -> pa.Table:
        kind = stream.endpoint(self.variant).rows
        if kind is not None:
            entries = [entry for entry in entries if _is_header(entry, stream.name) == (kind == "header")]
        shape = exact_table(stream)
        here = {field.name for field in stream.fields_of(self.variant)} - self.left_out
        columns: list[pa.Array] = []
        for field in stream.fields:
            if field.name not in here:
                columns.append(pa.nulls(len(entries), shape.arrow_schema.field(field.column).type))
                continue
            values = [entry.get(field.name) for entry in entries]
            columns.append(
                exact_column(f"{stream.name}.{field.name}", field.edm_type, field.duckdb_type, values)
            )
        return _with_keys(shape, stream, pa.Table.from_arrays(columns, schema=shape.arrow_schema))

    def _highest(self, highest: int | str | None, tables: Any) -> int | str | None:
        if self.endpoint.cursor is None:
            return None
        column = column_name(self.endpoint.cursor)
        found = [pc.max(table[column]).as_py() for table in tables]
        values = [
            value.isoformat() if isinstance(value, datetime) else value
            for value in found
            if value is not None
        ]
        return max([*values, *([highest] if highest is not None else [])], default=None)

    def _unknown_fields(self, entries: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
        known = set(self.select)
        return Counter(name for entry in entries for name in entry.keys() - known)


def _with_refused_requests(page: Mapping[str, StreamPage], number: int) -> Mapping[str, StreamPage]:
    """Counted once, on the first of the streams."""
    first = next(iter(page))
    return {**page, first: replace(page[first], refused_requests=number)}


class _LinkRefusedError(Exception):
    """The first page of a saved link was refused."""


def _is_header(entry: Mapping[str, Any], stream: str) -> bool:
    try:
        return int(entry[LINE_NUMBER]) == 0
    except (KeyError, TypeError, ValueError):
        raise FieldTypeError(f"{stream}.{LINE_NUMBER}: a row without a line number") from None


def _with_keys(shape: TableShape, stream: Stream, table: pa.Table) -> pa.Table:
    """A key is never null: a later part of it (a receipt line's storage location) becomes the zero Guid; a
    row without the first part cannot be told from others."""
    first, *others = shape.key
    if table[first].null_count:
        raise FieldTypeError(f"{stream.name}.{stream.key[0]}: a row without its key")
    for name in others:
        index = table.schema.get_field_index(name)
        table = table.set_column(index, table.schema.field(index), pc.fill_null(table[name], ZERO_GUID))
    return table
