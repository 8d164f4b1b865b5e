"""A product list that was read to its end takes the place of the one before, in one transaction."""

from __future__ import annotations

import duckdb

from extract.adoption import count_rows
from extract.table_shape import TableShape, quoted


class EmptyList(Exception):
    """A read came to its end without any product, though there were some. It is not believed (C8)."""


def replace_rows(connection: duckdb.DuckDBPyConnection, shape: TableShape, main: str, side: str) -> None:
    """Make `main` hold the rows of `side` and no others; a row that is the same keeps its load id.

    Raises EmptyList, and then `main` is as it was.
    """
    before = count_rows(connection, main)
    if before and not count_rows(connection, side):
        raise EmptyList(f"the list came back empty, though it held {before} products; the old one is kept")
    columns, key = quoted(shape.columns), quoted(shape.key)
    connection.begin()
    try:
        connection.execute(
            f"create or replace temp table changed_keys as "
            f"select {key} from (select {columns} from {side} except select {columns} from {main})"
        )
        connection.execute(
            f"delete from {main} where ({key}) in (select ({key}) from changed_keys) "
            f"or ({key}) not in (select ({key}) from {side})"
        )
        connection.execute(
            f"insert into {main} ({columns}, _dlt_load_id) select {columns}, _dlt_load_id from {side} "
            f"where ({key}) in (select ({key}) from changed_keys)"
        )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
