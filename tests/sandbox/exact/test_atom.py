"""Atom as the real API writes it: types, nulls, xml:space, flags, times, ids; strict XML whatever the data."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.exact import edm
from sandbox.exact.atom import DATA, Entry, entry, error, feed
from sandbox.exact.entity_sets import entity_sets, path_key
from tests.sandbox.exact.client import ATOM, DIVISION, Caller, guid, item, trading_company

Serve = Callable[..., Caller]

ID = "559e9212-af04-46cc-8ca1-87f03adf0dcf"
# field -> (value, what one real answer of bulk/logistics/Items held, character by character)
RECORDED: dict[str, tuple[Any, str]] = {
    "ID": (ID, f'<d:ID m:type="Edm.Guid">{ID}</d:ID>'),
    "AverageCost": (88.0, '<d:AverageCost m:type="Edm.Double">88</d:AverageCost>'),
    "Barcode": (None, '<d:Barcode m:null="true" />'),
    "Code": ("002", "<d:Code>002</d:Code>"),
    "CopyRemarks": (0, '<d:CopyRemarks m:type="Edm.Byte">0</d:CopyRemarks>'),
    "CostPriceStandard": (None, '<d:CostPriceStandard m:type="Edm.Double" m:null="true" />'),
    "Created": (
        datetime(2022, 3, 6, 23, 12, 21, 343_000),
        '<d:Created m:type="Edm.DateTime">2022-03-06T23:12:21.343</d:Created>',
    ),
    "Division": (64850, '<d:Division m:type="Edm.Int32">64850</d:Division>'),
    "EndDate": (None, '<d:EndDate m:type="Edm.DateTime" m:null="true" />'),
    "IsPurchaseItem": (True, '<d:IsPurchaseItem m:type="Edm.Boolean">true</d:IsPurchaseItem>'),
    "IsSerialItem": (False, '<d:IsSerialItem m:type="Edm.Boolean">false</d:IsSerialItem>'),
    "Modified": (
        datetime(2022, 3, 6, 23, 12, 21, 490_000),
        '<d:Modified m:type="Edm.DateTime">2022-03-06T23:12:21.49</d:Modified>',
    ),
    "StartDate": (
        datetime(2021, 9, 1),
        '<d:StartDate m:type="Edm.DateTime">2021-09-01T00:00:00</d:StartDate>',
    ),
    "Unit": ("pc  ", '<d:Unit xml:space="preserve">pc  </d:Unit>'),
}


def rendered(**fields: Any) -> str:
    entity_set = entity_sets()[path_key("bulk/logistics/Items")]
    one = Entry(entity_set, {"ID": ID, **fields}, tuple(fields) or ("ID",))
    return entry(one, root="http://localhost/api/v1/1/bulk/logistics/", updated="2022-03-08T09:35:42Z")


@pytest.mark.parametrize("field", RECORDED)
def test_a_field_is_written_as_in_the_recorded_answer(field: str) -> None:
    value, text = RECORDED[field]
    assert f"<m:properties>{text}</m:properties>" in rendered(**{field: value})


def test_an_entry_carries_id_title_time_link_and_category_as_in_the_recorded_answer(serve: Serve) -> None:
    exact = serve(trading_company(items=[item(1)]))
    root = ElementTree.fromstring(exact.get("bulk/logistics/Items", select="Code").content)
    one = root.find(f"{ATOM}entry")
    assert one is not None
    assert one.findtext(f"{ATOM}id") == exact.url(f"bulk/logistics/Items(guid'{guid(1)}')")
    assert one.findtext(f"{ATOM}updated") == "2024-06-15T10:00:00Z"
    link, category = one.find(f"{ATOM}link"), one.find(f"{ATOM}category")
    assert link is not None and category is not None
    assert link.attrib == {"rel": "edit", "title": "Item", "href": f"Items(guid'{guid(1)}')"}
    assert category.attrib == {"term": "Exact.Web.Api.Models.Item", "scheme": f"{DATA}/scheme"}
    assert root.findtext(f"{ATOM}id") == exact.url("bulk/logistics/Items")


def test_a_number_is_written_as_dot_net_does() -> None:
    assert [edm.double_text(value) for value in (99, 0.1, -0.5, 1e-07, 123456.78)] == [
        "99", "0.1", "-0.5", "1E-07", "123456.78",
    ]  # fmt: skip


def test_markup_accents_and_emoji_arrive_as_they_are(serve: Serve) -> None:
    text = "Café <b> & 'zn' \"5\" 🚲 ]]>"
    exact = serve(trading_company(items=[item(1, Description=text)]))
    assert exact.rows("logistics/Items", select="Description") == [{"Description": text}]


def test_forbidden_characters_in_the_data_are_sent_as_references() -> None:
    assert "<d:Code>a&#xB;b&#x1F;c</d:Code>" in rendered(Code="a\x0bb\x1fc")


def test_error_words_are_escaped() -> None:
    assert "a &lt; b &amp; c" in error("a < b & c")


XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\r\n<&>'\"")
)


@given(text=XML_TEXT.filter(bool), number=st.floats(allow_nan=False, allow_infinity=False))
def test_whatever_a_row_holds_the_feed_is_well_formed_and_gives_it_back(text: str, number: float) -> None:
    entity_set = entity_sets()[path_key("logistics/Items")]
    one = Entry(entity_set, {"ID": ID, "Code": text, "Stock": number}, ("Code", "Stock"))
    document = feed(entity_set, [one], root="http://localhost/", updated="2024-01-01T00:00:00Z")
    root = ElementTree.fromstring(document.encode())
    code, stock = root.find(f".//{{{DATA}}}Code"), root.find(f".//{{{DATA}}}Stock")
    assert code is not None and stock is not None
    assert code.text == text
    assert float(stock.text or "") == number
    preserved = code.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    assert preserved == (text != text.strip())


@given(value=st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))
def test_a_time_comes_back_from_its_text(value: datetime) -> None:
    text = edm.datetime_text(value)
    assert edm.parse_datetime(text) == value
    assert not re.search(r"\.\d*0$|[Z+]", text)


def test_times_with_an_offset_are_refused_and_a_closing_z_is_dropped() -> None:
    assert edm.parse_datetime("2024-01-31T10:00:00Z") == datetime(2024, 1, 31, 10)
    assert edm.parse_datetime("/Date(1706659200000)/") == datetime(2024, 1, 31)
    for text in ("2024-01-31T10:00:00+01:00", "31-01-2024", ""):
        with pytest.raises(ValueError, match=r"."):
            edm.parse_datetime(text)


def test_a_large_page_tells_the_division_it_was_asked_for(exact: Caller) -> None:
    assert f"/api/v1/{DIVISION}/logistics/" in exact.get("logistics/Items", select="ID").text
