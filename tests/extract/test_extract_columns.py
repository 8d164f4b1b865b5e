from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apis.exact.edm import EdmError, parse
from extract.columns import FieldTypeError, exact_column, json_column
from extract.exact.catalogue import DUCKDB_TYPES

GUID = "559E9212-af04-46cc-8ca1-87f03adf0dcf"

TEXTS = st.one_of(
    st.text(max_size=12),
    st.integers(-(2**65), 2**65).map(str),
    st.floats().map(repr),
    st.uuids().map(str),
    st.uuids().map(lambda value: f"{{{value}}}"),
    st.datetimes(datetime(1, 1, 1)).map(datetime.isoformat),
    st.sampled_from(
        ["true", "false", "True", "1", "0", "-1", "256", "0x10", "1_000", "", " 1", "nan", "1,5"]
    ),
    st.sampled_from(["/Date(1706659200000)/", "2024-01-31", "2024-01-31 00:00:00", "2024-01-31T00:00:00Z"]),
    st.sampled_from(["2014-02-26T12:01:55.6171234", "2024-02-30T00:00:00"]),
)
VALUES = st.one_of(
    st.none(), TEXTS, st.booleans(), st.integers(-(2**65), 2**65), st.floats(), st.just([{"ID": "1"}])
)


def one_by_one(edm_type: str, values: list[Any]) -> list[Any] | None:
    try:
        return [parse(value, edm_type) for value in values]
    except EdmError:
        return None


@given(edm_type=st.sampled_from(sorted(DUCKDB_TYPES)), values=st.lists(VALUES, max_size=4))
@example("DateTime", ["2024-03-31T02:30:00", None])
@example("Guid", [GUID, None])
@example("Byte", ["255"])
@example("Byte", ["256"])
@example("Int64", [2**70])
@example("Double", [10**400])
@example("DateTime", ["/Date(1706659200343)/", None, "/Date(-9999999999999)/"])
@example("DateTime", ["/Date(99999999999999999)/"])
@example("Boolean", [True, None])
@example("Boolean", [1, True])
def test_a_column_holds_what_parsing_value_by_value_gives(edm_type: str, values: list[Any]) -> None:
    """Vectorised and one by one accept the same values and make the same of them, in both wire forms."""
    expected = one_by_one(edm_type, values)
    if expected is None:
        with pytest.raises(FieldTypeError, match=r"items\.Field"):
            exact_column("items.Field", edm_type, DUCKDB_TYPES[edm_type], values)
    else:
        column = exact_column("items.Field", edm_type, DUCKDB_TYPES[edm_type], values)
        assert column.to_pylist() == expected


def test_a_wrong_type_names_stream_and_field_and_never_the_value() -> None:
    with pytest.raises(FieldTypeError) as caught:
        exact_column("items.NetWeight", "Double", "double", ["1.5", "mevrouw Jansen"])
    assert "items.NetWeight" in str(caught.value)
    assert "Edm.Double" in str(caught.value)
    assert "Jansen" not in str(caught.value)


def test_the_hour_that_does_not_exist_keeps_its_wall_time() -> None:
    """C1: raw keeps Exact's zone-less times as sent; staging converts them."""
    column = exact_column("items.Created", "DateTime", "timestamp", ["2024-03-31T02:30:00.343"])
    assert column.type == pa.timestamp("us")
    assert column.to_pylist() == [datetime(2024, 3, 31, 2, 30, 0, 343000)]


def test_guids_become_lower_case() -> None:
    """C2."""
    assert exact_column("items.ID", "Guid", "varchar", [GUID]).to_pylist() == [GUID.lower()]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("id", 4711, "4711"),
        ("id", "4711", "4711"),
        ("number", "12.50", 12.5),
        ("number", 3, 3.0),
        ("integer", "12.00", 12),
        ("integer", 12.0, 12),
        ("integer", 2**53 + 1, 2**53 + 1),
        ("instant", "2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10)),
        ("instant", "2024-05-01T10:00:00.250+02:00", datetime(2024, 5, 1, 8, 0, 0, 250000)),
        ("instant", "2024-05-01T10:00:00", datetime(2024, 5, 1, 10)),
        ("json", {"b": 1, "a": ["é"]}, '{"a":["é"],"b":1}'),
        ("json", '{"as": "sent"}', '{"as": "sent"}'),
        ("boolean", False, False),
        ("text", "é", "é"),
    ],
)
def test_an_optiply_attribute_becomes_its_column(kind: str, value: Any, expected: Any) -> None:
    assert json_column("buy_orders.x", kind, [value, None]).to_pylist() == [expected, None]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("id", True),
        ("id", 4.5),
        ("number", "twelve"),
        ("number", True),
        ("integer", 12.5),
        ("integer", "nan"),
        ("instant", "yesterday"),
        ("instant", 1706659200),
        ("boolean", "true"),
        ("text", 5),
    ],
)
def test_an_optiply_attribute_of_another_kind_names_the_attribute(kind: str, value: Any) -> None:
    with pytest.raises(FieldTypeError, match=r"buy_orders\.placed"):
        json_column("buy_orders.placed", kind, [None, value])
