"""The streams of Exact Online: one TOML file per stream in `streams/`, read into frozen dataclasses.

A stream is a table in `raw_exact`. A further stream is a further file, no code. The facts (paths, page
sizes, cursors, fields with their Edm types) are those of Exact's endpoint reference.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from dlt.common.normalizers.naming.snake_case import NamingConvention

Variant = Literal["sync", "bulk", "standard"]
RowKind = Literal["header", "line"]

STREAMS_FOLDER = Path(__file__).parent / "streams"

# Edm type -> DuckDB type of the raw column (contract 1: typed as Edm says, Guid as lower-case text).
DUCKDB_TYPES: Mapping[str, str] = {
    "String": "varchar",
    "Guid": "varchar",
    "Binary": "varchar",
    "Complex": "varchar",
    "Boolean": "boolean",
    "Byte": "smallint",
    "Int16": "smallint",
    "Int32": "integer",
    "Int64": "bigint",
    "Double": "double",
    "DateTime": "timestamp",
}


@dataclass(frozen=True)
class Field:
    """One field of a stream. `variants`: the endpoint families that have it."""

    name: str
    edm_type: str
    variants: frozenset[Variant]

    @property
    def column(self) -> str:
        """Name of the raw column, as dlt's snake_case convention makes it (`EANCode2` -> `ean_code2`)."""
        return column_name(self.name)

    @property
    def duckdb_type(self) -> str:
        return DUCKDB_TYPES[self.edm_type]


@dataclass(frozen=True)
class Endpoint:
    """One way to read a stream. `path` is relative to `/api/v1/{division}/`.

    `cursor`: field that moves with every change, None where the endpoint has none (read in full).
    `filterable`: None means any documented field. `rows`: which rows of a combined endpoint belong to the
    stream (LineNumber 0 is the header).
    """

    variant: Variant
    path: str
    page_size: int
    cursor: str | None
    filterable: tuple[str, ...] | None
    rows: RowKind | None
    packages: tuple[str, ...]


@dataclass(frozen=True)
class OpenRows:
    """Rows of a stream whose cursor does not move with a change, and that can change until `field` has one of the
    values `closed`."""

    field: str
    closed: tuple[int, ...]


@dataclass(frozen=True)
class Lines:
    """The lines that come with their headers (`$expand`) where all are read: 60 headers a request with all their
    lines, instead of 60 lines. `link`: the lines' field with the header's key."""

    collection: str
    link: str
    stream: str


@dataclass(frozen=True)
class Stream:
    """One stream of the catalogue; `key` holds Exact's field names.

    `set_key`: all rows that agree in these fields are replaced as one set, () where each row stands alone.
    `start_date_field`: the date that the flag `start_date` limits, None for master data (mapping rules F).
    `is_read_whole_daily`: gone rows and drifted stock show in a complete read only (C8, P6). `is_log`: rows are
    events that Exact drops after a while; that one is not sent any more says nothing. `open_rows`: those that
    are read again by their key. `lines`: those that come with their headers. `is_of_all_divisions`:
    read in each division of the user where the flag `dont_use_current_division` asks for it.
    """

    name: str
    key: tuple[str, ...]
    default_variant: Variant
    endpoints: Mapping[Variant, Endpoint]
    fields: tuple[Field, ...]
    expand: Mapping[str, str]
    parent: str | None
    rows_of: str
    deleted_entity_types: tuple[int, ...]
    seed_path: str | None
    set_key: tuple[str, ...] = ()
    start_date_field: str | None = None
    is_read_whole_daily: bool = False
    is_log: bool = False
    open_rows: OpenRows | None = None
    lines: Lines | None = None
    is_of_all_divisions: bool = False

    def endpoint(self, variant: Variant | None = None) -> Endpoint:
        return self.endpoints[variant or self.default_variant]

    def fields_of(self, variant: Variant) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if variant in field.variants)


@cache
def column_name(field: str) -> str:
    return str(NamingConvention().normalize_identifier(field))


@cache
def catalogue() -> Mapping[str, Stream]:
    """All streams by name, in alphabetical order."""
    return {path.stem: read_stream(path) for path in sorted(STREAMS_FOLDER.glob("*.toml"))}


def read_stream(path: Path) -> Stream:
    entry = tomllib.loads(path.read_text(encoding="utf-8"))
    endpoints: dict[Variant, Endpoint] = {}
    for variant, facts in entry["endpoints"].items():
        filterable = facts.get("filterable")
        endpoints[cast(Variant, variant)] = Endpoint(
            variant=cast(Variant, variant),
            path=facts["path"],
            page_size=facts["page_size"],
            cursor=facts.get("cursor"),
            filterable=None if filterable is None else tuple(filterable),
            rows=facts.get("rows"),
            packages=tuple(facts.get("packages", ())),
        )
    open_rows, lines = entry.get("open_rows"), entry.get("lines")
    combined = {endpoint.rows for endpoint in endpoints.values()} - {None}
    return Stream(
        name=path.stem,
        key=tuple(entry["key"]),
        default_variant=entry["default"],
        endpoints=endpoints,
        fields=tuple(
            field
            for name, facts in entry["fields"].items()
            if (field := read_field(name, facts, frozenset(endpoints), combined))
        ),
        expand=entry.get("expand", {}),
        parent=entry.get("parent"),
        rows_of=entry.get("rows_of", path.stem),
        deleted_entity_types=tuple(entry.get("deleted_entity_types", ())),
        seed_path=entry.get("seed_path"),
        set_key=tuple(entry.get("set_key", ())),
        start_date_field=entry.get("start_date_field"),
        is_read_whole_daily=entry.get("is_read_whole_daily", False),
        is_log=entry.get("is_log", False),
        open_rows=open_rows and OpenRows(open_rows["field"], tuple(open_rows["closed"])),
        lines=lines and Lines(lines["collection"], lines["link"], entry["expand"][lines["collection"]]),
        is_of_all_divisions=entry.get("is_of_all_divisions", False),
    )


def read_field(
    name: str, facts: str | Mapping[str, object], variants: frozenset[Variant], combined: set[RowKind | None]
) -> Field | None:
    """One field, or None where a combined endpoint fills it on the other kind of row only."""
    if isinstance(facts, str):
        return Field(name, facts, variants)
    row = facts.get("row")
    if combined and row in ("header", "line") and row not in combined:
        return None
    own = facts.get("in")
    return Field(name, str(facts["type"]), frozenset(cast("list[Variant]", own)) if own else variants)
