"""The tables that Python writes (`ledger`, `runs`), made from the same YAML that dbt reads as sources."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb
import yaml

SOURCES_FILE = Path(__file__).resolve().parent.parent / "dbt_project/models/ledger/_ledger__sources.yml"


@cache
def table_columns() -> dict[str, dict[str, str]]:
    """`ledger.intents` -> {column: DuckDB type}, in the order of the YAML."""
    content = yaml.safe_load(SOURCES_FILE.read_text(encoding="utf-8"))
    return {
        f"{source['name']}.{table['name']}": {
            column["name"]: column["data_type"] for column in table["columns"]
        }
        for source in content["sources"]
        for table in source["tables"]
    }


def ensure_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing and add new columns; never drops, never changes a row."""
    for name, columns in table_columns().items():
        connection.execute(f"create schema if not exists {name.split('.')[0]}")
        body = ", ".join(f"{column} {data_type}" for column, data_type in columns.items())
        connection.execute(f"create table if not exists {name} ({body})")
        for column, data_type in columns.items():
            connection.execute(f"alter table {name} add column if not exists {column} {data_type}")
