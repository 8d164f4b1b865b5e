"""The ledger: what each side has accepted, what was about to be sent, what was refused.

One writer: all methods are called from the thread that owns the DuckDB connection. An intent is committed
before its request leaves, its outcome after the answer, each batch in one transaction. A process killed in
between leaves open intents behind, never a request that nobody knows of.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import duckdb
import pyarrow as pa

from load.optiply.entities import CASCADES

Target = Literal["optiply", "exact"]
Operation = Literal["create", "update", "replace", "delete", "link", "rebuild"]
Result = Literal["accepted", "refused", "waiting", "failed", "unknown"]

BATCH_SIZE = 50  # 1,000 outcomes cost 60 ms in batches of 50, 2.9 s one by one
MESSAGE_LENGTH = 500
KEEP_SETTLED = timedelta(days=90)  # settled intents, for whoever asks what was sent when


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
    forget: bool = False
    payload_unknown: bool = False
    gone: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class KnownRecord:
    """A record known by its id only (rebuilt, adopted or exported): its payload is not known."""

    entity: str
    remote_id: str
    optiply_id: str


INTENT_SCHEMA = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("intent_id", "run_id", "target", "entity", "remote_id", "operation")
        ),
        *((name, pa.string()) for name in ("optiply_id", "payload", "payload_hash")),
        ("intended_at", pa.timestamp("us")),
    ]
)
OUTCOME_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("intent_id", "target", "entity", "remote_id", "operation")),
        *((name, pa.string()) for name in ("optiply_id", "payload", "payload_hash", "outcome")),
        ("status_code", pa.int32()),
        ("message", pa.string()),
        ("created_id", pa.string()),
        ("settled_at", pa.timestamp("us")),
        ("remembers", pa.bool_()),
        ("forgets", pa.bool_()),
        ("payload_unknown", pa.bool_()),
        ("position", pa.int32()),
    ]
)
KNOWN_SCHEMA = pa.schema([(name, pa.string()) for name in ("entity", "remote_id", "optiply_id")])
OPEN = "(outcome is null or outcome = 'unknown')"


def naive_utc(moment: datetime) -> datetime:
    """The ledger's form of an instant; a naive one is taken as UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


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
        rows = [{**intent.__dict__, "run_id": self.run_id} for intent in intents]
        with self.transaction(), self._incoming(rows, INTENT_SCHEMA):
            columns = ", ".join(INTENT_SCHEMA.names)
            self.connection.execute(f"insert into ledger.intents ({columns}) select {columns} from incoming")

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Commit outcomes with all that follows from them for `records` and `refusals`."""
        with self.transaction():
            self.write_outcomes(outcomes)

    def write_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Like `settle`, inside a transaction that the caller holds."""
        rows = [_outcome_row(position, outcome) for position, outcome in enumerate(outcomes)]
        self._forget_children([key for outcome in outcomes for key in _leaving(outcome)])
        self.forget([key for outcome in outcomes for key in outcome.gone])
        with self._incoming(rows, OUTCOME_SCHEMA):
            self.connection.execute(
                """
                update ledger.intents
                set outcome = incoming.outcome, status_code = incoming.status_code,
                    message = incoming.message, created_id = incoming.created_id,
                    settled_at = incoming.settled_at
                from incoming where intents.intent_id = incoming.intent_id
                """
            )
            self._write_records()
            self._write_refusals()

    def _forget_children(self, parents: Sequence[tuple[str, str]]) -> None:
        """Take out what Optiply deleted together with these records. A child known by its id only stays: the
        next plan sends it, and the answer (404) tells."""
        for cascade in CASCADES:
            remote_ids = [remote_id for entity, remote_id in parents if entity == cascade.parent]
            if not remote_ids:
                continue
            children = self.connection.execute(
                """
                delete from ledger.records
                where entity = ? and list_contains(?, json_extract_string(payload, '$.' || ?))
                returning entity, remote_id
                """,
                [cascade.child, remote_ids, cascade.key],
            ).fetchall()
            parents = [*parents, *children]

    def forget(self, keys: Sequence[tuple[str, str]]) -> None:
        """Take out records (entity, remote id) that Optiply no longer holds, and what it deleted with them."""
        self._forget_children(keys)
        if keys:
            self.connection.executemany(
                "delete from ledger.records where entity = ? and remote_id = ?", [list(key) for key in keys]
            )

    def distrust(self, keys: Sequence[tuple[str, str]]) -> None:
        """These records stand in another state than the ledger says: the next plan sends all of them."""
        if keys:
            self.connection.executemany(
                """
                update ledger.records set payload = null, payload_hash = null
                where entity = ? and remote_id = ?
                """,
                [list(key) for key in keys],
            )

    def _write_records(self) -> None:
        self.connection.execute(
            """
            delete from ledger.records using incoming
            where records.entity = incoming.entity and records.remote_id = incoming.remote_id
                and (incoming.remembers or incoming.forgets)
            """
        )
        # An Optiply id belongs to one remote id: a record adopted under another remote id moves (SP7).
        # Two statements: with `or` between the keys DuckDB compares every record with every outcome.
        self.connection.execute(
            """
            delete from ledger.records using incoming
            where records.entity = incoming.entity and records.optiply_id = incoming.created_id
                and incoming.remembers
            """
        )
        self.connection.execute(
            """
            insert into ledger.records
                (entity, remote_id, optiply_id, payload, payload_hash, accepted_at, run_id)
            select entity, remote_id, coalesce(created_id, optiply_id), payload, payload_hash, settled_at, ?
            from incoming
            where remembers
            qualify row_number() over (
                partition by entity, coalesce(created_id, optiply_id) order by position desc
            ) = 1 and row_number() over (partition by entity, remote_id order by position desc) = 1
            """,
            [self.run_id],
        )
        self.connection.execute(
            """
            update ledger.records set payload = null, payload_hash = null
            from incoming
            where incoming.payload_unknown and incoming.target = 'optiply'
                and records.entity = incoming.entity and records.remote_id = incoming.remote_id
            """
        )

    def _write_refusals(self) -> None:
        self.connection.execute(
            """
            create or replace temp table refused_before as
            select refusals.* from ledger.refusals
            semi join incoming on refusals.target = incoming.target and refusals.entity = incoming.entity
                and refusals.remote_id = incoming.remote_id
            """
        )
        self.connection.execute(
            """
            delete from ledger.refusals using incoming
            where refusals.target = incoming.target and refusals.entity = incoming.entity
                and refusals.remote_id = incoming.remote_id and incoming.outcome in ('accepted', 'refused')
            """
        )
        self.connection.execute(
            """
            insert into ledger.refusals (
                target, entity, remote_id, operation, payload, payload_hash, status_code, message,
                first_at, last_at, attempts
            )
            select
                incoming.target, incoming.entity, incoming.remote_id, incoming.operation, incoming.payload,
                incoming.payload_hash, incoming.status_code, incoming.message,
                coalesce(refused_before.first_at, incoming.settled_at), incoming.settled_at,
                coalesce(refused_before.attempts, 0) + 1
            from incoming
            left join refused_before on refused_before.target = incoming.target
                and refused_before.entity = incoming.entity and refused_before.remote_id = incoming.remote_id
                and refused_before.payload_hash is not distinct from incoming.payload_hash
            where incoming.outcome = 'refused'
            qualify row_number() over (
                partition by incoming.target, incoming.entity, incoming.remote_id
                order by incoming.position desc
            ) = 1
            """
        )

    def remember(self, records: Sequence[KnownRecord], *, at: datetime) -> int:
        """Write records known by id only; one that stands there with that id keeps its payload.

        Returns how many were written. Belongs into a transaction that the caller holds.
        """
        with self._incoming([record.__dict__ for record in records], KNOWN_SCHEMA):
            self.connection.execute(
                """
                create or replace temp table newly_known as
                with one_each as (
                    select entity, remote_id, optiply_id from incoming
                    qualify row_number() over (
                            partition by entity, remote_id order by try_cast(optiply_id as bigint), optiply_id
                        ) = 1
                        and row_number() over (partition by entity, optiply_id order by remote_id) = 1
                )
                select entity, remote_id, optiply_id from one_each
                anti join ledger.records using (entity, remote_id, optiply_id)
                """
            )
        for key in ("remote_id", "optiply_id"):
            self.connection.execute(
                f"""
                delete from ledger.records using newly_known
                where records.entity = newly_known.entity and records.{key} = newly_known.{key}
                """
            )
        (count,) = self._one(
            """
            insert into ledger.records
                (entity, remote_id, optiply_id, payload, payload_hash, accepted_at, run_id)
            select entity, remote_id, optiply_id, null, null, ?, ? from newly_known
            """,
            [naive_utc(at), self.run_id],
        )
        return int(count)

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

    @contextmanager
    def _incoming(self, rows: list[dict[str, Any]], schema: pa.Schema) -> Iterator[None]:
        self.connection.register("incoming", pa.Table.from_pylist(rows, schema=schema))
        try:
            yield
        finally:
            self.connection.unregister("incoming")

    def _one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        row = self.connection.execute(sql, list(parameters)).fetchone()
        if row is None:
            raise LookupError("the statement gave no row")
        return row


def _leaving(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Records that left Optiply, if only to be made anew: what hung on them is gone too."""
    yield from outcome.gone
    intent = outcome.intent
    left = outcome.result == "accepted" and intent.operation in ("delete", "replace")
    if intent.target == "optiply" and (left or outcome.forget):
        yield intent.entity, intent.remote_id


def _outcome_row(position: int, outcome: Outcome) -> dict[str, Any]:
    accepted = outcome.result == "accepted"
    is_record = outcome.intent.target == "optiply" and outcome.intent.operation not in ("link", "rebuild")
    deletes = outcome.intent.operation == "delete"
    return {
        **outcome.intent.__dict__,
        "outcome": outcome.result,
        "status_code": outcome.status_code,
        "message": outcome.message[:MESSAGE_LENGTH] if outcome.message else None,
        "created_id": outcome.created_id or (outcome.intent.optiply_id if accepted else None),
        "settled_at": naive_utc(outcome.at),
        "remembers": is_record and accepted and not deletes,
        "forgets": is_record and ((accepted and deletes) or outcome.forget),
        "payload_unknown": outcome.payload_unknown,
        "position": position,
    }
