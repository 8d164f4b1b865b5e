from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apis.errors import BrokenBody
from apis.exact import atom
from tests.apis.exact.exact_documents import (
    ANY_TEXT,
    DATA,
    NAMESPACES,
    as_xml,
    inline,
    is_allowed_by_xml,
    xml_entry,
    xml_feed,
)

RECORDED = Path(__file__).parent / "recorded"
ITEMS = (RECORDED / "items.200.xml").read_bytes()


def test_a_recorded_page_gives_every_field_that_is_not_null_as_text() -> None:
    page = atom.decode(ITEMS)
    (item,) = page.entries
    assert len(item) == ITEMS.count(b"<d:") - ITEMS.count(b'm:null="true"') == 42
    assert item["ID"] == "559e9212-af04-46cc-8ca1-87f03adf0dcf"
    assert item["Code"] == "002"
    assert item["CopyRemarks"] == "0"
    assert "CostPriceNew" not in item
    assert "Class_01" not in item
    assert item["Unit"] == "pc"
    assert item["IsStockItem"] == "true"
    assert item["Created"] == "2022-03-06T23:12:21.343"
    assert page.next_link == (
        "https://start.exactonline.com/api/v1/64850/bulk/logistics/Items"
        "?$skiptoken=guid'559e9212-af04-46cc-8ca1-87f03adf0dcf'"
    )


def test_a_feed_without_entries_is_an_empty_last_page() -> None:
    assert atom.decode(xml_feed([])).entries == []
    assert atom.decode(xml_feed([])).next_link is None
    assert atom.decode(f"<feed {NAMESPACES}/>".encode()).entries == []


def test_the_link_to_itself_is_not_the_next_link() -> None:
    assert atom.decode(xml_feed([], next_link=None)).next_link is None
    assert atom.decode(xml_feed([], next_link="https://x/?a=1&b=2")).next_link == "https://x/?a=1&b=2"


def test_an_empty_element_is_empty_text_and_only_m_null_is_left_out() -> None:
    entry = "<entry><content><m:properties><d:A /><d:B></d:B><d:C m:type='Edm.Guid'/><d:D m:null='true'/>"
    page = atom.decode(xml_feed([f"{entry}<d:E m:null='false'/></m:properties></content></entry>"]))
    assert page.entries == [{"A": "", "B": "", "C": "", "E": ""}]


def test_spaces_around_a_text_are_kept() -> None:
    """`crm/Accounts.Code` is padded with spaces in front."""
    fields = "<d:Code>   25</d:Code><d:Unit xml:space='preserve'> </d:Unit><d:Name xml:lang='nl'> n</d:Name>"
    page = atom.decode(xml_feed([f"<entry><content><m:properties>{fields}</m:properties></content></entry>"]))
    assert page.entries == [{"Code": "   25", "Unit": " ", "Name": " n"}]


def test_one_entry_as_root_is_a_page_of_one() -> None:
    """The answer to a POST and to a GET by key."""
    body = xml_entry({"ID": ("Guid", "a"), "Code": ("String", "X")}, attributes=f" {NAMESPACES}").encode()
    assert atom.decode(body).entries == [{"ID": "a", "Code": "X"}]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_an_expanded_collection_is_a_list_however_many_it_holds(count: int) -> None:
    lines = "".join(xml_entry({"LineNumber": ("Int32", number)}) for number in range(count))
    links = inline("SalesOrderLines", f"<m:inline><feed>{lines}</feed></m:inline>") + inline("Other", "")
    page = atom.decode(xml_feed([xml_entry({"OrderID": ("Guid", "a")}, links)]))
    expected = [{"LineNumber": str(number)} for number in range(count)]
    assert page.entries == [{"OrderID": "a", "SalesOrderLines": expected}]


def test_an_expanded_collection_inside_one_is_decoded_too() -> None:
    part = inline("Parts", f"<m:inline><feed>{xml_entry({'P': ('String', 'p')})}</feed></m:inline>")
    lines = inline("Lines", f"<m:inline><feed>{xml_entry({'L': ('String', 'l')}, part)}</feed></m:inline>")
    assert atom.decode(xml_feed([xml_entry({}, lines)])).entries == [
        {"Lines": [{"L": "l", "Parts": [{"P": "p"}]}]}
    ]


def test_a_single_expanded_entity_and_an_empty_one_are_lists_too() -> None:
    links = inline("Item", f"<m:inline>{xml_entry({'ID': ('Guid', 'i')})}</m:inline>") + inline(
        "No", "<m:inline />"
    )
    assert atom.decode(xml_feed([xml_entry({}, links)])).entries == [{"Item": [{"ID": "i"}], "No": []}]


