"""Fault rules: when they fire."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.faults import FaultRule, Faults


def fired(rule: dict[str, Any], requests: int, method: str = "GET", path: str = "/v1/products") -> list[int]:
    """The numbers, from 1, of the requests for which the rule fires."""
    faults = Faults(["500"])
    faults.set([{"kind": "500"} | rule])
    return [number for number in range(1, requests + 1) if faults.due(method, path)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"at": 3}, [3]),
        ({"every": 2}, [2, 4, 6]),
        ({"every": 2, "times": 2}, [2, 4]),
        ({"times": 1}, [1]),
        ({"probability": 0}, []),
        ({"probability": 1}, [1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_rule_fires_when_it_says(rule: dict[str, Any], expected: list[int]) -> None:
    assert fired(rule, 6) == expected


@given(st.integers(0, 1000))
def test_chance_is_the_same_for_the_same_seed_and_near_its_probability(seed: int) -> None:
    rule = {"probability": 0.5, "seed": seed}
    assert fired(rule, 400) == fired(rule, 400)
    assert 120 < len(fired(rule, 400)) < 280


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"path": "*/products"}, True),
        ({"path": "/v1/*"}, True),
        ({"path": "/v1/product"}, False),
        ({"path": "/V1/PRODUCTS"}, False),
        ({"method": "GET"}, True),
        ({"method": "P*"}, False),
        ({"method": "GET", "path": "*/suppliers"}, False),
    ],
)
def test_a_rule_counts_the_requests_that_it_matches(rule: dict[str, Any], expected: bool) -> None:
    assert fired(rule | {"at": 1}, 1) == ([1] if expected else [])


def test_requests_that_do_not_match_are_not_counted() -> None:
    faults = Faults(["500"])
    faults.set([FaultRule(kind="500", method="POST", at=2)])
    due = [bool(faults.due(method, "/x")) for method in ("POST", "GET", "GET", "POST", "POST")]
    assert due == [False, False, False, True, False]
    (status,) = faults.status()
    assert (status["seen"], status["fired"]) == (3, 1)


def test_several_rules_can_fire_together_in_their_order() -> None:
    faults = Faults(["500", "latency"])
    faults.set([{"kind": "latency", "seconds": 1}, {"kind": "500"}])
    assert [rule.kind for rule in faults.due("GET", "/")] == ["latency", "500"]


def test_new_rules_replace_the_old_and_count_from_the_start() -> None:
    faults = Faults(["500"])
    for _ in range(2):
        faults.set([{"kind": "500", "at": 1}])
        assert faults.due("GET", "/")
    faults.set([])
    assert faults.due("GET", "/") == []


@pytest.mark.parametrize(
    "rule",
    [{"kind": "flood"}, {"at": 1}, {"kind": "500", "at": 1, "every": 2}, {"kind": "500", "at": 0},
     {"kind": "500", "probability": 1.1}, {"kind": "500", "status": 5}],
)  # fmt: skip
def test_a_rule_that_cannot_be_meant_is_refused_and_the_old_ones_stay(rule: dict[str, Any]) -> None:
    faults = Faults(["500"])
    faults.set([{"kind": "500"}])
    with pytest.raises(ValueError):
        faults.set([rule])
    assert len(faults.due("GET", "/")) == 1
