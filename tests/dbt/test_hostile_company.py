"""A company in which everything is null, empty, absurd or hostile text: the models run, and say what they left out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.slim_project import SCHEMAS, create_raw_tables, slim_project
from warehouse.tables import ensure_tables

TEXT = "Robert''); drop table items;-- \"é\" 😀 \t\n' || chr(1) || repeat('x', 300) || '"
VALUES = {
    "VARCHAR": (f"'{TEXT}'", "''", "'   '"),
    "DOUBLE": ("1e308", "-1e308", "'nan'::double", "'inf'::double"),
    "BIGINT": ("9223372036854775807", "-9223372036854775808"),
    "INTEGER": ("2147483647", "-2147483648"),
    "SMALLINT": ("32767", "-32768"),
    "TINYINT": ("127", "-128"),
    "BOOLEAN": ("true", "false"),
    "TIMESTAMP": ("timestamp '9999-12-31 23:59:59'", "timestamp '0001-01-01'"),
}
ROWS = 4  # of each table; the last has nothing but a key
KEYS = {"id", "order_id", "invoice_id", "purchase_order_id", "entry_id", "user_id"}


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows of every raw table, alike in nothing but their keys."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for schema, table, column, kind in connection.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns "
        "where starts_with(table_schema, 'raw_') order by ordinal_position"
    ).fetchall():
        columns.setdefault(f"{schema}.{table}", []).append((column, kind.split("(")[0]))
    for table, found in columns.items():
        for row in range(ROWS):
            values = ", ".join(value(table, column, kind, row) for column, kind in found)
            connection.execute(f"insert into {table} values ({values})")


def value(table: str, column: str, kind: str, row: int) -> str:
    """One value as SQL."""
    if column == "id" or (column in KEYS and "line" not in table):
        return f"'{table} {row}'" if kind == "VARCHAR" else str(row + 1)
    if row == ROWS - 1 or kind not in VALUES:
        return "null"
    return next(islice(cycle(VALUES[kind]), row, None))


def models(project: Path) -> Iterator[dict[str, Any]]:
    """Compiled with the default flags, parents first."""
    subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--quiet", "compile", "--no-introspect"],
        cwd=project,
        check=True,
        capture_output=True,
    )
    manifest = json.loads((project / "target" / "manifest.json").read_text(encoding="utf-8"))
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    done: set[str] = set()
    while len(done) < len(nodes):
        for name, node in nodes.items():
            if name not in done and all(
                parent in done for parent in node["depends_on"]["nodes"] if parent in nodes
            ):
                done.add(name)
                yield node


@pytest.mark.timeout(600)
def test_a_company_of_nulls_and_hostile_text_is_built_and_what_is_left_out_is_listed(tmp_path: Path) -> None:
    """C3, C4, C5, C9."""
    (tmp_path / "data").mkdir()
    project = slim_project(tmp_path / "project")
    with duckdb.connect(str(tmp_path / "data" / "warehouse.duckdb")) as connection:
        ensure_tables(connection)
        create_raw_tables(connection)
        fill(connection)
        for schema in SCHEMAS:
            connection.execute(f"create schema {schema}")
        for model in models(project):
            connection.execute(f"create table {model['schema']}.{model['name']} as {model['compiled_code']}")
        listed = dict(
            connection.execute(
                "select entity, count(*) from marts.data_quality group by entity order by entity"
            ).fetchall()
        )
        products = connection.execute("select count(*) from marts.optiply_products").fetchone()
    assert products == (ROWS,)
    expected = {
        "products",
        "productCompositions",
        "supplierProducts",
        "sellOrders",
        "buyOrders",
        "receiptLines",
    }
    assert expected <= listed.keys()
