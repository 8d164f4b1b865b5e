"""The log of what a server was asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.traffic import Traffic


def ticking(*moments: float) -> Iterator[float]:
    return iter(moments)


def test_gaps_are_between_starts_and_concurrency_is_the_most_at_once() -> None:
    moments = ticking(10.0, 11.5, 11.75)
    traffic = Traffic(str, lambda: next(moments))
    with traffic.visit("GET", "/a") as first, traffic.visit("GET", "/b") as second:
        first.status = second.status = 200
    with traffic.visit("GET", "/a") as third:
        third.status = 404
    summary = traffic.summary()
    assert summary["gaps"] == [1.5, 0.25]
    assert summary["most_concurrent"] == 2
    assert summary["by_request"] == {"GET /a": 2, "GET /b": 1}
    assert summary["by_status"] == {"200": 2, "404": 1}


def test_a_visit_that_breaks_off_is_counted_and_ended() -> None:
    traffic = Traffic(str)
    with pytest.raises(ConnectionResetError), traffic.visit("POST", "/a") as visit:
        visit.body = {"x": 1}
        raise ConnectionResetError
    with traffic.visit("GET", "/a"):
        pass
    summary = traffic.summary()
    assert summary["most_concurrent"] == 1
    assert summary["writes"] == [{"method": "POST", "path": "/a", "status": None, "body": {"x": 1}}]


def test_only_what_changes_data_is_a_write() -> None:
    traffic = Traffic(str)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        with traffic.visit(method, "/a"):
            pass
    with traffic.visit("POST", "/token") as visit:
        visit.is_write = False
    assert [write["method"] for write in traffic.summary()["writes"]] == ["POST", "PUT", "PATCH", "DELETE"]


def test_paths_that_differ_by_key_share_a_label() -> None:
    traffic = Traffic(lambda path: path.rstrip("0123456789") + "{id}")
    for path in ("/a/1", "/a/22"):
        with traffic.visit("GET", path):
            pass
    assert traffic.summary()["by_request"] == {"GET /a/{id}": 2}


def test_a_cleared_log_is_empty() -> None:
    traffic = Traffic(str)
    with traffic.visit("POST", "/a"):
        pass
    traffic.clear()
    assert traffic.summary() == {
        "requests": 0, "by_request": {}, "by_status": {}, "most_concurrent": 0, "gaps": [], "writes": [],
    }  # fmt: skip
