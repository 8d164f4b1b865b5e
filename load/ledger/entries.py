"""What a ledger is told and tells: intents, outcomes, records known by their id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Target = Literal["optiply", "exact"]
Operation = Literal["create", "update", "replace", "delete", "link", "rebuild"]
Result = Literal["accepted", "refused", "waiting", "failed", "unknown"]


class LedgerMissing(Exception):
    """The ledger is empty, the Optiply account is not: sending now would create everything a second time."""


@dataclass(frozen=True)
class Intent:
    """One request that changes something. `payload` is JSON text in plan form; `intended_at` naive UTC."""

    intent_id: str
    target: Target
    entity: str
    remote_id: str
    operation: Operation
    optiply_id: str | None
    payload: str | None
    payload_hash: str | None
    intended_at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of an intent.

    created_id: id the other side gave, or of the record that was adopted.
    accepted_payload: JSON text, where less than the intent's payload was accepted or is worth remembering; the
        hash stays the plan's, so that nothing is due again until the plan changes.
    forget: the record no longer stands in Optiply, although the intent was not accepted.
    gone: (entity, remote id) of other records that were found to be gone.
    payload_unknown: the record stands, but in which state is not known; the next plan sends all of it.
    """

    intent: Intent
    result: Result
    at: datetime
    status_code: int | None = None
    message: str | None = None
    created_id: str | None = None
    accepted_payload: str | None = None
    forget: bool = False
    payload_unknown: bool = False
    gone: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class KnownRecord:
    """A record known by its id only (rebuilt, adopted or exported): its payload is not known."""

    entity: str
    remote_id: str
    optiply_id: str


def naive_utc(moment: datetime) -> datetime:
    """The ledger's form of an instant; a naive one is taken as UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
