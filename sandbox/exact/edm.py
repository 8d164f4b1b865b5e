"""Edm values as text: in Atom, in keys and links, and back from the JSON or XML of a request."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.company.company import Value

WHOLE = frozenset({"Byte", "Int16", "Int32", "Int64"})
NUMBERS = WHOLE | {"Double"}
RANGES: Mapping[str, tuple[int, int]] = {
    "Byte": (0, 255),
    "Int16": (-(2**15), 2**15 - 1),
    "Int32": (-(2**31), 2**31 - 1),
    "Int64": (-(2**63), 2**63 - 1),
}
GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
MILLISECONDS = re.compile(r"/Date\((-?\d+)\)/")
EPOCH = datetime(1970, 1, 1)


def double_text(value: Any) -> str:
    """As .NET writes it: 99 without a point, large exponents in capitals."""
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number).upper()


def datetime_text(value: Any) -> str:
    """Zone-less, the fraction without trailing zeros: 2022-03-06T23:12:21.49."""
    moment: datetime = value
    text = moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return text.rstrip("0") if moment.microsecond else text


def _whole_text(value: Any) -> str:
    return str(int(value))


def _boolean_text(value: Any) -> str:
    return "true" if value else "false"


# Edm type -> text of a value that is not null. Strings are escaped where they are written.
TEXT: Mapping[str, Callable[[Any], str]] = {
    "String": str,
    "Guid": str,
    "Binary": str,
    "Complex": str,
    "Boolean": _boolean_text,
    "Byte": _whole_text,
    "Int16": _whole_text,
    "Int32": _whole_text,
    "Int64": _whole_text,
    "Double": double_text,
    "DateTime": datetime_text,
}


def literal(edm_type: str, value: Value) -> str:
    """The value as a literal of a URL: guid'..', datetime'..', 'text', 12L."""
    if value is None:
        return "null"
    text = TEXT[edm_type](value)
    if edm_type == "Guid":
        return f"guid'{text}'"
    if edm_type == "DateTime":
        return f"datetime'{text}'"
    if edm_type == "Int64":
        return f"{text}L"
    if edm_type in ("String", "Binary", "Complex"):
        return "'" + text.replace("'", "''") + "'"
    return text


def json_milliseconds(moment: datetime) -> str:
    """`/Date(ms)/`: OData's JSON counts the zone-less time as if it were UTC."""
    return f"/Date({(moment - EPOCH) // timedelta(milliseconds=1)})/"


def parse_datetime(text: str) -> datetime:
    """ISO text without an offset (a closing Z is dropped, as Exact keeps the clock's digits) or `/Date(ms)/`.

    Raises ValueError.
    """
    if match := MILLISECONDS.fullmatch(text):
        return EPOCH + timedelta(milliseconds=int(match[1]))
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None and not text.endswith("Z"):
        raise ValueError(f"{text!r} has an offset")
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def parse_guid(text: str) -> str:
    """Lower case, without braces. Raises ValueError."""
    match = GUID.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a guid")
    return match[1].lower()


def from_request(edm_type: str, value: Any) -> Value:
    """A value of a JSON body as the type's own Python value. Raises ValueError where it does not fit."""
    if value is None:
        return None
    if edm_type == "Boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is not true or false")
        return value
    if edm_type in NUMBERS:
        return _number(edm_type, value)
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    if edm_type == "Guid":
        return parse_guid(value)
    if edm_type == "DateTime":
        return parse_datetime(value)
    return value


def _number(edm_type: str, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    if edm_type == "Double":
        return value if isinstance(value, int) else float(value)
    if int(value) != value:
        raise ValueError(f"{value!r} is not a whole number")
    low, high = RANGES[edm_type]
    if not low <= value <= high:
        raise ValueError(f"{value!r} is out of range")
    return int(value)


def from_text(edm_type: str, text: str) -> Value:
    """The text of an XML element as the type's own Python value. Raises ValueError."""
    if edm_type == "Boolean":
        if text not in ("true", "false", "1", "0"):
            raise ValueError(f"{text!r} is not true or false")
        return text in ("true", "1")
    if edm_type in WHOLE:
        return from_request(edm_type, int(text))
    if edm_type == "Double":
        return from_request(edm_type, float(text))
    return from_request(edm_type, text)
