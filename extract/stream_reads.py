"""`runs.stream_reads`: one row per run and stream, by which dbt knows which inputs are complete (C10)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from extract.result import StreamRead
from warehouse.connection import connect
from warehouse.runs import naive
from warehouse.tables import ensure_tables


def write_stream_reads(warehouse: Path, run_id: str, reads: Iterable[StreamRead]) -> None:
    """Add the reads of a run, all or none. dlt must have closed the file."""
    rows = [
        (
            run_id,
            read.source,
            read.stream,
            read.variant,
            read.status,
            naive(read.started_at),
            naive(read.finished_at),
            read.rows,
            read.pages,
            read.requests,
            read.message,
            read.bookmark,
        )
        for read in reads
    ]
    with connect(warehouse) as connection:
        ensure_tables(connection)
        connection.begin()
        if rows:
            connection.executemany(
                """
                insert into runs.stream_reads (run_id, source, stream, variant, status, started_at,
                    finished_at, row_count, page_count, request_count, message, bookmark)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                rows,
            )
        connection.commit()
