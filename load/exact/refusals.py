"""Exact's refusals in plain words, with what to do (X12). The table is `refusals.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("refusals.toml")


@dataclass(frozen=True)
class Explanation:
    """`is_existing`: Exact says that the record stands there, so it may be ours."""

    pattern: re.Pattern[str]
    cause: str
    remedy: str
    is_existing: bool = False


@cache
def explanations() -> tuple[Explanation, ...]:
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8"))["explanation"]
    return tuple(
        Explanation(
            re.compile(entry["pattern"], re.IGNORECASE | re.DOTALL),
            entry["cause"],
            entry["remedy"],
            entry.get("is_existing", False),
        )
        for entry in entries
    )


def explain(words: str) -> Explanation | None:
    """The first entry that fits Exact's words; None where the words have to speak for themselves."""
    return next((each for each in explanations() if each.pattern.search(words)), None)


def in_plain_words(words: str) -> str:
    """Exact's words, followed by cause and remedy where they are known."""
    found = explain(words)
    return f"{words} (that is: {found.cause}; {found.remedy})" if found else words
