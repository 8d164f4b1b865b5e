"""One field of a JSON API, and the DuckDB type of its raw column by kind of value (see `extract.columns`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extract.exact.catalogue import column_name

DUCKDB_TYPES: Mapping[str, str] = {
    "id": "varchar",
    "text": "varchar",
    "json": "varchar",
    "instant": "timestamp",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class JsonField:
    name: str
    kind: str

    @property
    def column(self) -> str:
        return column_name(self.name)

    @property
    def duckdb_type(self) -> str:
        return DUCKDB_TYPES[self.kind]
