"""Reading one endpoint of Exact for all streams that it serves.

    GET /api/v1/{division}/sync/Logistics/Items?$select=...&$filter=Timestamp gt 123L  ->  raw_exact.items

Incremental reads return changed rows, never deletions; those arrive in sync/Deleted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from http import HTTPStatus

from apis.errors import RequestRefused
from apis.exact.client import ExactClient
from apis.exact.odata import Guid, eq, or_
from apis.exact.page import Page
from extract.adoption import Reread
from extract.bookmark import Bookmark, Unfinished
from extract.day_budget import DayBudget
from extract.exact.catalogue import Stream, Variant, column_name
from extract.exact.lines import with_lines
from extract.exact.page_tables import highest_cursor, stream_table, unknown_fields
from extract.exact.question import LINE_NUMBER, Question, look_back
from extract.exact.row_versions import row_version_at
from extract.reading import StreamPage
from extract.rereads import NEW_ROW_VERSIONS
from extract.result import Source

# Each refused question is one of the ten errors that Exact allows an endpoint per hour; two runs fit.
MOST_REFUSED_FIELDS = 3
# Conditions of one request: a longer query does not pass every server.
MOST_IDS = 15
QUOTED = re.compile(r"['\"`]([A-Za-z_][A-Za-z0-9_]*)['\"`]")


@dataclass(frozen=True)
class ExactRead:
    """One request sequence. `newest_load`: per stream whose rows are replaced as sets, the newest load id in
    its table when planned. `open_ids`: rows that the cursor has left behind and that can still change."""

    client: ExactClient
    base_url: str
    question: Question
    local_now: Callable[[], datetime]
    newest_load: Mapping[str, str | None]
    open_ids: tuple[str, ...] = ()
    budget: DayBudget | None = None
    dataset: str = "raw_exact"
    source: Source = "exact"

    @property
    def label(self) -> str:
        return self.question.endpoint.path

    @property
    def variant(self) -> Variant:
        return self.question.endpoint.variant

    @property
    def page_size(self) -> int:
        return self.question.endpoint.page_size

    @property
    def members(self) -> tuple[Stream, ...]:
        return self.question.members

    @property
    def streams(self) -> tuple[str, ...]:
        return tuple(stream.name for stream in self.members)

    def pages(self) -> Iterator[Mapping[str, StreamPage]]:
        """The streams' shares of each page. Goes on with the page that a killed read had still to ask for.

        A field that Exact refuses to select is left out, and its column stays null. Raises FieldTypeError and
        what the client raises.
        """
        read, refused_requests = self, 0
        while True:
            try:
                for number, page in enumerate(read._attempt()):
                    yield page if number else _with_further_requests(page, refused_requests)
                return
            except RequestRefused as error:
                refused = read._refused_fields(error)
                left_out = read.question.left_out | refused
                if not refused or len(left_out) > MOST_REFUSED_FIELDS:
                    raise
                read = replace(read, question=replace(read.question, left_out=left_out))
                refused_requests += 1

    def _attempt(self) -> Iterator[Mapping[str, StreamPage]]:
        yield from self._open_rows()
        unfinished = self._unfinished()
        if unfinished is not None:
            try:
                yield from self._pages_from(unfinished)
            except _LinkRefusedError:
                pass  # a saved link can have grown stale; the whole question is asked again
            else:
                return
        read, further_requests = self._begun()
        for number, page in enumerate(read._pages_from(None)):
            yield page if number else _with_further_requests(page, further_requests)

    def _begun(self) -> tuple[ExactRead, int]:
        """This read with the row version at which a first one may begin, and the requests spent on it."""
        since = self.question.changed_since
        if self.dataset != "raw_exact" or since is None:
            return self, 0  # what is read again is compared with all that we hold
        if self.question.cursor is not None or not self.question.is_limited_by_row_version:
            return self, 0
        begin = row_version_at(self.client, self.label, since)
        return replace(self, question=replace(self.question, first_row_version=begin)), 1

    def _open_rows(self) -> Iterator[Mapping[str, StreamPage]]:
        """The present state of `open_ids`. The bookmark stays where it is."""
        key = self.members[0].key[0]
        for first in range(0, len(self.open_ids), MOST_IDS):
            which = or_(*(eq(key, Guid(one)) for one in self.open_ids[first : first + MOST_IDS]))
            for page in self.client.pages(self.label, select=self.question.select, filter=which):
                yield self._shares(page, self.question.bookmarks)

    def _pages_from(self, unfinished: Unfinished | None) -> Iterator[Mapping[str, StreamPage]]:
        began = unfinished.began if unfinished else self.local_now().isoformat(timespec="seconds")
        highest = unfinished.highest if unfinished else None
        older_than = self._older_than(unfinished)
        question, cursor = self.question, self.question.endpoint.cursor
        answers = (
            self.client.pages(self.label, select=question.select, start=unfinished.next_link)
            if unfinished
            else self.client.pages(
                self.label, select=question.select, filter=question.filter, expand=question.expand
            )
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
            shares = self._shares(page, {})
            if cursor is not None:
                found = highest_cursor(cursor, (share.rows for share in shares.values()))
                highest = max((one for one in (found, highest) if one is not None), default=None)
            yield {
                name: replace(
                    share,
                    bookmark=self._bookmark(name, page.next_link, highest, began, older_than.get(name)),
                )
                for name, share in shares.items()
            }
            if page.next_link is not None and self.budget is not None:
                shortage = self.budget.shortage(1)
                if shortage is not None:
                    raise shortage

    def _shares(self, page: Page, bookmarks: Mapping[str, Bookmark]) -> dict[str, StreamPage]:
        """Each stream's share of the page; with `bookmarks`, or none yet."""
        question, cursor = self.question, self.question.endpoint.cursor
        entries, further_requests = dict.fromkeys(self.streams, page.entries), 0
        known = frozenset(question.select)
        if question.lines:
            headers, found, further_requests = with_lines(self.client, self.members, question.lines, page)
            entries = {self.members[0].name: headers, question.lines.stream: found}
        unknown = unknown_fields(entries[self.members[0].name], known)
        return {
            stream.name: StreamPage(
                rows=stream_table(stream, self.variant, entries[stream.name], question.left_out),
                bookmark=bookmarks.get(stream.name, Bookmark()),
                previous=question.bookmarks[stream.name],
                cursor_column=column_name(cursor) if cursor else None,
                unknown_fields=unknown if stream is self.members[0] else {},
                refused_fields=question.left_out_of(stream),
                further_requests=further_requests if stream is self.members[0] else 0,
            )
            for stream in self.members
        }

    def _bookmark(
        self,
        stream: str,
        next_link: str | None,
        highest: int | str | None,
        began: str,
        older_than: str | None,
    ) -> Bookmark:
        question, old = self.question, self.question.bookmarks[stream]
        if next_link is not None:
            unfinished = Unfinished(next_link, highest, began, question.signature)
            return replace(old, unfinished=unfinished, older_than=older_than)
        member = next(one for one in self.members if one.name == stream)
        return Bookmark(
            cursor=self._next_cursor(member, old, highest, began),
            start_date=question.start_date_of(member),
            older_than=older_than,
            fields=question.fingerprint(member),
            division_dates=question.known_move or old.division_dates,
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
        if old.cursor is None or self.question.begins_again(stream, old):
            return highest
        return max(old.cursor, highest)

    def _refused_fields(self, error: RequestRefused) -> frozenset[str]:
        """The selected fields that a refusal (400) names, none where it is about something else."""
        if error.status != HTTPStatus.BAD_REQUEST:
            return frozenset()
        keys = (name for one in self.members for name in one.key)
        needed = {LINE_NUMBER, self.question.endpoint.cursor, *keys}
        words = " ".join(error.messages)
        return (frozenset(QUOTED.findall(words)) & set(self.question.select)) - needed

    def _unfinished(self) -> Unfinished | None:
        """The link to go on with, if all streams stand at the same one, and it asks this question here."""
        found = {self.question.bookmarks[name].unfinished for name in self.streams}
        unfinished = found.pop()
        if found or unfinished is None or unfinished.signature != self.question.signature:
            return None
        return unfinished if unfinished.next_link.startswith(self.base_url) else None

    def _older_than(self, unfinished: Unfinished | None) -> dict[str, str | None]:
        if unfinished is None:
            return dict(self.newest_load)
        return {name: self.question.bookmarks[name].older_than for name in self.streams}


def reread_of(read: ExactRead, stream: Stream, reason: str, before: Bookmark) -> Reread:
    """What a read that began at the beginning says of the rows held before. before: the bookmark of the reads
    that brought those."""
    seen_up_to: int | datetime | None = None
    field, cursor = read.question.endpoint.cursor, before.cursor
    if field is not None and cursor is not None and reason not in NEW_ROW_VERSIONS:
        seen_up_to = _time_seen(cursor, field) if isinstance(cursor, str) else cursor
    limit, first_day = read.question.limited_by, read.question.start_date
    dated_from: tuple[str, date] | None = None
    if limit and first_day:
        dated_from = f'"{column_name(limit)}" >= ?', first_day
        if read.question.lines and stream.name == read.question.lines.stream:
            header = read.members[0]
            dated_from = (
                f'"{column_name(read.question.lines.link)}" in (select "{column_name(header.key[0])}" '
                f"from raw_exact.{header.name} where {dated_from[0]})",
                first_day,
            )
    return Reread(
        source="exact",
        stream=stream.name,
        main=f"raw_exact.{stream.name}",
        side=f"{read.dataset}.{stream.name}",
        reason=reason,
        cursor_column=None if field is None else column_name(field),
        seen_up_to=seen_up_to,
        dated_from=dated_from,
        keeps_no_marks=stream.is_log,
    )


def _time_seen(cursor: str, field: str) -> datetime:
    return datetime.fromisoformat(cursor) - look_back(field)


def _with_further_requests(page: Mapping[str, StreamPage], number: int) -> Mapping[str, StreamPage]:
    """Counted once, on the first of the streams."""
    first = next(iter(page))
    further = page[first].further_requests + number
    return {**page, first: replace(page[first], further_requests=further)}


class _LinkRefusedError(Exception):
    """The first page of a saved link was refused."""
