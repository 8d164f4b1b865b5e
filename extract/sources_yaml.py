"""The dbt sources `raw_exact`, `raw_optiply` and `raw_wms`, written from the stream catalogues.

    python -m extract.sources_yaml      rewrites the checked-in YAML; a test holds both equal

dbt's `on-run-start` macro creates missing raw tables from these column types, so that `dbt build` passes on a
new file. `_dlt_load_id` is among the columns, or dlt cannot load into a table that dbt made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from extract.exact import catalogue as exact
from extract.optiply import catalogue as optiply
from extract.wms import catalogue as wms

STAGING = Path("dbt_project/models/staging")


class _Column(Protocol):
    @property
    def column(self) -> str: ...
    @property
    def duckdb_type(self) -> str: ...


def sources_yaml() -> dict[Path, str]:
    """The text of each sources file, by its path from the project's root."""
    exact_tables = ((s.name, s.endpoint().path, s.fields) for s in exact.catalogue().values())
    optiply_tables = ((s.name, s.path, s.fields) for s in optiply.catalogue().values())
    wms_tables = ((s.name, f"products of {s.system}", s.raw_fields) for s in wms.catalogue().values())
    return {
        STAGING / "exact/_exact__sources.yml": _text(
            "raw_exact", "Exact Online as sent, one table per stream, merged on the key.", exact_tables
        ),
        STAGING / "optiply/_optiply__sources.yml": _text(
            "raw_optiply", "Optiply as sent, one table per resource, merged on the id.", optiply_tables
        ),
        STAGING / "wms/_wms__sources.yml": _text(
            "raw_wms", "Product lists of warehouse systems, each replaced by every complete read.", wms_tables
        ),
    }


def _text(source: str, description: str, tables: Iterable[tuple[str, str, Iterable[_Column]]]) -> str:
    return "\n".join(_lines(source, description, tables)) + "\n"


def _lines(
    source: str, description: str, tables: Iterable[tuple[str, str, Iterable[_Column]]]
) -> Iterator[str]:
    yield "# Written by `python -m extract.sources_yaml` from the stream catalogues. Do not edit by hand."
    yield "sources:"
    yield f"  - name: {source}"
    yield f"    description: {description}"
    yield "    tables:"
    for name, path, columns in tables:
        yield f"      - name: {name}"
        yield f"        description: {path}"
        yield "        columns:"
        for column in columns:
            yield f"          - {{name: {column.column}, data_type: {column.duckdb_type}}}"
        yield "          - {name: _dlt_load_id, data_type: varchar}"


if __name__ == "__main__":
    for path, text in sources_yaml().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
