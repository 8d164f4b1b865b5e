"""Does Optiply hold the values we meant? It writes decimals as text ("12.50") and instants in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any


def same_values(wanted: Mapping[str, Any], standing: Mapping[str, Any]) -> bool:
    """True where every wanted attribute stands there. Nested lines are left out: no PATCH carries them."""
    return all(
        same_value(value, standing.get(name)) for name, value in wanted.items() if not _is_lines(value)
    )


def same_value(wanted: Any, standing: Any) -> bool:
    """12.5 is "12.50", 7 is "7", midnight is midnight in any notation; None is only None."""
    if wanted is None or standing is None:
        return wanted is standing
    if isinstance(wanted, bool) or isinstance(standing, bool):
        return wanted is standing
    if isinstance(wanted, list) and isinstance(standing, list):
        return len(wanted) == len(standing) and all(map(same_value, wanted, standing))
    if isinstance(wanted, int | float | Decimal):
        return _number(wanted) == _number(standing)
    if wanted == standing:
        return True
    instant = _instant(wanted)
    return instant is not None and instant == _instant(standing)


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _instant(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
