"""Literals and filters of OData 2, built here and nowhere else: no caller puts quotes around anything.

and_(eq("YourRef", "12345"), eq("Supplier", Guid("559e9212-…")))
gt("Timestamp", Int64(1))    ge("Modified", datetime(2024, 1, 31))
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from decimal import Decimal

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Guid(str):
    """Text that is a guid, written guid'…'. ValueError where it is not one."""

    __slots__ = ()

    def __new__(cls, value: str) -> Guid:
        if _GUID.fullmatch(value) is None:
            raise ValueError("not a guid")
        return super().__new__(cls, value.lower())


class Int64(int):
    """A number of an Edm.Int64 field, written 123L."""

    __slots__ = ()


def literal(value: str | bool | int | float | Decimal | datetime) -> str:
    """The value as a filter writes it: guid'…', datetime'…', 'text' (quotes doubled), 123L, 12.5, true."""
    if isinstance(value, Guid):
        return f"guid'{value}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Int64):
        return f"{int(value)}L"
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            raise ValueError("Exact's dates carry no zone: pass the naive wall time")
        text = value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
        return f"datetime'{text}'"
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a finite number")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def eq(field: str, value: str | bool | int | float | Decimal | datetime) -> str:
    return _compare(field, "eq", value)


def ne(field: str, value: str | bool | int | float | Decimal | datetime) -> str:
    return _compare(field, "ne", value)


def gt(field: str, value: int | float | Decimal | datetime) -> str:
    return _compare(field, "gt", value)


def ge(field: str, value: int | float | Decimal | datetime) -> str:
    return _compare(field, "ge", value)


def lt(field: str, value: int | float | Decimal | datetime) -> str:
    return _compare(field, "lt", value)


def le(field: str, value: int | float | Decimal | datetime) -> str:
    return _compare(field, "le", value)


def trimmed_eq(field: str, value: str) -> str:
    """For codes that Exact pads with spaces in front (`crm/Accounts.Code`); slower there than eq."""
    return f"trim({_name(field)}) eq {literal(value.strip())}"


def and_(*filters: str) -> str:
    """All of them. Each is kept whole by brackets."""
    return _join("and", filters)


def or_(*filters: str) -> str:
    return _join("or", filters)


def _join(word: str, filters: tuple[str, ...]) -> str:
    if not filters:
        raise ValueError("no filter to join")
    if len(filters) == 1:
        return filters[0]
    return f" {word} ".join(f"({part})" for part in filters)


def _compare(field: str, operator: str, value: str | bool | int | float | Decimal | datetime) -> str:
    return f"{_name(field)} {operator} {literal(value)}"


def _name(field: str) -> str:
    if _FIELD.fullmatch(field) is None:
        raise ValueError(f"not a field name: {field!r}")
    return field
