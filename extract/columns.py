"""Values of one field of a page, as the API wrote them -> one Arrow column of the catalogue's type.

Casting is strict, because dlt and DuckDB would cast a wrong type silently or fail the whole load; what does
not fit is a FieldTypeError that names the field. A column of plain text is cast in one vectorised step; what
that step does not take goes value by value to `apis.exact.edm.parse`, which alone says what is valid.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apis.exact.edm import EdmError, parse

GUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
PLAIN_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}"
JSON_TIME = r"^/Date\(-?[0-9]{1,13}\)/$"  # the years 1653 to 2286; others one by one
DIGITS = "^-?[0-9]+$"
BOOLEANS = pa.array(["true", "false", "1", "0"])

# DuckDB type of a raw column -> its Arrow type. Timestamps carry no zone.
ARROW_TYPES: Mapping[str, pa.DataType] = {
    "varchar": pa.string(),
    "boolean": pa.bool_(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us"),
}

# Byte goes by uint8: 256 fits the raw column (smallint) but is no Byte.
_WHOLE_NUMBERS: Mapping[str, pa.DataType] = {
    "Byte": pa.uint8(),
    "Int16": pa.int16(),
    "Int32": pa.int32(),
    "Int64": pa.int64(),
}
_NOT_CAST = (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError)


class FieldTypeError(Exception):
    """A value does not fit the type that the catalogue states for its field. The message names stream and
    field and never holds the value: it may be a customer's."""


def exact_column(field: str, edm_type: str, duckdb_type: str, values: Sequence[Any]) -> pa.Array:
    """Column of an Exact field (`items.Barcode`); the values are those of `apis.exact.edm.parse`."""
    target = ARROW_TYPES[duckdb_type]
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return pa.nulls(len(values), target)
    try:
        column = _cast_at_once(edm_type, kinds, values)
        if column is not None:
            return column.cast(target)
    except _NOT_CAST:
        pass  # one of the values is the reason; it is found below
    try:
        return pa.array([parse(value, edm_type, field) for value in values], target)
    except EdmError as error:
        raise FieldTypeError(str(error)) from None


def _cast_at_once(edm_type: str, kinds: set[type], values: Sequence[Any]) -> pa.Array | None:
    """The whole column in one step, None where its values have to be looked at one by one."""
    if kinds == {str}:
        return _from_texts(edm_type, pa.array(values, pa.string()))
    if kinds == {int} and edm_type in _WHOLE_NUMBERS:
        return pa.array(values, pa.int64()).cast(_WHOLE_NUMBERS[edm_type])
    if kinds <= {int, float} and edm_type == "Double":
        numbers = pa.array([value if value is None else float(value) for value in values], pa.float64())
        return numbers if _all(pc.is_finite(numbers)) else None
    if kinds == {bool} and edm_type == "Boolean":
        return pa.array(values, pa.bool_())
    return None


def _from_texts(edm_type: str, texts: pa.Array) -> pa.Array | None:
    match edm_type:
        case "String" | "Binary":
            return texts
        case "Guid":
            lower = pc.utf8_lower(texts)
            return lower if _all(pc.match_substring_regex(lower, GUID)) else None
        case "DateTime":
            if _all(pc.match_substring_regex(texts, PLAIN_TIME)):
                return texts.cast(ARROW_TYPES["timestamp"])
            if _all(pc.match_substring_regex(texts, JSON_TIME)):
                milliseconds = pc.replace_substring_regex(texts, "[^-0-9]", "").cast(pa.int64())
                return milliseconds.cast(pa.timestamp("ms"))
        case "Double":
            numbers = texts.cast(pa.float64())
            return numbers if _all(pc.is_finite(numbers)) else None
        case "Boolean":
            known = pc.or_(pc.is_in(texts, BOOLEANS), pc.is_null(texts))
            return texts.cast(pa.bool_()) if _all(known) else None
        case _ if edm_type in _WHOLE_NUMBERS:
            plain = _all(pc.match_substring_regex(texts, DIGITS))
            return texts.cast(_WHOLE_NUMBERS[edm_type]) if plain else None
    return None


def _all(fits: pa.Array) -> bool:
    """Whether all values that are not null fit."""
    return bool(pc.all(fits, min_count=0).as_py())


def json_column(field: str, kind: str, values: Sequence[Any]) -> pa.Array:
    """Column of a JSON API's field (`buy_orders.placed`): ids as text, decimals from text or number,
    instants as naive UTC, JSON as text."""
    convert, target, words = _JSON[kind]
    try:
        return pa.array([None if value is None else convert(value) for value in values], target)
    except (TypeError, ValueError, *_NOT_CAST):
        raise FieldTypeError(f"{field}: a value is not {words}") from None


def _id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _json(value: Any) -> str:
    """JSON that comes as text stays as it is."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _instant(value: Any) -> datetime:
    """An instant without zone is UTC."""
    parsed = datetime.fromisoformat(_text(value))
    return parsed if parsed.tzinfo is None else parsed.astimezone(UTC).replace(tzinfo=None)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def _integer(value: Any) -> int:
    """Whole numbers; 12.0 and "12.00" are whole, 12.5 is not."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = _number(value)
    if not number.is_integer():
        raise ValueError
    return int(number)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


_JSON: Mapping[str, tuple[Callable[[Any], Any], pa.DataType, str]] = {
    "id": (_id, pa.string(), "an id"),
    "text": (_text, pa.string(), "text"),
    "json": (_json, pa.string(), "JSON"),
    "instant": (_instant, ARROW_TYPES["timestamp"], "an instant"),
    "integer": (_integer, pa.int64(), "a whole number"),
    "number": (_number, pa.float64(), "a number"),
    "boolean": (_boolean, pa.bool_(), "true or false"),
}