def test_expanded_lines_of_a_created_record_are_decoded() -> None:
    lines = inline(
        "PurchaseOrderLines", f"<m:inline><feed>{xml_entry({'ID': ('Guid', 'l')})}</feed></m:inline>"
    )
    body = xml_entry(
        {"PurchaseOrderID": ("Guid", "o")}, lines + inline("Other", ""), f" {NAMESPACES}"
    ).encode()
    assert atom.decode(body).entries == [{"PurchaseOrderID": "o", "PurchaseOrderLines": [{"ID": "l"}]}]


def test_a_complex_field_is_a_list_of_one_entry() -> None:
    field = "<d:Class_01 m:type='Exact.Class'><d:Code>1</d:Code><d:Number m:null='true'/></d:Class_01>"
    page = atom.decode(xml_feed([f"<entry><content><m:properties>{field}</m:properties></content></entry>"]))
    assert page.entries == [{"Class_01": [{"Code": "1"}]}]


@pytest.mark.parametrize("prefix", ["", "d:"])
def test_the_answer_of_a_function_has_elements_instead_of_entries(prefix: str) -> None:
    declaration = f"xmlns:d='{DATA}'" if prefix else f"xmlns='{DATA}'"
    stock = f"<{prefix}InStock m:type='Edm.Double'>5</{prefix}InStock>"
    element = f"<{prefix}element m:type='X'>{stock}</{prefix}element>"
    body = f"<{prefix}StockPosition {declaration} xmlns:m='{DATA}/metadata'>{element}</{prefix}StockPosition>"
    assert atom.decode(body.encode()).entries == [{"InStock": "5"}]
    assert atom.decode(f"<{prefix}StockPosition {declaration} />".encode()).entries == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"Bad Gateway",
        (RECORDED / "maintenance.200.html").read_bytes(),
        b"<html><head></head><body><feed/></body></html>",
        b"<html/>",
        f"<error xmlns='{DATA}/metadata'><code/><message>no</message></error>".encode(),
        ITEMS + b"<html/>",
        ITEMS + b"trailing",
        b'<!DOCTYPE feed [<!ENTITY a "aaaa">]><feed><title>&a;</title></feed>',
        xml_feed(["<entry><id>x</id></entry>"]),
        xml_feed(["<entry><content type='application/xml' /></entry>"]),
        xml_feed(["<entry><content><m:properties><d:A>1</d:A><d:A>2</d:A></m:properties></content></entry>"]),
        xml_feed([xml_entry({"A": ("String", "x")})]).replace(b">x</d:A>", b">\xff\xfe</d:A>"),
        xml_feed([xml_entry({"A": ("String", "x")})]).decode().encode("utf-16"),
    ],
)
def test_what_is_not_one_whole_answer_is_broken(body: bytes) -> None:
    with pytest.raises(BrokenBody):
        atom.decode(body)


def test_an_answer_cut_short_at_any_byte_is_broken() -> None:
    """Never a half page: every strict prefix of a page is refused."""
    for length in range(len(ITEMS)):
        with pytest.raises(BrokenBody):
            atom.decode(ITEMS[:length])


@given(st.data(), st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4))
def test_a_generated_answer_cut_short_is_broken(data: st.DataObject, texts: list[str]) -> None:
    texts = ["".join(filter(is_allowed_by_xml, text)) for text in texts]
    body = xml_feed([xml_entry({"A": ("String", text)}) for text in texts], next_link="https://x/")
    assert len(atom.decode(body).entries) == len(texts)
    with pytest.raises(BrokenBody):
        atom.decode(body[: data.draw(st.integers(0, len(body) - 1))])


@given(ANY_TEXT, st.booleans())
def test_forbidden_characters_are_removed_and_only_they(text: str, as_reference: bool) -> None:
    template = xml_feed([xml_entry({"A": ("String", "HERE")})])
    ((value,),) = [
        page.values() for page in atom.decode(template.replace(b"HERE", as_xml(text, as_reference))).entries
    ]
    expected = "".join(filter(is_allowed_by_xml, text)).replace("\r\n", "\n").replace("\r", "\n")
    assert value == expected


CONTROLS = (0, 8, 9, 0xA, 0xB, 0xC, 0xE, 0x1F, 0x20, 0x7F)
BOUNDS = (*CONTROLS, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x10FFFF)


@pytest.mark.parametrize("as_reference", [True, False])
@pytest.mark.parametrize("code", BOUNDS)
def test_the_characters_at_the_bounds_of_what_xml_allows(code: int, as_reference: bool) -> None:
    written = f"&#x{code:X};".encode() if as_reference else chr(code).encode("utf-8", "surrogatepass")
    body = xml_feed([xml_entry({"A": ("String", "[HERE]")})]).replace(b"HERE", written)
    expected = chr(code) if is_allowed_by_xml(chr(code)) else ""
    assert atom.decode(body).entries == [{"A": f"[{expected}]"}]


