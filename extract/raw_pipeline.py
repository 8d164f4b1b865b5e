"""The dlt pipeline of one source system: Arrow pages and bookmarks in, `raw_<source>` tables in DuckDB out.

One pipeline and one dlt schema per source: the cost of a load grows with the schema, not with the rows, so
all streams of a batch go in one load. Rows are merged on the key by delete-insert; never `replace` or
`refresh`, which empty a table when nothing came.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import dlt
import duckdb
import pyarrow as pa
from dlt.common.versioned_state import decompress_state
from dlt.destinations import duckdb as duckdb_destination
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

from extract.adoption import key_text
from extract.bookmark import Bookmark, from_state
from extract.exact.catalogue import Stream, column_name
from extract.kept_bookmarks import kept_bookmarks
from extract.result import Source
from extract.table_shape import TableShape, changed_rows, quoted
from warehouse.connection import MEMORY_LIMIT

LOAD_ID = "_dlt_load_id"
THREADS = 2
# While dlt loads: a batch needs no more, and DuckDB would keep the tables it merges into in memory for as long as it
# has any left. A second thread makes a load no shorter and costs a quarter more of CPU time.
LOAD_CONFIG = {"memory_limit": "200MB", "threads": 1}


@dataclass(frozen=True)
class StreamBatch:
    """What one load brings of a stream: its pages in the order read, and its bookmark (None: unchanged)."""

    pages: list[pa.Table]
    cursor_column: str | None
    variant: str
    bookmark: Bookmark


@dataclass(frozen=True)
class _News:
    rows: pa.Table
    variant: str
    bookmark: Bookmark


class RawPipeline:
    """A context: its dlt working folder is new in each run and goes with it. A kept folder would outlive the
    DuckDB file it belongs to, and its state would win over the file's.

    Errors: whatever dlt raises at a failed load; the process must then not go on with this pipeline, because
    dlt's state in memory is ahead of the file.
    """

    def __init__(
        self, source: Source, warehouse: Path, tables: Mapping[str, TableShape], dataset: str | None = None
    ) -> None:
        self.source = source
        self.dataset = dataset or f"raw_{source}"
        self._tables = tables
        self._folder = tempfile.TemporaryDirectory(prefix="exact-optiply-dlt-")
        self._warehouse = warehouse
        self._connection: duckdb.DuckDBPyConnection | None = None
        credentials = DuckDbCredentials(str(warehouse), global_config=dict(LOAD_CONFIG))
        self._pipeline = dlt.pipeline(
            self.dataset.removeprefix("raw_"),
            pipelines_dir=self._folder.name,
            destination=duckdb_destination(credentials),
            dataset_name=self.dataset,
        )

    def __enter__(self) -> RawPipeline:
        with self.connection() as connection:
            self._existing = self._tables_in_file()
            bookmarks = {
                (stream, variant): from_state(state)
                for stream, states in self._stored_state().items()
                for variant, state in states.items()
            }
            if not bookmarks and self.dataset == f"raw_{self.source}":
                bookmarks = kept_bookmarks(connection, self.source, self._existing)
            held = {
                stream: connection.execute(f"select 1 from {self.dataset}.{stream} limit 1").fetchone()
                for stream in {stream for stream, _ in bookmarks} & self._existing.keys()
            }
        # Of a table that is gone, or that was emptied, everything has to be read again.
        self._bookmarks = {
            (stream, variant): mark
            for (stream, variant), mark in bookmarks.items()
            if stream in held and (held[stream] or (mark.cursor is None and mark.unfinished is None))
        }
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._pipeline.is_active:  # the other source's may be
            self._pipeline.deactivate()
        self._folder.cleanup()

    def bookmark(self, stream: str, variant: str) -> Bookmark:
        """Where the stream stands on that endpoint family, as stored."""
        return self._bookmarks.get((stream, variant), Bookmark())

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, open as dlt opens it: DuckDB takes no second configuration beside it. The one that is
        open already, where the caller stands within another such block: opening the file costs more than a query.
        """
        if self._connection is not None:
            yield self._connection
            return
        self._connection = duckdb.connect(str(self._warehouse))
        try:
            self._connection.execute(f"set global memory_limit = '{MEMORY_LIMIT}'")
            self._connection.execute(f"set global threads = {THREADS}")
            yield self._connection
        finally:
            self._connection.close()
            self._connection = None

    def _stored_state(self) -> dict[str, dict[str, Any]]:
        """The state of each resource as of the last complete load. dlt would fetch and check its schema too, which
        takes it longer than all else in a run without changes; it does that itself before a first load."""
        if not {"_dlt_pipeline_state", "_dlt_loads"} <= self._existing.keys():
            return {}
        rows = self._query(
            f"select state from {self.dataset}._dlt_pipeline_state as stored "
            f"inner join {self.dataset}._dlt_loads as loads on loads.load_id = stored._dlt_load_id "
            "where pipeline_name = ? and status = 0 order by load_id desc limit 1",
            self._pipeline.pipeline_name,
        )
        state = decompress_state(rows[0][0]) if rows else {}
        found: dict[str, dict[str, Any]] = state.get("sources", {}).get(self.source, {}).get("resources", {})
        return found

    def mismatch(self, stream: str) -> str | None:
        """Why the stream's table cannot take its rows: a key column of another type, in words; None: it can.

        Another type of another column is changed by `create_tables`; rows are told apart by their key alone.
        """
        for column, (found, kind) in self._retyped(stream).items():
            if column in self._tables[stream].key:
                return f"column {stream}.{column} is {found} in the warehouse, {kind} in the catalogue"
        return None

    def _retyped(self, stream: str) -> dict[str, tuple[str, str]]:
        """Columns whose type in the file is not the catalogue's: {column: (in the file, in the catalogue)}."""
        existing = self._existing.get(stream, {})
        return {
            column: (existing[column], kind)
            for column, kind in self._tables[stream].columns.items()
            if column in existing and existing[column] != kind
        }

    def create_tables(self, streams: Iterable[str]) -> dict[str, str]:
        """Make the streams' tables, or the columns that they lack, as dbt's `on-run-start` does too. dlt would not
        make a table again that it has made before, and takes seconds to make all.

        A column of another type than the catalogue's takes that type, and every row stays; dlt would say
        nothing and keep the old one. What does not fit the new type becomes null until the row is read again,
        and so the stream is read from the beginning. Returns what was changed, in words by stream.
        """
        changed: dict[str, str] = {}
        with self.connection() as connection:
            connection.execute(f"create schema if not exists {self.dataset}")
            for stream in streams:
                table = f"{self.dataset}.{stream}"
                columns = {**self._tables[stream].columns, LOAD_ID: "varchar"}
                if not (existing := self._existing.get(stream, {})):
                    body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
                    connection.execute(f"create table {table} ({body})")
                    self._existing[stream] = columns
                for name in columns.keys() - existing.keys() if existing else ():
                    connection.execute(f'alter table {table} add column "{name}" {columns[name]}')
                for name, (found, kind) in self._retyped(stream).items():
                    connection.execute(_retype(table, name, kind))
                    if name in self._staged_columns(stream):
                        connection.execute(_retype(f"{self.dataset}_staging.{stream}", name, kind))
                    changed[stream] = f"column {name} was {found}, is {kind} now: read from the beginning"
                if stream in changed:
                    self._existing[stream] = dict(self._tables[stream].columns)
                    self._bookmarks = {at: mark for at, mark in self._bookmarks.items() if at[0] != stream}
        return changed

    def write(self, batch: Mapping[str, StreamBatch]) -> None:
        """Merge the pages and keep the bookmarks: both or, after a kill, neither. Takes the pages out of the batch."""
        with (
            self.connection()
        ):  # dlt opens the file many times a load: beside an open connection that costs nothing
            news = self._news(batch)
            bookmarks = {(stream, part.variant): part.bookmark for stream, part in news.items()}
            # dlt keeps an error's traceback, and with it this frame and all that it holds, until Python's next
            # collection: here is only what has to stay.
            resources = [self._resource(stream, news.pop(stream)) for stream in list(news)]
            if resources:
                self._load(resources)
        self._bookmarks |= bookmarks

    def _news(self, batch: Mapping[str, StreamBatch]) -> dict[str, _News]:
        """What the file does not hold yet. Reads overlap, so most runs bring rows that it does; a load of them
        would cost seconds and change nothing."""
        news = {}
        with self.connection() as connection:
            for stream, part in batch.items():
                shape = self._tables[stream]
                rows = shape.latest_rows(part.pages, part.cursor_column)
                part.pages.clear()
                self._take_marks_off(connection, stream, rows)
                rows = changed_rows(connection, f"{self.dataset}.{stream}", shape, rows)
                stored = self.bookmark(stream, part.variant)
                # when no row is new, older_than has nothing to tell
                if rows.num_rows or replace(part.bookmark, older_than=stored.older_than) != stored:
                    news[stream] = _News(rows, part.variant, part.bookmark)
        return news

    def _take_marks_off(self, connection: duckdb.DuckDBPyConnection, stream: str, rows: pa.Table) -> None:
        """A row that the API sends is not gone."""
        marks = "from runs.rows_gone where source = ? and stream = ?"
        of_stream = [self.source, stream]
        if not rows.num_rows or not connection.execute(f"select 1 {marks} limit 1", of_stream).fetchone():
            return
        connection.register("incoming", rows)
        try:
            sent = f"select {key_text(self._tables[stream])} from incoming"
            connection.execute(f"delete {marks} and row_key in ({sent})", of_stream)
        finally:
            connection.unregister("incoming")

    @property
    def filled_tables(self) -> set[str]:
        """The streams that have a table."""
        return self._existing.keys() & self._tables.keys()

    def forget(self, stream: str) -> None:
        """Drop the stream's table, and with it its bookmarks."""
        self._query(f"drop table if exists {self.dataset}.{stream}")
        self._existing.pop(stream, None)
        self._bookmarks = {at: mark for at, mark in self._bookmarks.items() if at[0] != stream}

    def drop_dataset(self) -> None:
        """Leave nothing, dlt's own tables neither. No load can follow."""
        for schema in (self.dataset, f"{self.dataset}_staging"):
            self._query(f"drop schema if exists {schema} cascade")

    def keys_not_gone(self, stream: str) -> frozenset[str]:
        """Keys, as `runs.rows_gone` keeps them, of the stream's rows that are not marked as gone."""
        key = key_text(self._tables[stream])
        rows = self._query(
            f"select {key} from {self.dataset}.{stream} where {key} not in "
            "(select row_key from runs.rows_gone where source = ? and stream = ?)",
            self.source,
            stream,
        )
        return frozenset(key for (key,) in rows)

    def open_rows(self, stream: Stream, before: datetime) -> list[str]:
        """Keys of the rows whose cursor lies before that instant and that can still change, oldest first."""
        assert stream.open_rows is not None
        (key,), cursor = self._tables[stream.name].key, stream.endpoint().cursor
        closed = ", ".join(map(str, stream.open_rows.closed))
        rows = self._query(
            f'select "{key}" from {self.dataset}.{stream.name} '
            f'where "{column_name(cursor or "")}" < ? and '
            f'coalesce("{column_name(stream.open_rows.field)}" not in ({closed}), true) and "{key}" not in '
            "(select row_key from runs.rows_gone where source = ? and stream = ?) order by all",
            before,
            self.source,
            stream.name,
        )
        return [str(key) for (key,) in rows]

    def newest_load(self, stream: str) -> str | None:
        """The newest load id among the stream's rows; None when it has none."""
        if stream not in self._existing:
            return None
        rows = self._query(f"select max({LOAD_ID}) from {self.dataset}.{stream}")
        return str(rows[0][0]) if rows and rows[0][0] is not None else None

    def remove_replaced_rows(self, stream: str, older_than: str) -> None:
        """Of each set of rows that was read again after load `older_than`, remove what did not come again.

        Can be done again at any time: what it leaves, it leaves the next time too.
        """
        keys = quoted(self._tables[stream].set_key)
        self._query(
            f"delete from {self.dataset}.{stream} where coalesce({LOAD_ID}, '') <= ? and ({keys}) in "
            f"(select ({keys}) from {self.dataset}.{stream} where {LOAD_ID} > ?)",
            older_than,
            older_than,
        )

    def _tables_in_file(self) -> dict[str, dict[str, str]]:
        """Columns and lower-case types of the tables in the file."""
        rows = self._query(
            "select table_name, column_name, lower(data_type) from information_schema.columns "
            "where table_schema = ?",
            self.dataset,
        )
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            found.setdefault(table, {})[column] = kind
        return found

    def _staged_columns(self, stream: str) -> set[str]:
        """Columns of the empty table that dlt loads into before it merges."""
        rows = self._query(
            "select column_name from information_schema.columns where table_schema = ? and table_name = ?",
            f"{self.dataset}_staging",
            stream,
        )
        return {column for (column,) in rows}

    def _query(self, sql: str, *parameters: str | datetime) -> list[tuple[Any, ...]]:
        with self.connection() as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def _load(self, resources: list[Any]) -> None:
        self._pipeline.activate()  # the other source's may have been the last to run
        if self._pipeline.has_pending_data:
            self._pipeline.run()  # dlt would load it first and ignore the new data

        def streams() -> list[Any]:
            return resources

        self._pipeline.run(dlt.source(streams, name=self.source)())

    def _resource(self, stream: str, news: _News) -> Any:
        shape = self._tables[stream]
        variant, state, waiting = news.variant, news.bookmark.to_state(), [news.rows]

        def rows() -> Iterator[pa.Table]:
            dlt.current.resource_state()[variant] = state
            yield waiting.pop()

        return dlt.resource(
            rows,
            name=stream,
            primary_key=list(shape.key),
            columns=shape.dlt_columns,
            # the Arrow tables are made from the catalogue, so only the catalogue can bring a column or a type
            schema_contract={"columns": "evolve", "data_type": "evolve"},
            # An edit moves every cursor, so a merge by key brings each change; it never deletes (C8).
            # `deduplicated`: latest_rows has left each key once.
            write_disposition={"disposition": "merge", "strategy": "delete-insert", "deduplicated": True},
        )


def _retype(table: str, column: str, kind: str) -> str:
    return f'alter table {table} alter column "{column}" type {kind} using try_cast("{column}" as {kind})'
