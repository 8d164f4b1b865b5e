"""What is heard of a dbt run: its structured log, an event per line, and whatever else stands in its output."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sandbox.tenant_file import write_tenant
from settings.tenant import PROJECT_ROOT, load_tenant
from warehouse.dbt import DbtFailed, DbtResult, Heard, build


def event(name: str, level: str = "info", msg: str = "", **data: object) -> str:
    return json.dumps({"info": {"name": name, "level": level, "msg": msg}, "data": data}) + "\n"


def result(kind: str, unique_id: str, status: str, num_failures: int = 0) -> str:
    return event(
        f"Log{kind}Result", node_info={"unique_id": unique_id}, status=status, num_failures=num_failures
    )


def hear(*lines: str) -> tuple[Heard, list[str]]:
    said: list[str] = []
    heard = Heard(said.append)
    for line in lines:
        heard.hear(line)
    return heard, said


def test_models_and_tests_are_counted_and_operations_are_not() -> None:
    heard, _ = hear(
        result("Model", "operation.exact_optiply.on_run_start", "success").replace("LogModel", "LogHookEnd"),
        result("Model", "model.exact_optiply.stg_exact__items", "OK"),
        result("Test", "test.exact_optiply.unique_items.a1b2", "pass"),
    )
    assert (heard.nodes, heard.failed, heard.warnings, heard.errors) == (2, [], [], [])


def test_what_failed_and_what_dbt_said_of_it_is_kept() -> None:
    heard, _ = hear(
        result("Model", "model.exact_optiply.optiply_products", "ERROR"),
        result("Test", "test.exact_optiply.unique_items.a1b2", "fail"),
        event("RunResultError", "error", "Binder Error: no column x"),
    )
    assert heard.failed == ["optiply_products", "unique_items"]
    assert heard.errors == ["Binder Error: no column x"]


def test_a_warning_tells_its_test_and_how_many_rows() -> None:
    heard, _ = hear(result("Test", "test.exact_optiply.assert_prices.a1b2", "warn", num_failures=3))
    assert heard.warnings == ["assert_prices: 3 rows"]
    assert heard.failed == []


def test_progress_is_said_once_per_quarter_and_not_at_the_end() -> None:
    started = event("ConcurrencyLine", node_count=8, num_threads=2)
    _, said = hear(started, *(result("Model", f"model.exact_optiply.m{i}", "OK", i) for i in range(1, 9)))
    assert said == [f"transform: {i} of 8 models and tests" for i in (2, 4, 6)]


def test_a_crash_before_dbt_logs_is_told_in_its_own_words() -> None:
    heard, _ = hear("Traceback (most recent call last):\n", "\n", '"text"\n', "ImportError: duckdb\n")
    assert heard.errors == ["Traceback (most recent call last):", '"text"', "ImportError: duckdb"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two models in the place of ours, for a real dbt: with mass_delete_limit 1 a test and a model fail."""
    (tmp_path / "models").mkdir()
    shutil.copytree(PROJECT_ROOT / "dbt_project/macros/materializations", tmp_path / "macros")
    files = {
        "dbt_project.yml": {"name": "small", "profile": "small", "models": {"+materialized": "table"}},
        "profiles.yml": {"small": {"outputs": {"local": {
            "type": "duckdb", "path": "{{ env_var('EXACT_OPTIPLY_WAREHOUSE') }}",
        }}, "target": "local"}},
        "models/tests.yml": {"models": [
            {"name": "numbers", "columns": [{"name": "number", "data_tests": [{"not_null": {"config": {
                "severity": "{{ 'error' if var('mass_delete_limit') == 1 else 'warn' }}",
            }}}]}]},
        ]},
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "models/numbers.sql").write_text(
        "select 1 as number union all select null union all select null", encoding="utf-8"
    )
    (tmp_path / "models/sums.sql").write_text(
        "select {{ '1 as total' if var('mass_delete_limit') == 0 else 'no_such_column' }}", encoding="utf-8"
    )
    monkeypatch.setattr("warehouse.dbt.PROJECT_ROOT", tmp_path)
    return tmp_path


def built(project: Path, mass_delete_limit: int, said: list[str]) -> DbtResult:
    tenant = load_tenant(
        str(
            write_tenant(
                project,
                "small",
                exact_url="http://127.0.0.1:1",
                optiply_url="http://127.0.0.1:1",
                optiply_token_url="http://127.0.0.1:1/token",
                spacing_seconds=0,
                flags={"mass_delete_limit": str(mass_delete_limit)},
            )
        )
    )
    return build(tenant, date(2026, 3, 2), say=said.append)


def test_what_a_real_dbt_says_is_understood(project: Path) -> None:
    """A failing test of severity warn is told and stops nothing; of severity error, or a broken model, it stops all."""
    said: list[str] = []
    assert built(project, 0, said) == DbtResult(3, ("not_null_numbers_number: 2 rows",))
    assert said[-1] == "dbt warns: not_null_numbers_number: 2 rows"
    assert "transform: 2 of 3 models and tests" in said
    with pytest.raises(DbtFailed, match=r"^dbt build failed \((\w+), (\w+)\):") as failed:
        built(project, 1, said)
    words = str(failed.value)
    for word in (
        "not_null_numbers_number",
        "Got 2 results, configured to fail if != 0",
        "sums",
        "no_such_column",
    ):
        assert word in words
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select total from sums").fetchall() == [(1,)], "the old table stands"
