"""Records for a sink, from a JSON Lines file, a Parquet file or a table of the warehouse.

A record has Exact's own field names, lines as a list under the name of their collection, and beside them
`division` (another than the tenant's), `id` (the reference, where the marker's field is not given) and
`attachments` (files; see `attachments.read_attachments`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from load.exact.sinks.attachments import Attachment, AttachmentUnreadable, read_attachments


class RecordsUnreadable(Exception):
    """The file or table cannot be read as records; nothing was sent."""


@dataclass(frozen=True)
class SinkRecord:
    """One record. `position`: from 1, to name it where it has no reference."""

    position: int
    fields: dict[str, Any]
    division: int | None
    reference: str | None
    attachments: tuple[Attachment, ...] = ()


def read_records(connection: duckdb.DuckDBPyConnection, source: str) -> list[SinkRecord]:
    """Raises RecordsUnreadable. source: `*.jsonl`, `*.parquet`, or `schema.table` of the warehouse."""
    folder = Path(source).parent if source.endswith((".jsonl", ".parquet")) else Path()
    if source.endswith(".jsonl"):
        rows = _json_lines(Path(source))
    elif source.endswith(".parquet"):
        if not Path(source).exists():
            raise RecordsUnreadable(f"{source} does not exist")
        rows = _query(connection, "from read_parquet(?)", [source], source)
    else:
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in source.split("."))
        rows = _query(connection, f"from {quoted}", [], source)
    return [_record(position, row, folder) for position, row in enumerate(rows, start=1)]


def _json_lines(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise RecordsUnreadable(f"{path} cannot be read: {error.strerror}") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise RecordsUnreadable(f"{path}, line {number} is no JSON: {error}") from error
        if not isinstance(row, dict):
            raise RecordsUnreadable(f"{path}, line {number} is no JSON object")
        rows.append(row)
    return rows


def _query(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[str], source: str
) -> list[dict[str, Any]]:
    try:
        found = connection.execute(sql, parameters)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except duckdb.Error as error:
        raise RecordsUnreadable(f"{source} cannot be read: {error}") from error


def _record(position: int, row: dict[str, Any], folder: Path) -> SinkRecord:
    fields = {name: _plain(value) for name, value in row.items() if value is not None}
    division, reference = fields.pop("division", None), fields.pop("id", None)
    if division is not None and not (isinstance(division, int) and division > 0):
        raise RecordsUnreadable(f"record {position}: division {division!r} is not a number of a division")
    try:
        attachments = read_attachments(fields.pop("attachments", []), folder)
    except AttachmentUnreadable as error:
        raise RecordsUnreadable(f"record {position}: {error}") from error
    return SinkRecord(position, fields, division, None if reference is None else str(reference), attachments)


def _plain(value: Any) -> Any:
    """JSON's form of a value; a null inside a line is a field that is not given."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="seconds")
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00"
    return value
