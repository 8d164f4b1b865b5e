"""JSON text that keeps every digit of a Decimal: a total of 17 integer digits does not fit into a float."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

_SCALARS = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def exact_json(value: Any) -> str:
    """`value`: dict, list, text, number, bool or None. ValueError for NaN and infinity, TypeError for the rest."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is not a JSON number")
        return format(value, "f")  # never 1E+3
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_SCALARS.encode(str(k))}:{exact_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return "[" + ",".join(map(exact_json, value)) + "]"
    return _SCALARS.encode(value)


def parse_exact_json(text: str | bytes) -> Any:
    """The other way round: numbers with a fraction become Decimal."""
    return json.loads(text, parse_float=Decimal)
