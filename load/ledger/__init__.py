"""The ledger of one warehouse: what each side has accepted, what was about to be sent, what was refused."""

from __future__ import annotations

from load.ledger.entries import (
    Intent,
    KnownRecord,
    LedgerMissing,
    Operation,
    Outcome,
    Result,
    Target,
    naive_utc,
)
from load.ledger.ledger import BATCH_SIZE, Ledger

__all__ = [
    "BATCH_SIZE",
    "Intent",
    "KnownRecord",
    "Ledger",
    "LedgerMissing",
    "Operation",
    "Outcome",
    "Result",
    "Target",
    "naive_utc",
]
