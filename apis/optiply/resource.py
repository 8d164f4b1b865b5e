"""The JSON:API dialect of Optiply: one resource, one page of a list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from apis.errors import BrokenBody
from apis.optiply.exact_json import exact_json

MEDIA_TYPE = "application/vnd.api+json"


@dataclass(frozen=True)
class Resource:
    """`id` is text here, whatever Optiply sends; ids among the attributes stay as sent (numbers)."""

    id: str
    type: str
    attributes: dict[str, Any]


@dataclass(frozen=True)
class ListPage:
    resources: list[Resource]
    next_link: str | None

    def offset_after(self, offset: int, page_size: int) -> int | None:
        """The offset of the page after this one, which was asked for with these; None at the end.

        A next link is believed, also where the server gave fewer records than were asked for; where it shows no
        links, a full page has one after it.
        """
        if not self.resources:
            return None
        if self.next_link is None:
            return offset + page_size if len(self.resources) >= page_size else None
        told = parse_qs(urlsplit(self.next_link).query).get("page[offset]", [""])[0]
        return int(told) if told.isdecimal() and int(told) > offset else offset + page_size


def encode(entity: str, attributes: dict[str, Any]) -> bytes:
    return exact_json({"data": {"type": entity, "attributes": attributes}}).encode()


def decode_resource(body: bytes) -> Resource:
    """Raises BrokenBody for everything that is not one resource."""
    return _resource(_document(body).get("data"))


def decode_list(body: bytes) -> ListPage:
    """Raises BrokenBody for everything that is not a list of resources."""
    document = _document(body)
    data = document.get("data")
    if not isinstance(data, list):
        raise BrokenBody('the answer\'s "data" is not a list')
    links = document.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    if isinstance(link, dict):  # JSON:API's other form of a link
        link = link.get("href")
    return ListPage([_resource(item) for item in data], link if isinstance(link, str) and link else None)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        raise BrokenBody("the answer is not a JSON document") from None
    if not isinstance(document, dict):
        raise BrokenBody("the answer is not a JSON object")
    return document


def _resource(item: Any) -> Resource:
    if (
        not isinstance(item, dict)
        or isinstance(item.get("id"), bool)
        or not isinstance(item.get("id"), str | int)
    ):
        raise BrokenBody("a resource without an id")
    attributes = item.get("attributes") or {}
    if not isinstance(attributes, dict) or item["id"] == "":
        raise BrokenBody("a resource that is not one")
    return Resource(str(item["id"]), str(item.get("type", "")), attributes)
