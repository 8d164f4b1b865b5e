"""Where the reading of a stream stands. Kept in dlt's resource state, written with the rows it stands for.

A read saves the link to its next page with each batch, so that a killed read goes on there; the cursor moves
only when the read has come to its end, because no endpoint promises an order of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Unfinished:
    """A read that has not come to its end. `next_link`: the page to ask for. `highest`: highest cursor value
    so far. `began`: when it began, as the cursor counts. `signature`: what was asked for; another question
    cannot go on with this link."""

    next_link: str
    highest: int | str | None
    began: str
    signature: str


@dataclass(frozen=True)
class Bookmark:
    """`cursor`: highest value read by a complete read: a row version, or naive time as ISO text; None where
    the stream was never read to its end, or has no cursor. `start_date`: the oldest date that read asked for,
    None for no limit. `older_than`: newest load id before the last read that brought rows, for streams whose
    rows are replaced as sets. `fields`: fingerprint of the fields that were read; with other fields everything
    has to be read again, or older rows would lack them. `division_dates`: when the division had last moved, as
    far as known; row versions of another time say nothing."""

    cursor: int | str | None = None
    start_date: str | None = None
    older_than: str | None = None
    fields: str | None = None
    division_dates: str | None = None
    unfinished: Unfinished | None = None

    def to_state(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def from_state(state: Mapping[str, Any] | None) -> Bookmark:
    if not state:
        return Bookmark()
    unfinished = state.get("unfinished")
    return Bookmark(**{**state, "unfinished": Unfinished(**unfinished) if unfinished else None})
