"""Intents and outcomes as Arrow tables, for statements that write a whole batch at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from load.ledger.entries import Intent, Outcome, naive_utc

MESSAGE_LENGTH = 500

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
        ("is_remembered", pa.bool_()),
        ("position", pa.int32()),
    ]
)
KEY_SCHEMA = pa.schema([(name, pa.string()) for name in ("entity", "remote_id")])
KNOWN_SCHEMA = pa.schema([(name, pa.string()) for name in ("entity", "remote_id", "optiply_id")])


def write_incoming(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, Any]], schema: pa.Schema
) -> None:
    """Make `incoming` a table of these rows, until the next call: a temporary one, since every statement over an
    Arrow table costs more than the copy."""
    with arriving(connection, rows, schema):
        connection.execute("create or replace temp table incoming as from arriving")


@contextmanager
def arriving(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, Any]], schema: pa.Schema
) -> Iterator[None]:
    """Within the body `arriving` is an Arrow table of these rows, for a statement that reads it once."""
    connection.register("arriving", pa.Table.from_pylist(list(rows), schema=schema))
    try:
        yield
    finally:
        connection.unregister("arriving")


def intent_row(intent: Intent, run_id: str) -> dict[str, Any]:
    """A row of INTENT_SCHEMA."""
    return {**intent.__dict__, "run_id": run_id}


def outcome_rows(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Rows of OUTCOME_SCHEMA. Of two about one record, or about one id, only the later is remembered."""
    rows = [_outcome_row(outcome) | {"position": number} for number, outcome in enumerate(outcomes)]
    seen: set[tuple[str, str, str]] = set()
    for row in reversed(rows):
        keys = {("record", row["entity"], row["remote_id"]), ("id", row["entity"], row["created_id"])}
        row["is_remembered"] = row["remembers"] and seen.isdisjoint(keys)
        if row["remembers"]:
            seen |= keys
    return rows


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    accepted = outcome.result == "accepted"
    is_record = outcome.intent.target == "optiply" and outcome.intent.operation not in ("link", "rebuild")
    deletes = outcome.intent.operation == "delete"
    return {
        **outcome.intent.__dict__,
        "payload": outcome.accepted_payload or outcome.intent.payload,
        "outcome": outcome.result,
        "status_code": outcome.status_code,
        "message": outcome.message[:MESSAGE_LENGTH] if outcome.message else None,
        "created_id": outcome.created_id or (outcome.intent.optiply_id if accepted else None),
        "settled_at": naive_utc(outcome.at),
        "remembers": is_record and accepted and not deletes,
        "forgets": is_record and ((accepted and deletes) or outcome.forget),
        "payload_unknown": outcome.payload_unknown,
    }