def test_what_looks_like_a_reference_within_text_is_kept() -> None:
    body = xml_feed([xml_entry({"A": ("String", "HERE")})])
    assert atom.decode(body.replace(b"HERE", b"<![CDATA[&#x0B;]]>&amp;#x0B;&#11;")).entries == [
        {"A": "&#x0B;&#x0B;"}
    ]


def test_a_reference_to_no_character_at_all_is_broken() -> None:
    body = xml_feed([xml_entry({"A": ("String", "HERE")})])
    for reference in (b"&#x99999999999999;", b"&#" + b"9" * 5000 + b";", b"&#x;"):
        with pytest.raises(BrokenBody):
            atom.decode(body.replace(b"HERE", reference))


@pytest.mark.parametrize("comment", ["", "<!-- <d:X m:null='true'/> -->", "<?xml-stylesheet href='x'?>"])
def test_what_is_taken_out_before_parsing_changes_nothing_that_is_read(comment: str) -> None:
    """Null fields, types and links to the entry itself are markup; the same words in a text are text."""
    words = 'a &lt;d:A m:null="true" /> m:type="Edm.Guid"> b'
    literal = '<![CDATA[<d:A m:null="true" /><d:B m:type="Edm.Guid">]]>' if comment else "x"
    fields = (
        f'<d:A m:type="Edm.Guid" m:null="true" /><d:B m:type="Edm.String">{words}</d:B><d:C>{literal}</d:C>'
    )
    entry = (
        '<entry><title type="text" /><author><name /></author><link rel="edit" href="Items(1)" />'
        f'<category term="Item" scheme="x" /><content><m:properties>{fields}</m:properties></content></entry>'
    )
    (found,) = atom.decode(xml_feed([comment + entry])).entries
    assert found == {
        "B": 'a <d:A m:null="true" /> m:type="Edm.Guid"> b',
        "C": '<d:A m:null="true" /><d:B m:type="Edm.Guid">' if comment else "x",
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("<d:A>say \"a\" and 'b' &amp; &quot;c&quot;</d:A>", {"A": 'say "a" and \'b\' & "c"'}),
        ("<d:A>a\r\nb\rc\nd\te&#13;&#10;f</d:A>", {"A": "a\nb\nc\nd\te\nf"}),
        ('<d:A xml:space="preserve">  1 </d:A>', {"A": "  1 "}),
        ('<d:A m:type="Edm.String" m:null="true"></d:A><d:B m:null="true" />', {}),
        ('\n  <d:A m:type="Edm.Int16">1</d:A>\n  <d:B> </d:B>\n  <d:C />\n  ', {"A": "1", "B": " ", "C": ""}),
        (
            '<d:A m:type="X.Y"><d:B>1</d:B><d:C>2</d:C></d:A><d:D>"</d:D>',
            {"A": [{"B": "1", "C": "2"}], "D": '"'},
        ),
        ("", {}),
    ],
)
def test_fields_that_are_made_attributes_read_as_the_elements_they_were(
    fields: str, expected: dict[str, object]
) -> None:
    entry = f"<entry><id>1</id><updated>x</updated><content><m:properties>{fields}</m:properties></content></entry>"
    assert atom.decode(xml_feed([entry])).entries == [expected]
    assert atom.decode(xml_feed([f"<!-- left as it is -->{entry}"])).entries == [expected]
    within = f'<entry><link rel="x/related/L" title="L"><m:inline><feed>{entry}</feed></m:inline></link>'
    header = f"{within}<content><m:properties><d:H>1</d:H></m:properties></content></entry>"
    assert atom.decode(xml_feed([header])).entries == [{"H": "1", "L": [expected]}]


@pytest.mark.parametrize(
    "fields",
    [
        "<d:A>1</d:B>",
        "<d:A>1<d:B>2</d:B>",
        "<d:A>1</d:A><d:A>2</d:A>",
        "<d:A>1</d:A></d:B>",
        "<d:A>1</d:A",
        "<d:A>&unknown;</d:A>",
        '<d:A m:null="true">',
    ],
)
def test_fields_that_are_no_xml_make_a_broken_answer(fields: str) -> None:
    good = "<entry><content><m:properties><d:A>1</d:A></m:properties></content></entry>"
    with pytest.raises(BrokenBody):
        atom.decode(xml_feed([good, good.replace("<d:A>1</d:A>", fields)]))
