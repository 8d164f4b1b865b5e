"""The shape of one raw table, from either catalogue: what Arrow, dlt and DuckDB must agree on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from extract.columns import ARROW_TYPES
from extract.exact.catalogue import Stream, column_name
from extract.optiply.catalogue import OptiplyStream
from extract.wms.catalogue import ROW_KEY, WmsStream

_DLT_TYPES: Mapping[str, Mapping[str, Any]] = {
    "varchar": {"data_type": "text"},
    "boolean": {"data_type": "bool"},
    "smallint": {"data_type": "bigint", "precision": 16},
    "integer": {"data_type": "bigint", "precision": 32},
    "bigint": {"data_type": "bigint"},
    "double": {"data_type": "double"},
    "timestamp": {"data_type": "timestamp", "timezone": False},  # else dlt makes it TIMESTAMP WITH TIME ZONE
}


@dataclass(frozen=True)
class TableShape:
    """`columns`: DuckDB type by column name. `key`: the columns that tell rows apart, never null. `set_key`:
    all rows with the same values here are replaced as one set, () for none."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    set_key: tuple[str, ...] = ()

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        return pa.schema([pa.field(name, ARROW_TYPES[kind]) for name, kind in self.columns.items()])

    @cached_property
    def dlt_columns(self) -> dict[str, dict[str, Any]]:
        return {
            name: {**_DLT_TYPES[kind], "nullable": name not in self.key}
            for name, kind in self.columns.items()
        }

    def latest_rows(self, pages: list[pa.Table], cursor: str | None) -> pa.Table:
        """The pages as one table with each key once: the row with the highest `cursor` column, of equals the
        one read last. (dlt's own `dedup_sort` names one column for good; a stream's cursor depends on the
        endpoint it is read from.)"""
        table = pa.concat_tables([self.arrow_schema.empty_table(), *pages])
        rank = pa.array(range(table.num_rows), pa.int64())
        if self._last_of_each_key(table, rank).num_rows == table.num_rows:
            return table
        if cursor is not None:
            order = pc.sort_indices(
                pa.table({"cursor": table[cursor], "rank": rank}),
                sort_keys=[("cursor", "ascending", "at_start"), ("rank", "ascending", "at_end")],
            )
            table = table.take(order)
        return table.take(self._last_of_each_key(table, rank)["rank_max"])

    def _last_of_each_key(self, table: pa.Table, rank: pa.Array) -> pa.Table:
        keys = pa.table({**{f"key_{name}": table[name] for name in self.key}, "rank": rank})
        return keys.group_by([f"key_{name}" for name in self.key]).aggregate([("rank", "max")])


def changed_rows(
    connection: duckdb.DuckDBPyConnection, table: str, shape: TableShape, rows: pa.Table
) -> pa.Table:
    """Those of `rows` that `table` does not hold just so; of a stream that is replaced in sets, all rows or none."""
    if not rows.num_rows:
        return rows
    columns, key = quoted(shape.columns), quoted(shape.set_key or shape.key)
    connection.register("incoming", rows)
    try:
        known = f"from {table} where ({key}) in (select ({key}) from incoming)"
        if connection.execute(f"select 1 {known} limit 1").fetchone() is None:
            return rows  # most of a first load: to compare all columns would cost more than to load them
        held = f"select {columns} {known}"
        changed = connection.execute(f"select {columns} from incoming except {held}").to_arrow_table()
        if shape.set_key:
            (held_rows,) = connection.execute(f"select count(*) from ({held})").fetchone() or (0,)
            is_same = not changed.num_rows and held_rows == rows.num_rows
            return rows.slice(0, 0) if is_same else rows
    finally:
        connection.unregister("incoming")
    return changed.cast(shape.arrow_schema)


def quoted(columns: Iterable[str]) -> str:
    """Column names for SQL; one of Exact's fields is called From."""
    return ", ".join(f'"{column}"' for column in columns)


def exact_table(stream: Stream) -> TableShape:
    return TableShape(
        stream.name,
        {field.column: field.duckdb_type for field in stream.fields},
        tuple(column_name(field) for field in stream.key),
        tuple(column_name(field) for field in stream.set_key),
    )


def optiply_table(stream: OptiplyStream) -> TableShape:
    return TableShape(stream.name, {field.column: field.duckdb_type for field in stream.fields}, ("id",))


def wms_table(stream: WmsStream) -> TableShape:
    return TableShape(
        stream.name, {field.column: field.duckdb_type for field in stream.raw_fields}, (ROW_KEY,)
    )
