"""Answers as Atom XML, the form that Exact gives when nothing else is asked for.

Text is built by hand, one field after the other: a page of 1,000 rows of 100 fields takes some 50 ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from sandbox.company.company import Row, Value
from sandbox.exact.edm import TEXT, literal
from sandbox.exact.entity_sets import EntitySet

DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"
METADATA = f"{DATA}/metadata"
ATOM = "http://www.w3.org/2005/Atom"
NAMESPACES = f'xmlns:d="{DATA}" xmlns:m="{METADATA}" xmlns="{ATOM}"'
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
# What .NET writes as references: a carriage return (parsers would make a line feed of it) and, though XML 1.0
# forbids them even so, control characters.
SPECIAL = re.compile("[<>&\x00-\x08\x0b-\x1f\ufffe\uffff]")
AS_REFERENCE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
UNTYPED = frozenset({"String"})


@dataclass(frozen=True)
class Entry:
    """One entry to write: its row (or, of a bare answer, the key only), expanded collections and links.

    `children`: collection -> its entity set, the fields to show and the rows.
    """

    entity_set: EntitySet
    row: Row
    select: Sequence[str]
    links: Sequence[str] = ()
    children: Mapping[str, tuple[EntitySet, Sequence[str], Sequence[Row]]] | None = None


def text_content(value: str) -> str:
    if SPECIAL.search(value) is None:
        return value
    return AS_REFERENCE.sub(lambda match: f"&#x{ord(match[0]):X};", escape(value))


class _Column:
    """How one field is written. Remembers its last values: most fields of a page have few different ones."""

    __slots__ = ("close", "name", "null", "open", "preserved", "text", "write")

    def __init__(self, name: str, edm_type: str) -> None:
        typed = "" if edm_type in UNTYPED else f' m:type="Edm.{edm_type}"'
        self.name = name
        self.open = f"<d:{name}{typed}>"
        self.preserved = f'<d:{name}{typed} xml:space="preserve">'
        self.close = f"</d:{name}>"
        self.null = f'<d:{name}{typed} m:null="true" />'
        self.text = TEXT[edm_type] if edm_type not in ("String", "Binary", "Complex") else None
        self.write = lru_cache(512)(self._write)

    def _write(self, value: Value) -> str:
        if self.text is not None:
            return f"{self.open}{self.text(value)}{self.close}"
        text = str(value)
        opening = self.preserved if text != text.strip() else self.open
        return f"{opening}{text_content(text)}{self.close}"


def properties(columns: Sequence[_Column], row: Row) -> str:
    get = row.get
    return "".join(
        [column.null if (value := get(column.name)) is None else column.write(value) for column in columns]
    )


def key_text(entity_set: EntitySet, row: Row) -> str:
    """`Items(guid'..')`; a key of several fields names each."""
    if len(entity_set.key) == 1:
        name = entity_set.key[0]
        return f"{entity_set.name}({literal(entity_set.fields[name], row.get(name))})"
    parts = (f"{name}={literal(entity_set.fields[name], row.get(name))}" for name in entity_set.key)
    return f"{entity_set.name}({','.join(parts)})"


def feed(
    entity_set: EntitySet,
    entries: Iterable[Entry],
    *,
    root: str,
    updated: str,
    next_link: str | None = None,
    count: int | None = None,
) -> str:
    """A whole document. `root`: URL of the entity set's folder; `updated`: the server's time, UTC."""
    counted = f"<m:count>{count}</m:count>" if count is not None else ""
    following = f'<link rel="next" href={quoteattr(next_link)} />' if next_link else ""
    name = entity_set.name
    body = "".join(entry(one, root=root, updated=updated, is_root=False) for one in entries)
    return (
        f'{DECLARATION}<feed xml:base="{escape(root)}" {NAMESPACES}>{counted}'
        f'<title type="text">{name}</title><id>{escape(root)}{name}</id><updated>{updated}</updated>'
        f'<link rel="self" title="{name}" href="{name}" />{body}{following}</feed>'
    )


_columns: dict[tuple[str, tuple[str, ...]], list[_Column]] = {}


def _columns_of(entity_set: EntitySet, select: Sequence[str]) -> list[_Column]:
    key = (entity_set.path, tuple(select))
    if key not in _columns:
        _columns[key] = [_Column(name, entity_set.fields[name]) for name in select]
    return _columns[key]


def entry(one: Entry, *, root: str, updated: str, is_root: bool = True) -> str:
    """One `entry`, as a whole document or as a part of a feed."""
    entity_set = one.entity_set
    key = escape(key_text(entity_set, one.row))
    start = f'{DECLARATION}<entry xml:base="{escape(root)}" {NAMESPACES}>' if is_root else "<entry>"
    links = "".join(_link(key, name, None) for name in one.links)
    for name, (child_set, select, rows) in (one.children or {}).items():
        inner = "".join(
            entry(Entry(child_set, row, select), root=root, updated=updated, is_root=False) for row in rows
        )
        inline = (
            f'<m:inline><feed><title type="text">{name}</title><id>{escape(root)}{key}/{name}</id>'
            f'<updated>{updated}</updated><link rel="self" title="{name}" href="{key}/{name}" />'
            f"{inner}</feed></m:inline>"
        )
        links += _link(key, name, inline)
    type_name = entity_set.type_name
    return (
        f'{start}<id>{escape(root)}{key}</id><title type="text" /><updated>{updated}</updated>'
        f'<author><name /></author><link rel="edit" title="{type_name}" href="{key}" />{links}'
        f'<category term="Exact.Web.Api.Models.{type_name}" scheme="{DATA}/scheme" />'
        f'<content type="application/xml"><m:properties>'
        f"{properties(_columns_of(entity_set, one.select), one.row)}</m:properties></content></entry>"
    )


def _link(key: str, name: str, inline: str | None) -> str:
    start = (
        f'<link rel="{DATA}/related/{name}" type="application/atom+xml;type=feed" title="{name}" '
        f'href="{key}/{name}"'
    )
    return f"{start} />" if inline is None else f"{start}>{inline}</link>"


def error(message: str) -> str:
    """Exact's error document."""
    return (
        f'{DECLARATION}<error xmlns="{METADATA}"><code></code>'
        f'<message xml:lang="">{text_content(message)}</message></error>'
    )


def function_result(name: str, values: Mapping[str, tuple[str, Value]]) -> str:
    """The answer of a `read/` function: a root with one `element`. `values`: Edm type and value by name."""
    inner = ""
    for field, (edm_type, value) in values.items():
        typed = "" if edm_type in UNTYPED else f' m:type="Edm.{edm_type}"'
        text = "" if value is None else text_content(TEXT[edm_type](value))
        inner += f"<d:{field}{typed}>{text}</d:{field}>"
    return (
        f'{DECLARATION}<d:{name} xmlns:d="{DATA}" xmlns:m="{METADATA}">'
        f'<d:element m:type="Exact.Web.Api.Models.{name}">{inner}</d:element></d:{name}>'
    )
