"""What one answer of Exact holds, whichever form it came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Exact's field names; a field that is null is absent. A value is text (XML) or text, bool, int, float (JSON), or a
# list of entries (expanded collection, complex field). `apis.exact.edm.parse` makes the same value of either form.
Entry = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """`next_link`: as sent, None on the last page. A full page can be the last, an empty one need not be."""

    entries: list[Entry]
    next_link: str | None


def tidy(text: str) -> str:
    """One line end for all: an XML parser turns them into line feeds, JSON does not."""
    if "\r" in text:
        return text.replace("\r\n", "\n").replace("\r", "\n")
    return text
