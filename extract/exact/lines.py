"""Lines that come within their headers (`$expand`), taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apis.errors import RequestRefused
from apis.exact.client import ExactClient
from apis.exact.odata import Guid, eq
from apis.exact.page import Entry, Page
from extract.exact.catalogue import Lines, Stream

# No rule says how many lines Exact puts within a header. A page of lines has 60: who has as many may have more.
MOST_WITHIN = 60


def with_lines(
    client: ExactClient, streams: Sequence[Stream], lines: Lines, page: Page
) -> tuple[list[Entry], list[Entry], int]:
    """The headers of a page without their lines, the lines, and how many requests were made besides: one or more
    for each header with so many lines that some may be missing.

    streams: of the headers and of the lines. Raises RequestRefused where the lines did not come.
    """
    header, child = streams
    endpoint = child.endpoint("standard")
    names = [field.name for field in child.fields_of("standard")]
    headers: list[Entry] = []
    found: list[Entry] = []
    requests = 0
    for entry in page.entries:
        own: Any = entry.get(lines.collection)
        if not isinstance(own, list):
            raise RequestRefused(f"{lines.collection} did not come with their headers")
        if len(own) >= MOST_WITHIN:
            which = eq(lines.link, Guid(str(entry[header.key[0]])))
            own = []
            for answer in client.pages(endpoint.path, select=names, filter=which):
                own += answer.entries
                requests += 1
        found += own
        headers.append({name: value for name, value in entry.items() if name != lines.collection})
    return headers, found, requests
