"""Atom XML as Exact sends it, decoded with xmltodict, one entry at a time.

A field is `feed/entry/content/m:properties/d:Name`; with `m:null="true"` is left out, an empty element is "". An
expanded collection (`link/m:inline/feed/entry`) is a list of entries under the link's title. A function's
answer has a root of its own with `element` children. Types are left to `apis.exact.edm`, which knows the
stream's fields: the m:type of an answer adds nothing to them.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from apis.errors import BrokenBody
from apis.exact.page import Entry, Page, tidy

DATA_NAMESPACE = "http://schemas.microsoft.com/ado/2007/08/dataservices"

# XML 1.0 allows tab, line feed, carriage return and everything from the space up, save surrogates and the
# last two of the basic plane. Exact sends the others all the same, raw and as character references.
_FORBIDDEN_BYTES = bytes(code for code in range(0x20) if code not in (0x09, 0x0A, 0x0D))
_FORBIDDEN_SEQUENCES = re.compile(rb"\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf][\x80-\xbf]")
# A CDATA section is matched first and kept: what looks like a reference in there is text.
_REFERENCES = re.compile(
    rb"(?P<literal><!\[CDATA\[.*?\]\]>)|&#(?:x(?P<hex>[0-9a-fA-F]{1,9})|(?P<decimal>[0-9]{1,9}));", re.S
)

# What nearly all properties are: fields without children, null ones the most of them. As attributes of one element
# they cost the parser a tenth of what an element each does. All of them or none: whatever else there is between the
# tags, also what is no XML, is left to the parser as it came.
_TYPE = rb'(?: m:type="[\w.]++"| xml:space="preserve")*+'
_PROPERTIES = re.compile(
    rb"<m:properties>((?:\s*+<d:(\w++)"
    + _TYPE
    + rb'(?: m:null="true")?(?: ?/>|>[^<]*+</d:\2>))*)\s*+</m:properties>'
)
_FIELD = re.compile(rb"<d:(\w++)" + _TYPE + rb"(?: ?/>|>([^<]*+)</)")  # no null one
_NO_ATTRIBUTE_TEXT = re.compile(rb'["\t\n\r]')
_ESCAPES = ((b"\r\n", b"\n"), (b"\r", b"\n"), (b"\n", b"&#10;"), (b"\t", b"&#9;"), (b'"', b"&quot;"))
# What tells an entry nothing that its properties do not.
_SELF = re.compile(
    rb'<title type="text" ?/>|<author>\s*<name ?/>\s*</author>|<category [^<>]*/>|<link rel="edit" [^<>]*/>'
    rb"|<(id|updated)>[^<]*+</\1>"
)
# where "<" can stand in text after all
_LITERALS = (b"<![CDATA[", b"<!--", b"<?xml-")

# What nearly every field without children holds: its text and these attributes.
_LEAF_KEYS = frozenset({"#text", "@m:type", "@m:null", "@xml:space"})


def decode(body: bytes) -> Page:
    """Entries and next link of a feed, of a single `entry` or of a function's answer.

    Raises BrokenBody for everything that is not one whole document of those kinds: never a half page.
    """
    root: list[tuple[str, dict[str, Any] | None]] = []
    entries: list[Entry] = []
    next_link: str | None = None
    parts: dict[str, Any] = {}  # of a root that is itself the entry

    def take(path: list[Any], item: Any) -> bool:
        nonlocal next_link
        if not root:
            root.append(path[0])
        kind, name = path[0][0], path[1][0]
        if kind == "feed":
            if name == "entry":
                entries.append(_entry(item))
            elif name == "link" and isinstance(item, dict) and item.get("@rel") == "next":
                next_link = item.get("@href")
        elif kind == "entry":
            _append(parts, name, item)
        elif name.removeprefix("d:") == "element":
            entries.append(_fields(item))
        return True

    try:
        clean = without_forbidden_characters(_without_ballast(body))
        xmltodict.parse(clean, item_depth=2, item_callback=take, strip_whitespace=False)
        kind, attributes = root[0] if root else _childless_root(clean)
    except (ExpatError, ValueError) as error:
        # ValueError: entity declarations, which xmltodict refuses
        raise BrokenBody(f"the answer is not a whole XML document: {error}") from None
    if kind == "entry":
        return Page([_entry(parts)], None)
    if kind == "feed" or _is_function(kind, attributes):
        return Page(entries, next_link)
    raise BrokenBody(f"the answer is not a feed but a document <{kind}>")


def without_forbidden_characters(body: bytes) -> bytes:
    """The body without the characters that XML 1.0 forbids, and with everything else as it was."""
    body = body.translate(None, _FORBIDDEN_BYTES)
    if b"\xef\xbf" in body or b"\xed" in body:
        body = _FORBIDDEN_SEQUENCES.sub(b"", body)
    if b"&#" in body:
        body = _REFERENCES.sub(_keep_if_allowed, body)
    return body


def _without_ballast(body: bytes) -> bytes:
    """The same document, shorter."""
    if any(literal in body for literal in _LITERALS):
        return body
    return _SELF.sub(b"", _PROPERTIES.sub(_as_attributes, body))


def _as_attributes(properties: re.Match[bytes]) -> bytes:
    fields = _FIELD.findall(properties[1])
    if _NO_ATTRIBUTE_TEXT.search(b"".join(text for _, text in fields)):
        fields = [(name, _attribute_text(text)) for name, text in fields]
    return b"<m:properties" + b"".join([b' d:%b="%b"' % field for field in fields]) + b"/>"


def _attribute_text(text: bytes) -> bytes:
    """The text so that a parser reads in an attribute what it reads in an element."""
    for raw, escaped in _ESCAPES:
        text = text.replace(raw, escaped)
    return text


def _keep_if_allowed(match: re.Match[bytes]) -> bytes:
    if match["literal"] is not None:
        return match[0]
    code = int(match["hex"], 16) if match["hex"] else int(match["decimal"])
    return match[0] if is_allowed(code) else b""


def is_allowed(code: int) -> bool:
    """Whether XML 1.0 allows this character (production Char)."""
    return (
        code in (0x09, 0x0A, 0x0D)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


def _childless_root(body: bytes) -> tuple[str, dict[str, str]]:
    """Name and attributes of a root without children, which the streaming parse never shows."""
    ((name, content),) = xmltodict.parse(body).items()
    attributes = content if isinstance(content, dict) else {}
    return name, {key.removeprefix("@"): value for key, value in attributes.items()}


def _is_function(kind: str, attributes: dict[str, str] | None) -> bool:
    """A function's root has the function's name; that it is Exact's shows in its namespace only."""
    prefix, colon, _ = kind.partition(":")
    declaration = f"xmlns:{prefix}" if colon else "xmlns"
    return (attributes or {}).get(declaration) == DATA_NAMESPACE


