"""Exact's documents, written by hand in both forms, for values as Python has them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

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
