from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apis.exact.odata import Guid, Int64, and_, eq, ge, gt, le, literal, lt, ne, or_, trimmed_eq
from sandbox.exact.odata_filter import parse_filter

GUID = "559e9212-af04-46cc-8ca1-87f03adf0dcf"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Guid(GUID.upper()), f"guid'{GUID}'"),
        (datetime(2024, 1, 31), "datetime'2024-01-31T00:00:00'"),
        (datetime(2024, 1, 31, 13, 5, 9, 343999), "datetime'2024-01-31T13:05:09.343'"),
        ("O'Neill", "'O''Neill'"),
        ("", "''"),
        (Int64(123), "123L"),
        (123, "123"),
        (-5, "-5"),
        (True, "true"),
        (False, "false"),
        (12.5, "12.5"),
        (Decimal("0.00"), "0.00"),
        (Decimal("1E+2"), "100"),
    ],
)
def test_literals_are_written_as_exact_reads_them(value: Any, expected: str) -> None:
    assert literal(value) == expected


@given(st.text())
def test_no_text_ends_its_quotes_early(text: str) -> None:
    written = literal(text)
    assert re.fullmatch(r"'(?:[^']|'')*'", written, re.DOTALL)
    assert written[1:-1].replace("''", "'") == text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime(2024, 1, 31, tzinfo=UTC), "no zone"),
        (float("nan"), "not a finite"),
        (float("inf"), "not a finite"),
    ],
)
def test_what_exact_has_no_literal_for_is_refused(value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        literal(value)


@pytest.mark.parametrize("text", ["", "x", GUID + "'", f"{GUID} or true", "{" + GUID + "}"])
def test_only_a_guid_is_a_guid(text: str) -> None:
    with pytest.raises(ValueError, match="not a guid"):
        Guid(text)


def test_filters_are_put_together() -> None:
    assert gt("Timestamp", Int64(1)) == "Timestamp gt 1L"
    assert ge("Modified", datetime(2024, 1, 31)) == "Modified ge datetime'2024-01-31T00:00:00'"
    assert [le("A", 1), lt("A", 1), ne("A", "x")] == ["A le 1", "A lt 1", "A ne 'x'"]
    assert eq("Item/Code", "A") == "Item/Code eq 'A'"
    assert trimmed_eq("Code", "  25") == "trim(Code) eq '25'"
    assert and_(eq("A", 1)) == "A eq 1"
    assert and_(eq("A", 1), or_(eq("B", 2), eq("C", "3"))) == "(A eq 1) and ((B eq 2) or (C eq '3'))"


@pytest.mark.parametrize("name", ["", "A eq 1 or B", "1A", "A'", "A/"])
def test_a_field_name_cannot_carry_a_filter_of_its_own(name: str) -> None:
    with pytest.raises(ValueError, match="not a field name"):
        eq(name, 1)


def test_no_filter_at_all_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no filter"):
        and_()


FIELDS = {
    "Code": "String",
    "Item": "Guid",
    "Modified": "DateTime",
    "Timestamp": "Int64",
    "Quantity": "Double",
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Code": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
    | st.sampled_from(["'", "a' or 1 eq 1"]),
    "Item": st.uuids().map(str).map(Guid),
    "Modified": st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
    "Timestamp": st.integers(-(2**63), 2**63 - 1).map(Int64),
    "Quantity": st.decimals(-(10**9), 10**9, places=2).map(float),
}
Condition = tuple[str, Callable[[dict[str, Any]], bool]]


def condition(name: str) -> st.SearchStrategy[Condition]:
    builders: list[tuple[Callable[[str, Any], str], Callable[[Any, Any], bool]]] = [
        (eq, operator.eq), (ne, operator.ne), (gt, operator.gt), (ge, operator.ge), (lt, operator.lt), (le, operator.le)
    ]  # fmt: skip
    known = builders if name in ("Modified", "Timestamp", "Quantity") else builders[:2]
    return st.tuples(st.sampled_from(known), VALUES[name]).map(
        lambda made: (made[0][0](name, made[1]), lambda row: made[0][1](row[name], made[1]))
    )


def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=1, max_size=3)
    both = several.map(
        lambda all_: (and_(*(one[0] for one in all_)), lambda row: all(one[1](row) for one in all_))
    )
    either = several.map(
        lambda all_: (or_(*(one[0] for one in all_)), lambda row: any(one[1](row) for one in all_))
    )
    return both | either


CONDITIONS = st.recursive(st.sampled_from(sorted(FIELDS)).flatmap(condition), joined, max_leaves=6)


@given(CONDITIONS, st.fixed_dictionaries(VALUES))
def test_a_filter_means_on_the_other_side_what_it_was_built_from(
    built: Condition, row: dict[str, Any]
) -> None:
    """Whatever stands in a value, and however conditions are nested."""
    text, holds = built
    assert parse_filter(text, FIELDS).matches(row) == holds(row)
