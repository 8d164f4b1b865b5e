"""The JSON:API dialect of Optiply: one resource, one page of a list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

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
    has_next: bool


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
    return ListPage([_resource(item) for item in data], isinstance(links, dict) and bool(links.get("next")))


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
