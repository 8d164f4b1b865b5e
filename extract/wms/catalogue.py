"""The product lists of warehouse systems: one TOML file per stream in `streams/`, a table in `raw_wms`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from extract.json_field import JsonField
from settings.flags import Flags

STREAMS_FOLDER = Path(__file__).parent / "streams"
ROW_KEY = "row_key"


@dataclass(frozen=True)
class WmsStream:
    """`system`: montapacking or qls. `id_field`: tells products apart where it is sent. Every row also has
    `row_key`: that id, else its page and its place there."""

    name: str
    system: str
    id_field: str
    fields: tuple[JsonField, ...]

    @property
    def raw_fields(self) -> tuple[JsonField, ...]:
        return (JsonField(ROW_KEY, "id"), *self.fields)


@cache
def catalogue() -> Mapping[str, WmsStream]:
    """All streams by name, in alphabetical order."""
    return {path.stem: _read(path) for path in sorted(STREAMS_FOLDER.glob("*.toml"))}


def scheduled_streams(flags: Flags) -> tuple[str, ...]:
    """The streams that the tenant's flags need, in alphabetical order: none by default."""
    return tuple(name for name, stream in catalogue().items() if stream.system in flags.stock_systems)


def _read(path: Path) -> WmsStream:
    entry = tomllib.loads(path.read_text(encoding="utf-8"))
    fields = tuple(JsonField(name, kind) for name, kind in entry["fields"].items())
    return WmsStream(path.stem, entry["system"], entry["id"], fields)
