"""OData JSON as Exact sends it, decoded to the very entries that the Atom form gives.

`{"d": {"results": [...], "__next": url}}`, and sometimes `d` is the list or the entity itself. Collections
that were not expanded are `__deferred` links and left out, as Atom leaves them out.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from apis.errors import BrokenBody
from apis.exact.page import Entry, Page, tidy

# How a text can hold a carriage return or what XML forbids, in a body that orjson takes: it takes neither raw control
# characters nor half of a surrogate pair.
_ESCAPED = re.compile(rb"\\(?:[bfr]|u(?:00[01]|[fF]{3}[eEfF]))")
_NO_CHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")
# As apis.exact.atom.is_allowed, for decoded text.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def decode(body: bytes) -> Page:
    """Raises BrokenBody for everything that is not one whole document of those kinds."""
    try:
        document = _document(body)
    except ValueError as error:
        # the position, not the words: json's message is short, but the body is the customer's
        raise BrokenBody(f"the answer is not a whole JSON document: {type(error).__name__}") from None
    if not isinstance(document, dict) or "d" not in document:
        raise BrokenBody('the answer is JSON without "d"')
    data = document["d"]
    if isinstance(data, list):
        return Page(_entries(data), None)
    if not isinstance(data, dict):
        raise BrokenBody('the answer\'s "d" is neither a list nor an entity')
    if "results" in data:
        next_link = data.get("__next")
        if next_link is not None and not isinstance(next_link, str):
            raise BrokenBody('the "__next" of the answer is not a link')
        return Page(_entries(data["results"]), next_link)
    return Page([_entry(data)], None)


def _document(body: bytes) -> Any:
    """The whole document, its texts without forbidden characters."""
    try:
        document = orjson.loads(body)
    except ValueError:
        # strict=False: raw control characters within text, which JSON forbids and Exact sends
        return _tidied(json.loads(body.decode("utf-8-sig"), strict=False))
    return _tidied(document) if _ESCAPED.search(body) or _NO_CHARACTER.search(body) else document


def _tidied(value: Any) -> Any:
    if isinstance(value, str):
        return tidy(_FORBIDDEN.sub("", value))
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if isinstance(value, dict):
        return {name: _tidied(item) for name, item in value.items()}
    return value


def _entries(items: Any) -> list[Entry]:
    if not isinstance(items, list):
        raise BrokenBody('"results" is not a list')
    return [_entry(item) for item in items]


def _entry(item: Any) -> Entry:
    if not isinstance(item, dict):
        raise BrokenBody("an entry that is not an object")
    entry: Entry = {name: value for name, value in item.items() if value is not None}
    for name in [name for name, value in entry.items() if isinstance(value, dict | list)]:
        value = entry.pop(name)
        if name != "__metadata" and not (isinstance(value, dict) and "__deferred" in value):
            entry[name] = _collection(value)
    return entry


def _collection(value: dict[str, Any] | list[Any]) -> list[Entry]:
    if isinstance(value, list):
        return _entries(value)
    if "results" in value:
        return _entries(value["results"])
    return [_entry(value)]  # a complex field, or a single expanded entity
