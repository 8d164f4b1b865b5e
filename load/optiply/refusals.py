"""Plain advice for what Optiply refuses. The table is `refusals.toml`; Optiply's words are not documented, so the
patterns are wide, and words that fit none stand for themselves."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("refusals.toml")


@cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8"))["advice"]
    return tuple(
        (re.compile(entry["pattern"], re.IGNORECASE | re.DOTALL), entry["remedy"]) for entry in entries
    )


def advice(words: str | None) -> str:
    """What to do about a refusal; for unknown words, where to look."""
    for pattern, remedy in _table():
        if pattern.search(words or ""):
            return remedy
    return "look at its payload in ledger.refusals; it is sent again when it changes, or with push --retry-refused"
