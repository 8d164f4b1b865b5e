"""The copy that analysts read at any time while the pipeline writes.

`COPY FROM DATABASE` into a file beside it, flushed, then an atomic replace: a reader that is open keeps its
old state, a new one gets the new. Same file name in another folder, because dbt's views carry the catalog's name.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb


def publish(warehouse: Path, published: Path) -> None:
    """Replace `published` by a copy of `warehouse`, at once or not at all."""
    published.parent.mkdir(parents=True, exist_ok=True)
    incoming = published.with_suffix(".incoming")
    incoming.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach {_literal(warehouse)} as {_catalog(warehouse)} (read_only)")
        connection.execute(f"attach {_literal(incoming)} as incoming")
        connection.execute(f"copy from database {_catalog(warehouse)} to incoming")
        connection.execute("checkpoint incoming")
    with incoming.open("rb") as file:
        os.fsync(file.fileno())
    incoming.replace(published)


def _catalog(path: Path) -> str:
    return '"' + path.stem.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
