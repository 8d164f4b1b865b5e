"""Exact's documents, written by hand in both forms, for values as Python has them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"
NAMESPACES = f'xmlns:d="{DATA}" xmlns:m="{DATA}/metadata" xmlns="http://www.w3.org/2005/Atom"'
EPOCH = datetime(1970, 1, 1)

Typed = tuple[str, Any]  # Edm type without "Edm.", value


def xml_text(edm_type: str, value: Any) -> str:
    if edm_type == "Boolean":
        return "true" if value else "false"
    if edm_type == "DateTime":
        return str(value.isoformat())
    if edm_type == "Double":
        return repr(value)
    return escape(str(value), {"\r": "&#xD;"})


def xml_field(name: str, edm_type: str, value: Any) -> str:
    typed = "" if edm_type == "String" else f' m:type="Edm.{edm_type}"'
    if value is None:
        return f'<d:{name}{typed} m:null="true" />'
    return f"<d:{name}{typed}>{xml_text(edm_type, value)}</d:{name}>"


def xml_entry(row: Mapping[str, Typed], links: str = "", attributes: str = "") -> str:
    fields = "".join(xml_field(name, edm_type, value) for name, (edm_type, value) in row.items())
    return (
        f"<entry{attributes}><id>x</id><title type='text' /><link rel='edit' href='Items(1)' />{links}"
        f"<content type='application/xml'><m:properties>{fields}</m:properties></content></entry>"
    )


def xml_feed(entries: Sequence[str], next_link: str | None = None) -> bytes:
    following = f"<link rel='next' href={quoteattr(next_link)} />" if next_link else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed {NAMESPACES}><title type="text">Items</title>'
        f"<link rel='self' href='Items' />{''.join(entries)}{following}</feed>"
    ).encode()


def json_value(edm_type: str, value: Any) -> Any:
    if value is None:
        return None
    if edm_type == "DateTime":
        return f"/Date({round((value - EPOCH).total_seconds() * 1000)})/"
    return str(value) if edm_type == "Int64" else value


def json_entry(row: Mapping[str, Typed]) -> dict[str, Any]:
    return {
        "__metadata": {"uri": "x", "type": "Exact.Web.Api.Models.Item"},
        **{name: json_value(edm_type, value) for name, (edm_type, value) in row.items()},
    }


def json_feed(entries: Sequence[Mapping[str, Any]], next_link: str | None = None) -> bytes:
    data: dict[str, Any] = {"results": list(entries)}
    if next_link:
        data["__next"] = next_link
    return json.dumps({"d": data}).encode()


def is_allowed_by_xml(character: str) -> bool:
    """XML 1.0, production [2] Char, written from the standard."""
    code = ord(character)
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


def inline(name: str, content: str) -> str:
    related = "http://schemas.microsoft.com/ado/2007/08/dataservices/related"
    return f"<link rel='{related}/{name}' title='{name}' href='x'>{content}</link>"


ANY_TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from("\x00\x0b\x1f\x7f\x85\ud800\udfff\ufffe\uffff\ufffd😀"))
)


def as_xml(text: str, as_reference: bool) -> bytes:
    """Forbidden characters raw (as UTF-8, also the surrogates) or as references, as Exact sends them."""
    parts = []
    for character in text:
        if character in "&<>\r":
            parts.append(f"&#{ord(character)};".encode())
        elif as_reference and not is_allowed_by_xml(character):
            parts.append(f"&#x{ord(character):X};".encode())
        else:
            parts.append(character.encode("utf-8", "surrogatepass"))
    return b"".join(parts)


# Exact's times come from a database that keeps milliseconds, and JSON's dates cannot hold more.
MILLISECONDS = st.datetimes(datetime(1753, 1, 1), datetime(9999, 12, 31)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
VALUES = st.one_of(
    st.tuples(st.just("Guid"), st.uuids().map(str)),
    st.tuples(st.just("DateTime"), MILLISECONDS),
    st.tuples(st.just("Double"), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("Boolean"), st.booleans()),
    st.tuples(st.just("Byte"), st.integers(0, 255)),
    st.tuples(st.just("Int16"), st.integers(-(2**15), 2**15 - 1)),
    st.tuples(st.just("Int32"), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just("Int64"), st.integers(-(2**63), 2**63 - 1)),
)
