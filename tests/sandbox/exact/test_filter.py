"""`$filter`: what matches, what is refused; properties that must hold for any expression."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.company.company import Row
from sandbox.exact.odata_filter import literals, parse_filter
from sandbox.exact.refusals import Refused
from tests.sandbox.exact.client import guid

FIELDS = {
    "ID": "Guid",
    "Code": "String",
    "Stock": "Double",
    "Count": "Int32",
    "Timestamp": "Int64",
    "IsMakeItem": "Byte",
    "IsSalesItem": "Boolean",
    "Modified": "DateTime",
    "EndDate": "DateTime",
}
ROW: Row = {
    "ID": guid(1),
    "Code": "  O'Brien",
    "Stock": 2.5,
    "Count": 7,
    "Timestamp": 2**62,
    "IsMakeItem": 1,
    "IsSalesItem": True,
    "Modified": datetime(2024, 1, 31, 12),
}


@pytest.mark.parametrize(
    "expression",
    [
        f"ID eq guid'{guid(1)}'",
        f"ID eq guid'{guid(1).upper()}'",
        "Code eq '  O''Brien'",
        "trim(Code) eq 'O''Brien'",
        "toupper(trim(Code)) eq 'O''BRIEN' and tolower(trim(Code)) eq 'o''brien'",
        "startswith(trim(Code),'O')",
        "startswith(Code,'  O') eq true",
        "endswith(Code,'ien')",
        "substringof('Bri',Code)",
        "Stock gt 2 and Stock lt 3",
        "Stock ge 2.5 and Stock le 2.5 and Stock eq 2.5d",
        "Count ne 8",
        "-1 lt Count",
        f"Timestamp eq {2**62}L",
        "IsMakeItem eq 1",
        "IsSalesItem",
        "IsSalesItem eq true",
        "not (IsSalesItem eq false)",
        "Modified ge datetime'2024-01-31T12:00:00'",
        "Modified gt datetime'2024-01-31'",
        "EndDate eq null",
        "Modified ne null",
        "EndDate ne datetime'2024-01-31'",
        "Count eq 1 or Count eq 7",
        "Count eq 7 or Count eq 1 and Count eq 2",
        "not (Count eq 1) and (Count eq 7)",
        "(((Count eq 7)))",
        "not not (Count eq 7)",
    ],
)
def test_the_row_matches(expression: str) -> None:
    assert parse_filter(expression, FIELDS).matches(ROW)


@pytest.mark.parametrize(
    "expression",
    [
        f"ID ne guid'{guid(1)}'",
        "Code eq 'O''Brien'",
        "startswith(Code,'O')",
        "endswith(Code,'O')",
        "substringof(Code,'Bri')",
        "Stock gt 2.5",
        "Stock lt 2.5",
        "Count ge 8",
        "Count le 6",
        "EndDate gt datetime'1900-01-01'",
        "EndDate lt datetime'2900-01-01'",
        "EndDate eq datetime'2024-01-31'",
        "(Count eq 7 or Count eq 1) and Count eq 2",
        "not IsSalesItem",
    ],
)
def test_the_row_does_not_match(expression: str) -> None:
    assert not parse_filter(expression, FIELDS).matches(ROW)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "Colour eq 1",
        "Code eq",
        "Code eq 'open",
        "Code eq 5",
        "Count eq '7'",
        "IsMakeItem eq true",
        "IsSalesItem eq 1",
        f"ID eq '{guid(1)}'",
        f"ID gt guid'{guid(1)}'",
        "ID eq guid'12'",
        "Modified gt '2024-01-31'",
        "Modified gt datetime'yesterday'",
        "Modified gt datetime'2024-01-31T00:00:00+01:00'",
        "Count",
        "Count and IsSalesItem",
        "not Count",
        "length(Code) eq 3",
        "startswith(Code)",
        "startswith(Count,'1')",
        "(Count eq 7",
        "Count eq 7)",
        "Count eq 7 Count",
        "Count = 7",
        "Count eq 7 & Count eq 8",
        "Timestamp eq 5.5L",
        "Count eq 7abc",
        "(" * 60 + "Count eq 7" + ")" * 60,
        "not " * 60 + "IsSalesItem",
    ],
)
def test_the_expression_is_refused(expression: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_filter(expression, FIELDS)
    assert refused.value.status == 400


NUMBERS = st.integers(-5, 5)
ATOMS = st.builds("Count {} {}".format, st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]), NUMBERS)
SIGNS = {"eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def expressions() -> st.SearchStrategy[str]:
    return st.recursive(
        ATOMS,
        lambda inner: (
            st.builds("not ({})".format, inner)
            | st.builds("{} and {}".format, inner, inner)
            | st.builds("{} or {}".format, inner, inner)
            | st.builds("({})".format, inner)
        ),
        max_leaves=8,
    )


@given(expression=expressions(), count=NUMBERS)
def test_any_expression_means_what_python_makes_of_it(expression: str, count: int) -> None:
    python = " ".join(SIGNS.get(word, word) for word in expression.split())
    assert parse_filter(expression, FIELDS).matches({"Count": count}) is eval(python, {"Count": count})


@given(text=st.text())
def test_any_text_either_parses_or_is_refused(text: str) -> None:
    try:
        parse_filter(text, FIELDS)
    except Refused as refused:
        assert refused.status == 400


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_quoted_text_comes_back(text: str) -> None:
    assert literals("'" + text.replace("'", "''") + "'") == (text,)


def test_literals_are_separated_by_commas_and_nothing_else() -> None:
    assert literals("'a',12L,null") == ("a", 12, None)
    for text in ("", "'a' 'b'", "'a',", ",", "Code", "'a',Code"):
        with pytest.raises(Refused):
            literals(text)