def _entry(item: Any) -> Entry:
    content = item.get("content") if isinstance(item, dict) else None
    if not isinstance(content, dict) or "m:properties" not in content:
        raise BrokenBody("an entry without properties")
    fields = _fields(content["m:properties"])
    for link in _list(item.get("link")):
        if isinstance(link, dict) and "m:inline" in link:
            fields[_name_of(link)] = _inline(link["m:inline"])
    return fields


def _name_of(link: dict[str, str]) -> str:
    relation, slash, name = link.get("@rel", "").rpartition("/related/")
    return name if slash and relation else link.get("@title", "")


def _inline(inline: Any) -> list[Entry]:
    if not isinstance(inline, dict):
        return []
    feed = inline.get("feed")
    found = feed.get("entry") if isinstance(feed, dict) else inline.get("entry")
    return [_entry(item) for item in _list(found)]


def _fields(properties: Any) -> Entry:
    if not isinstance(properties, dict):
        return {}
    fields: Entry = {}
    for name, value in properties.items():
        # The hot loop: about 100,000 values a page, most of them an attribute (see `_as_attributes`).
        field = name.removeprefix("@").removeprefix("d:")
        if value.__class__ is str:
            if name[:3] == "@d:" or name[0] not in "@#":
                fields[field] = tidy(value) if "\r" in value else value
        elif value.__class__ is dict:
            if value.get("@m:null") == "true":
                continue
            if value.keys() <= _LEAF_KEYS or all(key[0] in "@#" for key in value):
                fields[field] = tidy(value.get("#text", ""))
            else:
                fields[field] = [_fields(value)]  # a complex field
        elif value is None:
            fields[field] = ""
        else:
            raise BrokenBody("an entry names a field twice")
    return fields


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _append(parts: dict[str, Any], name: str, item: Any) -> None:
    if name in parts:
        parts[name] = [*_list(parts[name]), item]
    else:
        parts[name] = item
