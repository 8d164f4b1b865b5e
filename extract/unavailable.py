"""Endpoints that the division's licence lacks, in `runs.unavailable_endpoints`: Exact counts a 403 as an error
and blocks an endpoint after ten in an hour, so each is asked once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb

ASKED_AGAIN_AFTER = timedelta(days=1)


def unavailable(connection: duckdb.DuckDBPyConnection, now: datetime) -> frozenset[str]:
    """Paths that are not to be asked yet. now: UTC, naive."""
    rows = connection.execute(
        "select path from runs.unavailable_endpoints where refused_at > ?", [now - ASKED_AGAIN_AFTER]
    ).fetchall()
    return frozenset(path for (path,) in rows)


def keep_unavailable(
    connection: duckdb.DuckDBPyConnection, path: str, refused_at: datetime, message: str
) -> None:
    """refused_at: UTC, naive. message: Exact's words."""
    connection.execute("delete from runs.unavailable_endpoints where path = ?", [path])
    connection.execute(
        "insert into runs.unavailable_endpoints (path, refused_at, message) values (?, ?, ?)",
        [path, refused_at, message],
    )
