"""The dlt pipeline of one source system: Arrow pages and bookmarks in, `raw_<source>` tables in DuckDB out.

One pipeline and one dlt schema per source: the cost of a load grows with the schema, not with the rows, so
all streams of a batch go in one load. Rows are merged on the key by delete-insert; never `replace` or
`refresh`, which empty a table when nothing came.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import dlt
import pyarrow as pa
from dlt.destinations import duckdb as duckdb_destination
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

from extract.bookmark import Bookmark, from_state
from extract.result import Source
from extract.table_shape import TableShape, changed_rows, quoted
from warehouse.connection import MEMORY_LIMIT

LOAD_ID = "_dlt_load_id"


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

    def __init__(self, source: Source, warehouse: Path, tables: Mapping[str, TableShape]) -> None:
        self.source = source
        self.dataset = f"raw_{source}"
        self._tables = tables
        self._folder = tempfile.TemporaryDirectory(prefix="exact-optiply-dlt-")
        credentials = DuckDbCredentials(
            str(warehouse), global_config={"memory_limit": MEMORY_LIMIT, "threads": 2}
        )
        self._pipeline = dlt.pipeline(
            source,
            pipelines_dir=self._folder.name,
            destination=duckdb_destination(credentials),
            dataset_name=self.dataset,
        )

    def __enter__(self) -> RawPipeline:
        self._pipeline.sync_destination()  # the state as of the last complete load in the file
        self._existing = self._tables_in_file()
        resources = self._pipeline.state.get("sources", {}).get(self.source, {}).get("resources", {})
        self._bookmarks = {
            (stream, variant): from_state(state)
            for stream, states in resources.items()
            if stream in self._existing  # of a table that is gone, everything has to be read again
            for variant, state in states.items()
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

    def mismatch(self, stream: str) -> str | None:
        """Why the stream's table cannot take its rows: a column of another type, in words; None: it can.

        dlt would say nothing, keep the column's old type and load what DuckDB can cast.
        """
        existing = self._existing.get(stream, {})
        for column, kind in self._tables[stream].columns.items():
            if column in existing and existing[column] != kind:
                found = existing[column]
                return f"column {stream}.{column} is {found} in the warehouse, {kind} in the catalogue"
        return None

    def create_tables(self, streams: Iterable[str]) -> None:
        """Make the streams' tables, or the columns that they lack, as dbt's `on-run-start` does too; changes no
        row. dlt would not make a table again that it has made before, and takes seconds to make all."""
        with self._pipeline.sql_client() as client:
            client.execute_sql(f"create schema if not exists {self.dataset}")
            for stream in streams:
                table = f"{self.dataset}.{stream}"
                columns = {**self._tables[stream].columns, LOAD_ID: "varchar"}
                if not (existing := self._existing.get(stream, {})):
                    body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
                    client.execute_sql(f"create table {table} ({body})")
                for name in columns.keys() - existing.keys() if existing else ():
                    client.execute_sql(f'alter table {table} add column "{name}" {columns[name]}')

    def write(self, batch: Mapping[str, StreamBatch]) -> None:
        """Merge the pages and keep the bookmarks: both or, after a kill, neither."""
        news = self._news(batch)
        if news:
            self._load([self._resource(stream, part) for stream, part in news.items()])
        self._bookmarks |= {(stream, part.variant): part.bookmark for stream, part in news.items()}

    def _news(self, batch: Mapping[str, StreamBatch]) -> dict[str, _News]:
        """What the file does not hold yet. Reads overlap, so most runs bring rows that it does; a load of them
        would cost seconds and change nothing."""
        news = {}
        with self._pipeline.sql_client() as client:
            for stream, part in batch.items():
                shape = self._tables[stream]
                rows = shape.latest_rows(part.pages, part.cursor_column)
                rows = changed_rows(client.native_connection, f"{self.dataset}.{stream}", shape, rows)
                stored = self.bookmark(stream, part.variant)
                # when no row is new, older_than has nothing to tell
                if rows.num_rows or replace(part.bookmark, older_than=stored.older_than) != stored:
                    news[stream] = _News(rows, part.variant, part.bookmark)
        return news

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
            f"delete from {self.dataset}.{stream} where coalesce({LOAD_ID}, '') <= %s and ({keys}) in "
            f"(select ({keys}) from {self.dataset}.{stream} where {LOAD_ID} > %s)",
            older_than,
            older_than,
        )

    def _tables_in_file(self) -> dict[str, dict[str, str]]:
        """Columns and lower-case types of the tables in the file."""
        rows = self._query(
            "select table_name, column_name, lower(data_type) from information_schema.columns "
            "where table_schema = %s",
            self.dataset,
        )
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            found.setdefault(table, {})[column] = kind
        return found

    def _query(self, sql: str, *parameters: str) -> list[tuple[Any, ...]]:
        with self._pipeline.sql_client() as client:
            return list(client.execute_sql(sql, *parameters) or ())

    def _load(self, resources: list[Any]) -> None:
        self._pipeline.activate()  # the other source's may have been the last to run
        if self._pipeline.has_pending_data:
            self._pipeline.run()  # dlt would load it first and ignore the new data

        def streams() -> list[Any]:
            return resources

        self._pipeline.run(dlt.source(streams, name=self.source)())

    def _resource(self, stream: str, news: _News) -> Any:
        shape = self._tables[stream]

        def rows() -> Iterator[pa.Table]:
            dlt.current.resource_state()[news.variant] = news.bookmark.to_state()
            yield news.rows

        return dlt.resource(
            rows,
            name=stream,
            primary_key=list(shape.key),
            columns=shape.dlt_columns,
            schema_contract={"columns": "freeze", "data_type": "freeze"},
            # An edit moves every cursor, so a merge by key brings each change; it never deletes (C8).
            # `deduplicated`: latest_rows has left each key once.
            write_disposition={"disposition": "merge", "strategy": "delete-insert", "deduplicated": True},
        )
