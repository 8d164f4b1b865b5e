"""A stream that was read again from the beginning, beside its table: put in place of the old rows, in one
transaction. Rows that did not come again stay, and are marked as gone in `runs.rows_gone`; a row that comes
back loses its mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from extract.table_shape import TableShape, quoted


@dataclass(frozen=True)
class Reread:
    """`main`, `side`: the stream's table and the one that was read beside it. `reason`: as in `runs.rereads`.

    `cursor_column`, `seen_up_to`: rows up to there should have been in `main` already; None where nothing can
    be said, as after a move of the division. `dated_from`: the condition, in SQL with one
    parameter, that the read was limited by, and its first day.
    """

    source: str
    stream: str
    main: str
    side: str
    reason: str
    cursor_column: str | None = None
    seen_up_to: int | datetime | None = None
    dated_from: tuple[str, date] | None = None
    keeps_no_marks: bool = False


@dataclass(frozen=True)
class Adoption:
    """Counts of rows, for a set of rows that belong together one. `missed`: changed, though the reads before
    should have brought the change. `is_renumbered`: a row came with a lower row version than it had."""

    changed: int
    gone: int
    missed: int
    is_renumbered: bool


def adopt(
    connection: duckdb.DuckDBPyConnection, shape: TableShape, reread: Reread, *, run_id: str, at: datetime
) -> Adoption:
    """Put the rows of `reread.side` in the place of those of `reread.main`. Can be done again after a kill.

    at: UTC, naive. Rows that are the same keep their load id. From a read without any row nothing is
    concluded.
    """
    columns, key = quoted(shape.columns), quoted(shape.set_key or shape.key)
    main, side = reread.main, reread.side
    connection.begin()
    try:
        connection.execute(
            f"create or replace temp table changed_keys as "
            f"select {key} from (select {columns} from {side} except select {columns} from {main}) union "
            f"select {key} from (select {columns} from {main} except select {columns} from {side}) "
            f"where ({key}) in (select ({key}) from {side})"
        )
        _find_gone_rows(connection, reread, key)
        is_renumbered = _is_renumbered(connection, reread, key)
        missed = _list_differences(connection, reread, key, run_id)
        connection.execute(f"delete from {main} where ({key}) in (select ({key}) from changed_keys)")
        connection.execute(
            f"insert into {main} ({columns}, _dlt_load_id) select {columns}, _dlt_load_id from {side} "
            f"where ({key}) in (select ({key}) from changed_keys)"
        )
        connection.execute(
            f"delete from runs.rows_gone where source = ? and stream = ? "
            f"and row_key in (select {key_text(shape)} from {side})",
            [reread.source, reread.stream],
        )
        connection.execute(
            f"insert into runs.rows_gone (source, stream, row_key, gone_at, reason) "
            f"select ?, ?, {key_text(shape)}, ?, ? from gone_keys where {key_text(shape)} not in "
            f"(select row_key from runs.rows_gone where source = ? and stream = ?)",
            [reread.source, reread.stream, at, reread.reason, reread.source, reread.stream],
        )
        found = Adoption(
            changed=count_rows(connection, "changed_keys"),
            gone=count_rows(connection, "gone_keys"),
            missed=missed,
            is_renumbered=is_renumbered,
        )
        connection.execute(
            "update runs.rereads set done_at = ?, rows_changed = ?, rows_gone = ?, rows_missed = ? "
            "where source = ? and stream = ? and done_at is null",
            [at, found.changed, found.gone, missed, reread.source, reread.stream],
        )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return found


def keep_gone(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    stream: str,
    keys: Sequence[str],
    reason: str,
    at: datetime,
) -> None:
    """Mark rows as gone that a read of all rows, now done, has not found. keys: as `key_text` makes them."""
    connection.begin()
    try:
        for key in keys:
            connection.execute(
                "insert into runs.rows_gone (source, stream, row_key, gone_at, reason) values (?, ?, ?, ?, ?)",
                [source, stream, key, at, reason],
            )
        connection.execute(
            "update runs.rereads set done_at = ?, rows_gone = ? "
            "where source = ? and stream = ? and done_at is null",
            [at, len(keys), source, stream],
        )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def key_text(shape: TableShape) -> str:
    """SQL for a row's key as one text, as `runs.rows_gone` keeps it."""
    return f"concat_ws('|', {quoted(shape.set_key or shape.key)})"


def _find_gone_rows(connection: duckdb.DuckDBPyConnection, reread: Reread, key: str) -> None:
    limit, parameters = "true", []
    if reread.dated_from is not None:
        limit, parameters = reread.dated_from[0], [reread.dated_from[1]]
    if reread.keeps_no_marks or not count_rows(connection, reread.side):
        limit, parameters = "false", []
    connection.execute(
        f"create or replace temp table gone_keys as select distinct {key} from {reread.main} "
        f"where {limit} and ({key}) not in (select ({key}) from {reread.side})",
        parameters,
    )


def _is_renumbered(connection: duckdb.DuckDBPyConnection, reread: Reread, key: str) -> bool:
    if reread.seen_up_to is None or isinstance(reread.seen_up_to, datetime):
        return False
    found = connection.execute(
        f"select count(*) from {reread.side} as new inner join {reread.main} as old using ({key}) "
        f'where new."{reread.cursor_column}" < old."{reread.cursor_column}"'
    ).fetchone()
    return bool(found and found[0])


def _list_differences(connection: duckdb.DuckDBPyConnection, reread: Reread, key: str, run_id: str) -> int:
    """Keep what the reads before had missed, old and new rows as JSON, in `runs.reread_differences`."""
    if reread.seen_up_to is None:
        return 0
    rows = connection.execute(
        f"insert into runs.reread_differences (run_id, source, stream, row_key, old_rows, new_rows) "
        f"select ?, ?, ?, concat_ws('|', {key}), "
        f"(select to_json(list(old)) from {reread.main} as old where ({_of('old', key)}) = ({_of('keys', key)})), "
        f"(select to_json(list(new)) from {reread.side} as new where ({_of('new', key)}) = ({_of('keys', key)})) "
        f"from (select {key} from gone_keys union select {key} from {reread.side} "
        f'where "{reread.cursor_column}" <= ? and ({key}) in (select ({key}) from changed_keys)) as keys',
        [run_id, reread.source, reread.stream, reread.seen_up_to],
    ).fetchone()
    return int(rows[0]) if rows else 0


def _of(alias: str, key: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in key.split(", "))


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows the table holds."""
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
