"""Answers as OData's verbose JSON (`Accept: application/json`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.company.company import Row, Value
from sandbox.exact.atom import Entry, key_text
from sandbox.exact.edm import json_milliseconds
from sandbox.exact.entity_sets import EntitySet


def _value(edm_type: str, value: Value) -> Any:
    if value is None:
        return None
    if isinstance(value, datetime):
        return json_milliseconds(value)
    if edm_type == "Int64":
        return str(value)  # beyond what a JavaScript number holds
    if edm_type == "Boolean":
        return bool(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _properties(entity_set: EntitySet, row: Row, select: Sequence[str], root: str) -> dict[str, Any]:
    uri = f"{root}{key_text(entity_set, row)}"
    found: dict[str, Any] = {
        "__metadata": {"uri": uri, "type": f"Exact.Web.Api.Models.{entity_set.type_name}"}
    }
    for name in select:
        found[name] = _value(entity_set.fields[name], row.get(name))
    return found


def entry(one: Entry, *, root: str) -> dict[str, Any]:
    found = _properties(one.entity_set, one.row, one.select, root)
    for name in one.links:
        found[name] = {"__deferred": {"uri": f"{found['__metadata']['uri']}/{name}"}}
    for name, (child_set, select, rows) in (one.children or {}).items():
        found[name] = {"results": [_properties(child_set, row, select, root) for row in rows]}
    return found


def feed(
    entries: Iterable[Entry], *, root: str, next_link: str | None = None, count: int | None = None
) -> str:
    data: dict[str, Any] = {"results": [entry(one, root=root) for one in entries]}
    if count is not None:
        data["__count"] = str(count)
    if next_link is not None:
        data["__next"] = next_link
    return _dump({"d": data})


def single(one: Entry, *, root: str) -> str:
    return _dump({"d": entry(one, root=root)})


def error(message: str) -> str:
    return _dump({"error": {"code": "", "message": {"lang": "", "value": message}}})


def function_result(values: Mapping[str, tuple[str, Value]]) -> str:
    return _dump({"d": {"results": [{name: _value(*typed) for name, typed in values.items()}]}})


def _dump(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
