"""One value by its Edm type, from Atom text or from a JSON native, to the same Python value."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

Value = str | int | float | bool | datetime | None

_GUID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_JSON_DATE = re.compile(r"/Date\((-?[0-9]+)\)/")
_XML_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?")
_EPOCH = datetime(1970, 1, 1)
_RANGES: Mapping[str, tuple[int, int]] = {
    "Byte": (0, 2**8 - 1),
    "Int16": (-(2**15), 2**15 - 1),
    "Int32": (-(2**31), 2**31 - 1),
    "Int64": (-(2**63), 2**63 - 1),
}
_TEXTS = frozenset({"String", "Binary"})
_BOOLEANS: Mapping[str, bool] = {"true": True, "false": False, "1": True, "0": False}


class EdmError(ValueError):
    """A value that is not of the type its field has. `field` is None where the caller did not name it.

    The message holds the kind of the value and never the value: it may be a customer's.
    """

    def __init__(self, value: object, edm_type: str, field: str | None = None) -> None:
        kind = f"text of {len(value)} characters" if isinstance(value, str) else type(value).__name__
        super().__init__(f"{field + ': ' if field else ''}{kind} is not an Edm.{edm_type}")
        self.edm_type = edm_type
        self.field = field


def parse(value: Any, edm_type: str, field: str | None = None) -> Value:
    """Return the value as Python has it; None stays None; an empty text is None but in text fields, and
    so is a complex value without members.

    edm_type: with or without `Edm.`. Guid: lower case, no braces. DateTime: naive, the wall time as sent
    (JSON's milliseconds are that wall time as if it were UTC). Double: finite float. Byte, Int16, Int32,
    Int64: int. String and Binary: str. Complex: JSON text. Raises EdmError.
    """
    short = edm_type.removeprefix("Edm.")
    if value is None or value == [{}] or (value == "" and short not in _TEXTS):
        return None
    try:
        return _PARSERS[short](value)
    except (ValueError, OverflowError):
        raise EdmError(value, short, field) from None


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _guid(value: Any) -> str:
    match = _GUID.fullmatch(_string(value))
    if match is None:
        raise ValueError
    return match[1].lower()


def _datetime(value: Any) -> datetime:
    text = _string(value)
    if match := _JSON_DATE.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(match[1]))
    if _XML_DATE.fullmatch(text) is None:
        raise ValueError
    return datetime.fromisoformat(text)


def _double(value: Any) -> float:
    if isinstance(value, bool) or not (isinstance(value, int | float) or _NUMBER.fullmatch(_string(value))):
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value) if isinstance(value, int) else _string(value)
    if text not in _BOOLEANS:
        raise ValueError
    return _BOOLEANS[text]


def _integer(edm_type: str) -> Callable[[Any], int]:
    lowest, highest = _RANGES[edm_type]

    def parse_integer(value: Any) -> int:
        if isinstance(value, bool) or not (isinstance(value, int) or _INTEGER.fullmatch(_string(value))):
            raise ValueError
        number = int(value)
        if not lowest <= number <= highest:
            raise ValueError
        return number

    return parse_integer


def _complex(value: Any) -> str:
    if not isinstance(value, list):
        raise ValueError
    return json.dumps(_as_text(value), ensure_ascii=False, sort_keys=True)


def _as_text(value: Any) -> Any:
    """Leaves as Atom writes them, so that both forms give one text."""
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, dict):
        return {name: _as_text(item) for name, item in value.items()}
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


_PARSERS: Mapping[str, Callable[[Any], Value]] = {
    "String": _string,
    "Binary": _string,
    "Guid": _guid,
    "DateTime": _datetime,
    "Double": _double,
    "Boolean": _boolean,
    "Complex": _complex,
    **{edm_type: _integer(edm_type) for edm_type in _RANGES},
}
