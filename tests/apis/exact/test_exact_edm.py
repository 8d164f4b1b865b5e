from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given

from apis.exact.edm import EdmError, parse
from tests.apis.exact.exact_documents import VALUES, json_value, xml_text

GUID = "559e9212-af04-46cc-8ca1-87f03adf0dcf"


@given(VALUES)
def test_xml_text_and_json_native_parse_to_the_same_value(typed: tuple[str, Any]) -> None:
    edm_type, value = typed
    assert parse(xml_text(edm_type, value), edm_type) == value
    assert parse(json_value(edm_type, value), edm_type) == value
    assert type(parse(xml_text(edm_type, value), edm_type)) is type(value)


@given(VALUES)
def test_parsing_twice_changes_nothing_and_the_prefix_of_the_type_does_not_matter(
    typed: tuple[str, Any],
) -> None:
    edm_type, value = typed
    assert parse(xml_text(edm_type, value), f"Edm.{edm_type}") == value


@pytest.mark.parametrize(
    ("value", "edm_type", "expected"),
    [
        ("{559E9212-AF04-46CC-8CA1-87F03ADF0DCF}", "Guid", GUID),
        (GUID.upper(), "Guid", GUID),
        ("2022-03-06T23:12:21.343", "DateTime", datetime(2022, 3, 6, 23, 12, 21, 343000)),
        ("2022-03-06T23:12:21.3430000", "DateTime", datetime(2022, 3, 6, 23, 12, 21, 343000)),
        ("2022-03-06T23:12", "DateTime", datetime(2022, 3, 6, 23, 12)),
        ("/Date(1646608341343)/", "DateTime", datetime(2022, 3, 6, 23, 12, 21, 343000)),
        ("/Date(-2208988800000)/", "DateTime", datetime(1900, 1, 1)),
        ("99", "Double", 99.0),
        (99, "Double", 99.0),
        ("1E+2", "Double", 100.0),
        ("-0.5", "Double", -0.5),
        ("12.50", "Double", 12.5),
        ("1", "Boolean", True),
        ("0", "Boolean", False),
        ("true", "Boolean", True),
        ("false", "Boolean", False),
        (1, "Boolean", True),
        (0, "Boolean", False),
        ("0", "Byte", 0),
        ("123456789012", "Int64", 123456789012),
        ("", "String", ""),
        ("  padded ", "String", "  padded "),
        ("", "Binary", ""),
        ("", "Guid", None),
        ("", "DateTime", None),
        ("", "Int32", None),
        ([{"Code": "1", "Number": 2, "Is": True, "No": None}], "Complex", None),
    ],
)
def test_values_as_exact_writes_them(value: Any, edm_type: str, expected: Any) -> None:
    if edm_type == "Complex":
        assert json.loads(str(parse(value, edm_type))) == [
            {"Code": "1", "Number": "2", "Is": "true", "No": None}
        ]
    else:
        assert parse(value, edm_type) == expected
        assert type(parse(value, edm_type)) is type(expected)


@pytest.mark.parametrize(
    "edm_type", ["Guid", "DateTime", "Double", "Boolean", "Byte", "Int64", "String", "Complex"]
)
def test_null_stays_null(edm_type: str) -> None:
    assert parse(None, edm_type) is None


@pytest.mark.parametrize(
    ("value", "edm_type"),
    [
        (GUID[:-1], "Guid"),
        (GUID + "0", "Guid"),
        (5, "Guid"),
        ("2022-03-06", "DateTime"),
        ("2022-03-06T23:12:21Z", "DateTime"),
        ("2022-03-06T23:12:21+01:00", "DateTime"),
        ("2022-13-06T23:12:21", "DateTime"),
        ("/Date(1646608341343+0100)/", "DateTime"),
        ("/Date(99999999999999999)/", "DateTime"),
        (1646608341343, "DateTime"),
        ("NaN", "Double"),
        ("INF", "Double"),
        (float("nan"), "Double"),
        ("1e999", "Double"),
        ("1,5", "Double"),
        ("1_0", "Double"),
        (" 1", "Double"),
        (True, "Double"),
        ("yes", "Boolean"),
        ("True", "Boolean"),
        (2, "Boolean"),
        (1.0, "Boolean"),
        ([], "Boolean"),
        ("256", "Byte"),
        ("-1", "Byte"),
        ("32768", "Int16"),
        ("-32769", "Int16"),
        (2**31, "Int32"),
        (-(2**31) - 1, "Int32"),
        ("9223372036854775808", "Int64"),
        ("1.0", "Int32"),
        (1.5, "Int32"),
        ("1_000", "Int32"),
        ("٣", "Int32"),
        (True, "Int32"),
        (5, "String"),
        ([], "String"),
        ("{}", "Complex"),
    ],
)
def test_a_value_of_another_type_is_an_error_that_names_the_field_and_not_the_value(
    value: Any, edm_type: str
) -> None:
    with pytest.raises(EdmError) as caught:
        parse(value, edm_type, "SecretField")
    assert isinstance(caught.value, ValueError)
    assert caught.value.field == "SecretField"
    assert caught.value.edm_type == edm_type
    assert "SecretField" in str(caught.value)
    assert str(value) not in str(caught.value).replace("SecretField", "") or str(value) == "[]"
    assert caught.value.__suppress_context__


def test_the_bounds_of_the_integers_are_values() -> None:
    assert parse("255", "Byte") == 255
    assert parse("-32768", "Int16") == -32768
    assert parse("-9223372036854775808", "Int64") == -(2**63)


def test_an_unknown_type_is_a_fault_of_the_catalogue() -> None:
    with pytest.raises(KeyError):
        parse("1", "Int128")
