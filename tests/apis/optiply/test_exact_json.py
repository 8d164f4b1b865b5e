"""Numbers go over the wire with every digit they have."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apis.optiply.exact_json import exact_json, parse_exact_json

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(VALUES)
def test_what_json_can_say_reads_back_the_same(value: Any) -> None:
    assert json.loads(exact_json(value)) == value


@pytest.mark.parametrize("text", ["12345678901234567.89", "0.10", "-3.5", "100"])
def test_a_decimal_keeps_its_digits(text: str) -> None:
    assert exact_json({"total": [Decimal(text)]}) == '{"total":[' + text + "]}"
    assert parse_exact_json(f"[{text}]") == [Decimal(text)]


def test_a_decimal_is_written_without_an_exponent() -> None:
    assert exact_json(Decimal("1E+3")) == "1000"


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        exact_json(value)


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError):
        exact_json(b"bytes")


def test_text_is_sent_as_it_is() -> None:
    assert exact_json("Schroef Ø4 🔩") == '"Schroef Ø4 🔩"'
