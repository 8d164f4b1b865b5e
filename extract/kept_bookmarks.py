"""Bookmarks without dlt's state: what the run history keeps of each complete read, held against the raw tables.

dlt's state can be lost while the rows are there: its tables dropped, raw tables copied to a new file. A complete
read's bookmark is written after its rows; one that is older than them costs a few rows read again and no more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import duckdb

from extract.bookmark import Bookmark, from_state
from extract.exact.catalogue import catalogue as exact_catalogue
from extract.exact.catalogue import column_name
from extract.optiply.catalogue import catalogue as optiply_catalogue
from extract.result import Source


def kept_bookmarks(
    connection: duckdb.DuckDBPyConnection, source: Source, existing: Mapping[str, Mapping[str, str]]
) -> dict[tuple[str, str], Bookmark]:
    """By stream and variant. existing: columns and types of the raw tables, by stream.

    The cursor is never beyond the highest value that the raw table holds.
    """
    rows = connection.execute(
        "select stream, variant, arg_max(bookmark, finished_at) from runs.stream_reads "
        "where source = ? and status = 'complete' and bookmark is not null group by all",
        [source],
    ).fetchall()
    found = {}
    for stream, variant, text in rows:
        column = _cursor_column(source, stream, variant)
        bookmark = from_state(json.loads(text))
        if column in existing.get(stream, {}) and bookmark.cursor is not None:
            query = f'select max("{column}") from raw_{source}.{stream}'
            (highest,) = connection.execute(query).fetchone() or (None,)
            bookmark = replace(bookmark, cursor=_lower(bookmark.cursor, highest))
        found[stream, variant] = bookmark
    return found


def _cursor_column(source: Source, stream: str, variant: str) -> str | None:
    if source == "optiply":
        return column_name(optiply_catalogue()[stream].cursor) if stream in optiply_catalogue() else None
    endpoints = exact_catalogue()[stream].endpoints if stream in exact_catalogue() else {}
    field = next((one.cursor for one in endpoints.values() if one.variant == variant), None)
    return column_name(field) if field else None


def _lower(cursor: int | str, highest: int | datetime | None) -> int | str | None:
    if highest is None:
        return None
    if isinstance(cursor, int):
        return min(cursor, highest) if isinstance(highest, int) else None
    return min(cursor, highest.isoformat()) if isinstance(highest, datetime) else None
