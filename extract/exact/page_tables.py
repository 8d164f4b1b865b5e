"""Entries of a page, as Exact sent them -> the Arrow table of one stream, typed by the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from extract.columns import FieldTypeError, exact_column
from extract.exact.catalogue import Stream, Variant, column_name
from extract.exact.question import LINE_NUMBER
from extract.table_shape import TableShape, exact_table

ZERO_GUID = "00000000-0000-0000-0000-000000000000"

Entries = Sequence[Mapping[str, Any]]


def stream_table(stream: Stream, variant: Variant, entries: Entries, left_out: frozenset[str]) -> pa.Table:
    """The stream's rows; fields that are left out or that this endpoint lacks are null.

    Of an endpoint that mixes headers and lines, only the stream's own kind. Raises FieldTypeError.
    """
    kind = stream.endpoint(variant).rows
    if kind is not None:
        entries = [entry for entry in entries if _is_header(entry, stream.name) == (kind == "header")]
    shape = exact_table(stream)
    # most fields are null in all rows, and a null one is absent
    filled: set[str] = set().union(*entries) & {field.name for field in stream.fields_of(variant)} - left_out
    columns: list[pa.Array] = []
    for field in stream.fields:
        if field.name not in filled:
            columns.append(pa.nulls(len(entries), shape.arrow_schema.field(field.column).type))
            continue
        values = [entry.get(field.name) for entry in entries]
        columns.append(exact_column(f"{stream.name}.{field.name}", field.edm_type, field.duckdb_type, values))
    return _with_keys(shape, stream, pa.Table.from_arrays(columns, schema=shape.arrow_schema))


def highest_cursor(field: str, tables: Iterable[pa.Table]) -> int | str | None:
    """The highest value of a cursor field, times as ISO text; None where no row has one."""
    column = column_name(field)
    found = [pc.max(table[column]).as_py() for table in tables]
    values = [
        value.isoformat() if isinstance(value, datetime) else value for value in found if value is not None
    ]
    return max(values, default=None)


def unknown_fields(entries: Entries, known: frozenset[str]) -> Mapping[str, int]:
    """How many entries carry each field that was not asked for."""
    return Counter(name for entry in entries if not entry.keys() <= known for name in entry.keys() - known)


def _is_header(entry: Mapping[str, Any], stream: str) -> bool:
    try:
        return int(entry[LINE_NUMBER]) == 0
    except (KeyError, TypeError, ValueError):
        raise FieldTypeError(f"{stream}.{LINE_NUMBER}: a row without a line number") from None


def _with_keys(shape: TableShape, stream: Stream, table: pa.Table) -> pa.Table:
    """A key is never null: a later part of it (a receipt line's storage location) becomes the zero Guid; a
    row without the first part cannot be told from others."""
    first, *others = shape.key
    if table[first].null_count:
        raise FieldTypeError(f"{stream.name}.{stream.key[0]}: a row without its key")
    for name in others:
        if not table[name].null_count:
            continue
        index = table.schema.get_field_index(name)
        table = table.set_column(index, table.schema.field(index), pc.fill_null(table[name], ZERO_GUID))
    return table
