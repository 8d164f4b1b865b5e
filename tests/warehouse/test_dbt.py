"""What is heard of a dbt run: its structured log, an event per line, and whatever else stands in its output."""

from __future__ import annotations

import json

from warehouse.dbt import Heard


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
