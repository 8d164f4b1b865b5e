"""The ledger: what each side has accepted, what was about to be sent, what was refused.

One writer: all methods are called from the thread that owns the DuckDB connection. An intent is committed
before its request leaves, its outcome after the answer, each batch in one transaction. A process killed in
between leaves open intents behind, never a request that nobody knows of.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import duckdb

from load.ledger import records
from load.ledger.entries import Intent, KnownRecord, Operation, Outcome, Target, naive_utc
from load.ledger.incoming import (
    INTENT_SCHEMA,
    OUTCOME_SCHEMA,
    arriving,
    intent_row,
    outcome_rows,
    write_incoming,
)
from load.ledger.refusals import end_refusals, write_refusals

BATCH_SIZE = 100  # each batch reads all records once or twice; what was under way is asked about after a kill
KEEP_SETTLED = timedelta(days=90)  # settled intents, for whoever asks what was sent when
OPEN = "(outcome is null or outcome = 'unknown')"


class Ledger:
    """The ledger of one warehouse, written for one run."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, run_id: str) -> None:
        self.connection = connection
        self.run_id = run_id

    def intent(
        self,
        target: Target,
        entity: str,
        remote_id: str,
        operation: Operation,
        *,
        at: datetime,
        optiply_id: str | None = None,
        payload: str | None = None,
        payload_hash: str | None = None,
    ) -> Intent:
        """A new intent; it counts only once `open` has committed it."""
        return Intent(
            intent_id=uuid.uuid4().hex,
            target=target,
            entity=entity,
            remote_id=remote_id,
            operation=operation,
            optiply_id=optiply_id,
            payload=payload,
            payload_hash=payload_hash,
            intended_at=naive_utc(at),
        )

    def open(self, intents: Sequence[Intent]) -> None:
        """Commit intents: after this returns their requests may be sent."""
        rows = [intent_row(intent, self.run_id) for intent in intents]
        with self.transaction(), arriving(self.connection, rows, INTENT_SCHEMA):
            columns = ", ".join(INTENT_SCHEMA.names)
            self.connection.execute(f"insert into ledger.intents ({columns}) select {columns} from arriving")

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Commit outcomes with all that follows from them for `records` and `refusals`."""
        with self.transaction():
            self.write_outcomes(outcomes)

    def write_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Like `settle`, inside a transaction that the caller holds."""
        left = [key for outcome in outcomes for key in records.leaving(outcome)]
        records.forget_children(self.connection, left)
        self.forget([key for outcome in outcomes for key in outcome.gone])
        write_incoming(self.connection, outcome_rows(outcomes), OUTCOME_SCHEMA)
        oldest = min((outcome.intent.intended_at for outcome in outcomes), default=None)
        self.connection.execute(
            """
            update ledger.intents
            set outcome = incoming.outcome, status_code = incoming.status_code,
                message = incoming.message, created_id = incoming.created_id,
                settled_at = incoming.settled_at
            from incoming
            where intents.intent_id = incoming.intent_id
                and intents.intended_at >= ?  -- so that months of settled intents are not read
            """,
            [oldest],
        )
        records.write_accepted(self.connection, self.run_id, outcomes)
        end_refusals(self.connection)
        if any(outcome.result == "refused" for outcome in outcomes):
            write_refusals(self.connection)

    def forget(self, keys: Sequence[tuple[str, str]]) -> None:
        """Take out records (entity, remote id) that Optiply no longer holds, and what it deleted with them."""
        records.forget(self.connection, keys)

    def distrust(self, keys: Sequence[tuple[str, str]]) -> None:
        """These records stand in another state than the ledger says: the next plan sends all of them."""
        records.distrust(self.connection, keys)

    def remember(self, known: Sequence[KnownRecord], *, at: datetime) -> int:
        """Write records known by id only; one that stands there with that id keeps its payload.

        Returns how many were written. Belongs into a transaction that the caller holds.
        """
        return records.remember(self.connection, known, run_id=self.run_id, at=at)

    def open_intents(self, target: Target, operations: Iterable[Operation]) -> list[Intent]:
        """Intents without a settled outcome, oldest first: their requests may or may not have been done."""
        rows = self.connection.execute(
            f"""
            select
                intent_id, target, entity, remote_id, operation, optiply_id, payload, payload_hash,
                intended_at
            from ledger.intents
            where target = ? and list_contains(?, operation) and {OPEN}
            order by intended_at, intent_id
            """,
            [target, list(operations)],
        ).fetchall()
        return [Intent(*row) for row in rows]

    def prune(self, *, now: datetime) -> int:
        """Drop settled intents older than KEEP_SETTLED; returns how many. Open ones and rebuilds stay, and all
        of them where no record is known, because they are then the only sign of a history."""
        (count,) = self._one(
            f"""
            delete from ledger.intents
            where not {OPEN} and operation <> 'rebuild' and settled_at < ? and exists (from ledger.records)
            """,
            [naive_utc(now) - KEEP_SETTLED],
        )
        return int(count)

    def has_history(self) -> bool:
        """False on a ledger that is new or was lost: it knows no record, and nothing was ever intended.

        A rebuild counts when it was finished.
        """
        (known,) = self._one(
            """
            select exists (from ledger.records) or exists (from ledger.exports)
                or exists (from ledger.intents where operation <> 'rebuild' or outcome = 'accepted')
            """
        )
        return bool(known)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the body or nothing of it."""
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def _one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        row = self.connection.execute(sql, list(parameters)).fetchone()
        if row is None:
            raise LookupError("the statement gave no row")
        return row
