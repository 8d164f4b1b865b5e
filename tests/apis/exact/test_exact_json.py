from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apis.errors import BrokenBody
from apis.exact import atom, odata_json
from apis.exact.edm import parse
from tests.apis.exact.exact_documents import (
    ANY_TEXT,
    VALUES,
    Typed,
    as_xml,
    inline,
    is_allowed_by_xml,
    json_entry,
    json_feed,
    xml_entry,
    xml_feed,
)

NAMES = st.from_regex(r"[A-Z][A-Za-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.tuples(st.just("String"), ANY_TEXT.map(lambda text: "".join(filter(is_allowed_by_xml, text))))
NULLS = st.tuples(st.sampled_from(["String", "Guid", "Double", "DateTime"]), st.none())
ROWS = st.lists(st.dictionaries(NAMES, st.one_of(VALUES, TEXTS, NULLS), max_size=6), max_size=5)


def document(data: Any) -> bytes:
    return json.dumps({"d": data}).encode()


@given(ROWS, st.none() | st.just("https://start.exactonline.nl/api/v1/1/crm/Accounts?$skiptoken=guid'1'&a=b"))
def test_both_forms_give_the_very_same_rows(rows: list[dict[str, Typed]], next_link: str | None) -> None:
    xml = atom.decode(xml_feed([xml_entry(row) for row in rows], next_link))
    native = odata_json.decode(json_feed([json_entry(row) for row in rows], next_link))
    assert xml.next_link == native.next_link == next_link

    def typed(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {name: parse(entry.get(name), edm_type) for name, (edm_type, _) in row.items()}
            for row, entry in zip(rows, entries, strict=True)
        ]

    assert typed(xml.entries) == typed(native.entries)
    assert [list(entry) for entry in xml.entries] == [list(entry) for entry in native.entries]


@given(ANY_TEXT)
def test_both_forms_remove_the_same_characters(text: str) -> None:
    xml = atom.decode(
        xml_feed([xml_entry({"A": ("String", "HERE")})]).replace(b"HERE", as_xml(text, as_reference=False))
    )
    raw = json.dumps({"d": [{"A": text}]}).encode()
    assert odata_json.decode(raw).entries == xml.entries


def test_control_characters_that_stand_raw_in_json_are_read() -> None:
    assert odata_json.decode(b'{"d":[{"A":"a\x0b\tb"}]}').entries == [{"A": "a\tb"}]


@pytest.mark.parametrize(
    "sent",
    [
        b"\\b",
        b"\\f",
        b"\\u0000",
        b"\\u001F",
        b"\\ufffe",
        b"\\uFFFF",
        b"\\ud800",
        b"\xef\xbf\xbe",
        b"\xef\xbf\xbf",
        b"\x00",
    ],
)
def test_what_xml_forbids_is_removed_however_json_writes_it(sent: bytes) -> None:
    page = odata_json.decode(b'{"d":[{"A":"a' + sent + b'b","L":{"results":[{"B":"' + sent + b'"}]},"N":1}]}')
    assert page.entries == [{"A": "ab", "N": 1, "L": [{"B": ""}]}]


@pytest.mark.parametrize("sent", [b"\\r", b"\\r\\n", b"\\u000d", b"\\u000D\\n", b"\\n", b"\n", b"\r\n"])
def test_a_line_end_is_a_line_feed_however_json_writes_it(sent: bytes) -> None:
    assert odata_json.decode(b'{"d":[{"A":"a' + sent + b'b"}]}').entries == [{"A": "a\nb"}]


@pytest.mark.parametrize("sent", [b"\\u00e9\\ud83d\\ude00", "é😀".encode()])
def test_characters_of_any_language_stay(sent: bytes) -> None:
    assert odata_json.decode(b'\xef\xbb\xbf{"d":[{"A":"' + sent + b'"}]}').entries == [{"A": "é😀"}]


@pytest.mark.parametrize(
    "data",
    [{"results": [{"ID": "a"}]}, [{"ID": "a"}], {"ID": "a"}, {"__metadata": {"uri": "x"}, "ID": "a"}],
)
def test_the_three_shapes_of_d_are_read(data: Any) -> None:
    page = odata_json.decode(document(data))
    assert page.entries == [{"ID": "a"}]
    assert page.next_link is None


def test_an_empty_page_can_have_a_next_link() -> None:
    page = odata_json.decode(document({"results": [], "__next": "https://x/"}))
    assert page.entries == []
    assert page.next_link == "https://x/"


def test_expanded_collections_are_lists_and_unexpanded_ones_are_left_out_as_in_xml() -> None:
    links = inline("Lines", f"<m:inline><feed>{xml_entry({'L': ('String', 'l')})}</feed></m:inline>")
    links += inline("Item", f"<m:inline>{xml_entry({'I': ('String', 'i')})}</m:inline>") + inline("Other", "")
    row = {
        "A": "a",
        "Lines": {"results": [{"__metadata": {}, "L": "l"}]},
        "Item": {"I": "i"},
        "Other": {"__deferred": {"uri": "x"}},
    }
    native = odata_json.decode(document([row])).entries
    assert native == atom.decode(xml_feed([xml_entry({"A": ("String", "a")}, links)])).entries
    assert native == [{"A": "a", "Lines": [{"L": "l"}], "Item": [{"I": "i"}]}]
    assert odata_json.decode(document([{"Lines": [{"L": "l"}]}])).entries == [{"Lines": [{"L": "l"}]}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"[]",
        b"{}",
        b'{"error":{"code":"","message":{"lang":"","value":"no"}}}',
        b'{"d":null}',
        b'{"d":"text"}',
        b'{"d":{"results":null}}',
        b'{"d":{"results":{}}}',
        b'{"d":{"results":[],"__next":5}}',
        b'{"d":[1]}',
        b'{"d":[{"Lines":[1]}]}',
        b'{"d":[{"Lines":{"results":null}}]}',
        b'{"d":[]} trailing',
        b'{"d":[{"A":"\xff"}]}',
        b'{"d":[]',
    ],
)
def test_what_is_not_one_whole_answer_is_broken(body: bytes) -> None:
    with pytest.raises(BrokenBody):
        odata_json.decode(body)


@given(ROWS, st.data())
def test_an_answer_cut_short_at_any_byte_is_broken(rows: list[dict[str, Typed]], data: st.DataObject) -> None:
    body = json_feed([json_entry(row) for row in rows], "https://x/")
    with pytest.raises(BrokenBody):
        odata_json.decode(body[: data.draw(st.integers(0, len(body) - 1))])
