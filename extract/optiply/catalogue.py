"""The Optiply resources we read back: one TOML file per stream in `streams/`, a table in `raw_optiply`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from extract.json_field import JsonField

STREAMS_FOLDER = Path(__file__).parent / "streams"


@dataclass(frozen=True)
class OptiplyStream:
    """`path` is the resource in the API; `cursor` the attribute that incremental reads filter on.
    `is_read_whole_daily`: records are deleted there by people, and nothing else tells."""

    name: str
    path: str
    cursor: str
    fields: tuple[JsonField, ...]
    is_read_whole_daily: bool = False


@cache
def catalogue() -> Mapping[str, OptiplyStream]:
    """All streams by name, in alphabetical order."""
    return {path.stem: _read(path) for path in sorted(STREAMS_FOLDER.glob("*.toml"))}


def _read(path: Path) -> OptiplyStream:
    entry = tomllib.loads(path.read_text(encoding="utf-8"))
    fields = tuple(JsonField(name, kind) for name, kind in entry["fields"].items())
    is_read_whole_daily = entry.get("is_read_whole_daily", False)
    return OptiplyStream(path.stem, entry["path"], entry["cursor"], fields, is_read_whole_daily)
