"""The DuckDB file: tables from the YAML, the lease, the run history, the published copy."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from warehouse.connection import WarehouseBusy, connect
from warehouse.lease import LeaseTaken, lease
from warehouse.publish import publish
from warehouse.runs import Counts, Usage, finish_run, start_run
from warehouse.tables import ensure_tables, table_columns

HOLD = """
import sys
from pathlib import Path
{imports}
with {what}:
    print("holding", flush=True)
    sys.stdin.read()
"""


def hold(imports: str, what: str) -> subprocess.Popen[str]:
    """Another process that holds something until its standard input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(imports=imports, what=what)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    return process


def test_the_tables_are_those_of_the_yaml_and_rows_survive_a_second_call(tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb") as connection:
        ensure_tables(connection)
        connection.execute("insert into ledger.records (entity, remote_id) values ('products', 'a')")
        ensure_tables(connection)
        found: dict[str, dict[str, str]] = {}
        for schema, table, column, data_type in connection.execute(
            "select schema_name, table_name, column_name, lower(data_type) from duckdb_columns() "
            "where schema_name in ('ledger', 'runs') order by schema_name, table_name, column_index"
        ).fetchall():
            found.setdefault(f"{schema}.{table}", {})[column] = data_type
        assert found == table_columns()
        assert connection.execute("select remote_id from ledger.records").fetchall() == [("a",)]


def test_a_column_that_the_yaml_gained_is_added_to_an_old_table(tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb") as connection:
        connection.execute("create schema ledger; create table ledger.records (entity varchar)")
        connection.execute("insert into ledger.records values ('products')")
        ensure_tables(connection)
        assert connection.execute("select entity, payload_hash from ledger.records").fetchall() == [
            ("products", None)
        ]


def test_a_second_run_of_the_tenant_is_told_who_holds_the_lease(tmp_path: Path) -> None:
    holder = hold("from warehouse.lease import lease", f"lease(Path({str(tmp_path)!r}), 'sync')")
    try:
        with pytest.raises(LeaseTaken, match=rf"sync \(process {holder.pid}\)"), lease(tmp_path, "push"):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_the_lease_ends_with_a_killed_process(tmp_path: Path) -> None:
    holder = hold("from warehouse.lease import lease", f"lease(Path({str(tmp_path)!r}), 'sync')")
    holder.kill()
    holder.wait()
    with lease(tmp_path, "push"):
        assert "push" in (tmp_path / "lease.json").read_text(encoding="utf-8")


def test_a_file_held_by_another_process_is_waited_for_and_then_named(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    holder = hold("from warehouse.connection import connect", f"connect(Path({str(path)!r}))")
    waits: list[float] = []
    try:
        with pytest.raises(WarehouseBusy, match="published"), connect(path, sleep=waits.append):
            pass
    finally:
        holder.kill()
        holder.wait()
    assert sum(waits) == pytest.approx(4.75)


def test_the_run_history_holds_what_a_run_did(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with connect(tmp_path / "w.duckdb") as connection:
        start_run(connection, "r1", "sync", at)
        started = connection.execute("select run_id, finished_at, exit_code from runs.runs").fetchall()
        counts = {("optiply", "products"): Counts(created=3, refused=1)}
        finish_run(
            connection, "r1", at=at, exit_code=3, message="1 refused",
            usage=Usage(5, 7, 5000, 4900), counts=counts,
        )  # fmt: skip
        run = connection.execute(
            "select finished_at, exit_code, exact_requests, optiply_requests, exact_day_remaining from runs.runs"
        ).fetchall()
        rows = connection.execute("select entity, created, refused, held from runs.entity_counts").fetchall()
    assert started == [("r1", None, None)]
    assert run == [(datetime(2026, 3, 1, 12), 3, 5, 7, 4900)]
    assert rows == [("products", 3, 1, 0)]


def test_the_published_copy_is_replaced_whole_while_a_reader_keeps_the_old_one(tmp_path: Path) -> None:
    warehouse, published = tmp_path / "w.duckdb", tmp_path / "published" / "w.duckdb"
    with connect(warehouse) as connection:
        connection.execute("create schema marts; create table marts.t as select 1 as a")
        connection.execute("create view marts.v as select a from w.marts.t")
    publish(warehouse, published)
    with duckdb.connect(str(published), read_only=True) as reader:
        with connect(warehouse) as connection:
            connection.execute("update marts.t set a = 2")
        publish(warehouse, published)
        assert reader.execute("select a from marts.v").fetchall() == [(1,)]
    with duckdb.connect(str(published), read_only=True) as reader:
        assert reader.execute("select a from marts.v").fetchall() == [(2,)]
    assert not published.with_suffix(".incoming").exists()
