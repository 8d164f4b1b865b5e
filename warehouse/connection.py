"""The tenant's DuckDB file.

While one process writes, no other can open the file, even read-only: analysts use the published copy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

MEMORY_LIMIT = "1GB"
OPEN_TRIES = 20
OPEN_WAIT_SECONDS = 0.25


class WarehouseBusy(Exception):
    """Another process holds the DuckDB file."""


@contextmanager
def connect(
    path: Path, *, read_only: bool = False, threads: int = 2, sleep: Callable[[float], None] = time.sleep
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse; on a clean way out everything is checkpointed into the one file.

    A reader that holds the file for a moment (an analyst who opened it in spite of the published copy) is
    waited for, 5 seconds at most; then WarehouseBusy says who holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(path, read_only, threads, sleep)
    try:
        yield connection
        if not read_only:
            connection.execute("checkpoint")
    finally:
        connection.close()


def _open(
    path: Path, read_only: bool, threads: int, sleep: Callable[[float], None]
) -> duckdb.DuckDBPyConnection:
    config = {"memory_limit": MEMORY_LIMIT, "threads": str(threads)}
    for attempt in range(OPEN_TRIES):
        try:
            return duckdb.connect(str(path), read_only=read_only, config=dict(config))
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            if attempt == OPEN_TRIES - 1:
                raise WarehouseBusy(
                    f"{path} is held by another process: {str(error).splitlines()[0]}. Analysts should open "
                    f"{path.parent / 'published' / path.name} instead"
                ) from None
        sleep(OPEN_WAIT_SECONDS)
    raise AssertionError("unreachable")
