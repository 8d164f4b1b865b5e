"""A body held against what Exact lets write (`apis/exact/write_endpoints.json`), before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from load.exact.sinks.names import NAMED

COLLECTION = re.compile(r"Collection\((?P<path>.+)\)")
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
INT_BOUNDS = {"Int16": 2**15, "Int32": 2**31, "Int64": 2**63}


@cache
def write_rules() -> Mapping[str, Mapping[str, Any]]:
    """By path: `post` (Edm type by field), `required`, `read_only`."""
    text = (files("apis.exact") / "write_endpoints.json").read_text(encoding="utf-8")
    rules: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return rules


def problems(path: str, body: Mapping[str, Any], *, names_allowed: bool) -> list[str]:
    """What is wrong with the body of a POST, in words that name the field; empty when it can be sent.

    names_allowed: a code or a name may still stand where a guid belongs (see `names.NAMED`).
    """
    return list(_problems(path, body, "", names_allowed))


def _problems(path: str, body: Mapping[str, Any], where: str, names_allowed: bool) -> Iterator[str]:
    rule = write_rules()[path]
    types: Mapping[str, str] = rule["post"]
    for name in sorted(rule["required"]):
        if body.get(name) in (None, "", []):
            yield f"{where}{name} is mandatory"
    read_only: Collection[str] = rule["read_only"]
    for name, value in body.items():
        if name not in types:
            is_known = name in read_only
            yield f"{where}{name} " + ("is read-only" if is_known else f"is no field of {path}")
        elif lines := COLLECTION.fullmatch(types[name]):
            yield from _line_problems(lines["path"], f"{where}{name}", value, names_allowed)
        elif not (names_allowed and name in NAMED and isinstance(value, str)) and not _fits(
            types[name], value
        ):
            yield f"{where}{name}: {value!r} is no {types[name]}"


def _line_problems(path: str, where: str, value: Any, names_allowed: bool) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(line, Mapping) for line in value):
        yield f"{where} is no list of lines"
    elif path not in write_rules():
        if value:
            yield f"{where} cannot be sent"
    else:
        for number, line in enumerate(value, start=1):
            yield from _problems(path, line, f"{where} {number}: ", names_allowed)


def _fits(edm_type: str, value: Any) -> bool:
    if edm_type in INT_BOUNDS:
        bound = INT_BOUNDS[edm_type]
        return isinstance(value, int) and not isinstance(value, bool) and -bound <= value < bound
    return _FITS[edm_type](value)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "Boolean": lambda value: isinstance(value, bool),
    "Byte": lambda value: isinstance(value, int) and 0 <= value <= 255,
    "Binary": lambda value: isinstance(value, str),
    "DateTime": _is_date,
    "Double": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "Guid": lambda value: isinstance(value, str) and GUID.fullmatch(value) is not None,
    "String": lambda value: isinstance(value, str),
}
