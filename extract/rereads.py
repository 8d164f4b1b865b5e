"""Which streams are read again from the beginning, and why. Kept in `runs.rereads` until it is done, so that
a run that is killed or meets the daily limit is gone on with by the next.

A cursor brings changes, never what is gone; and it lies when Exact renews its row versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from extract.bookmark import Bookmark
from extract.exact.catalogue import Stream, Variant, catalogue
from extract.result import Source

DAILY = "daily"
ASKED = "asked for"
MOVED = "the division moved"
RENUMBERED = "row versions went backwards"
PAUSED = "paused for longer than Exact keeps deletions"
# After these the old row versions say nothing about the new ones.
NEW_ROW_VERSIONS = frozenset({MOVED, RENUMBERED})
# Exact keeps deletions for two months; the shortest two are 59 days.
DELETIONS_KEPT = timedelta(days=58)


@dataclass(frozen=True)
class History:
    """By stream: `open`, the reasons of re-reads that are not done; `whole`, when it was last read from the
    beginning to the end. `deletions_read_at`: the last complete read of `deleted`. Instants: UTC, naive."""

    open: Mapping[str, str]
    whole: Mapping[str, datetime]
    deletions_read_at: datetime | None


@dataclass(frozen=True)
class Today:
    """`day`: the tenant's today, in `zone`. `now`: UTC, naive. `asked`: everything shall be read again."""

    day: date
    now: datetime
    zone: ZoneInfo
    asked: bool = False


def history(connection: duckdb.DuckDBPyConnection, source: Source) -> History:
    whole = connection.execute(
        """
        select stream, max(at_utc)
        from (
            select stream, done_at as at_utc from runs.rereads where source = $source and done_at is not null
            union all
            -- the first read that came to its end began at the beginning
            select stream, min(finished_at) as at_utc from runs.stream_reads
            where source = $source and status = 'complete'
            group by stream
        )
        group by stream
        """,
        {"source": source},
    ).fetchall()
    waiting = connection.execute(
        "select stream, min(reason) from runs.rereads where source = ? and done_at is null group by stream",
        [source],
    ).fetchall()
    deletions = connection.execute(
        "select max(finished_at) from runs.stream_reads "
        "where source = 'exact' and stream = 'deleted' and status = 'complete'"
    ).fetchone()
    return History(dict(waiting), dict(whole), deletions[0] if deletions else None)


def reason_of(
    stream: Stream,
    variant: Variant,
    bookmark: Bookmark,
    past: History,
    today: Today,
    division_dates: str | None,
) -> str | None:
    """Why the stream has to be read again from the beginning, None where it has not.

    division_dates: when the division moved last, as Exact tells now; None where it does not tell.
    """
    if stream.name not in past.whole:
        return None  # its ordinary read begins at the beginning
    known = bookmark.division_dates
    if variant == "sync" and None not in (known, division_dates) and known != division_dates:
        return MOVED
    if stream.name in past.open:
        return past.open[stream.name]
    if stream.is_log:
        return None
    is_paused = past.deletions_read_at is not None and today.now - past.deletions_read_at > DELETIONS_KEPT
    if stream.deleted_entity_types and is_paused:
        return PAUSED
    if today.asked:
        return ASKED
    return _daily(stream.name, stream.is_read_whole_daily, past, today)


def reason_without_log(stream: str, is_read_whole_daily: bool, past: History, today: Today) -> str | None:
    """The same for a stream of a source that neither logs deletions nor renews row versions."""
    if stream not in past.whole:
        return None
    if stream in past.open:
        return past.open[stream]
    return ASKED if today.asked else _daily(stream, is_read_whole_daily, past, today)


def _daily(stream: str, is_read_whole_daily: bool, past: History, today: Today) -> str | None:
    last = past.whole[stream].replace(tzinfo=UTC).astimezone(today.zone).date()
    return DAILY if is_read_whole_daily and last < today.day else None


def has_schema(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = connection.execute("select 1 from information_schema.schemata where schema_name = ?", [name])
    return found.fetchone() is not None


def division_dates(connection: duckdb.DuckDBPyConnection, division: int) -> str | None:
    """When the division last moved, or was linked to or unlinked from HR, as one text; None: not told."""
    if not connection.execute(
        "select 1 from information_schema.tables where table_schema = 'raw_exact' and table_name = 'divisions'"
    ).fetchone():
        return None
    row = connection.execute(
        "select coalesce(division_move_date::varchar, '-'), "
        "coalesce(division_hr_link_unlink_date::varchar, '-') from raw_exact.divisions where code = ?",
        [division],
    ).fetchone()
    return None if row is None else " ".join(row)


def keep_requests(
    connection: duckdb.DuckDBPyConnection,
    reasons: Mapping[str, str],
    asked_at: datetime,
    source: Source = "exact",
) -> None:
    """Write down the re-reads that are not yet. asked_at: UTC, naive."""
    for stream, reason in reasons.items():
        connection.execute(
            "insert into runs.rereads (source, stream, reason, asked_at) select ?, ?, ?, ? "
            "where not exists (select 1 from runs.rereads "
            "where source = ? and stream = ? and done_at is null)",
            [source, stream, reason, asked_at, source, stream],
        )


def read_by_row_version(streams: Iterable[str]) -> list[str]:
    """Those of the streams that have a sync endpoint."""
    return [name for name in streams if name in catalogue() and "sync" in catalogue()[name].endpoints]
