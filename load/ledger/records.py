"""`ledger.records`: the state that Optiply last accepted, one row per record. Called inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import duckdb

from load.ledger.entries import KnownRecord, Outcome, naive_utc
from load.ledger.incoming import KEY_SCHEMA, KNOWN_SCHEMA, write_incoming
from load.optiply.entities import CASCADES

Key = tuple[str, str]  # entity, remote id


def leaving(outcome: Outcome) -> Iterator[Key]:
    """Records that left Optiply, if only to be made anew: what hung on them is gone too."""
    yield from outcome.gone
    intent = outcome.intent
    left = outcome.result == "accepted" and intent.operation in ("delete", "replace")
    if intent.target == "optiply" and (left or outcome.forget):
        yield intent.entity, intent.remote_id


def forget_children(connection: duckdb.DuckDBPyConnection, parents: Sequence[Key]) -> None:
    """Take out what Optiply deleted together with these records. A child known by its id only stays: the
    next plan sends it, and the answer (404) tells."""
    for cascade in CASCADES:
        remote_ids = [remote_id for entity, remote_id in parents if entity == cascade.parent]
        if not remote_ids:
            continue
        children = connection.execute(
            """
            delete from ledger.records
            where entity = ? and list_contains(?, json_extract_string(payload, '$.' || ?))
            returning entity, remote_id
            """,
            [cascade.child, remote_ids, cascade.key],
        ).fetchall()
        parents = [*parents, *children]


def forget(connection: duckdb.DuckDBPyConnection, keys: Sequence[Key]) -> None:
    """Take out records (entity, remote id) that Optiply no longer holds, and what it deleted with them."""
    forget_children(connection, keys)
    if not keys:
        return
    write_incoming(connection, _rows(keys), KEY_SCHEMA)
    connection.execute(
        """
        delete from ledger.records using incoming
        where records.entity = incoming.entity and records.remote_id = incoming.remote_id
        """
    )


def distrust(connection: duckdb.DuckDBPyConnection, keys: Sequence[Key]) -> None:
    """These records stand in another state than the ledger says: the next plan sends all of them."""
    if not keys:
        return
    write_incoming(connection, _rows(keys), KEY_SCHEMA)
    connection.execute(
        """
        update ledger.records set payload = null, payload_hash = null
        from incoming
        where records.entity = incoming.entity and records.remote_id = incoming.remote_id
        """
    )


def _rows(keys: Sequence[Key]) -> list[dict[str, str]]:
    return [{"entity": entity, "remote_id": remote_id} for entity, remote_id in keys]


def write_accepted(connection: duckdb.DuckDBPyConnection, run_id: str, outcomes: Sequence[Outcome]) -> None:
    """From these outcomes, which are in `incoming`: what was accepted, what left, what stands in an unknown state.

    Each statement reads all records once, so those that no outcome calls for are left out.
    """
    connection.execute(
        """
        delete from ledger.records using incoming
        where records.entity = incoming.entity and records.remote_id = incoming.remote_id
            and (incoming.remembers or incoming.forgets)
        """
    )
    if any(outcome.created_id not in (None, outcome.intent.optiply_id) for outcome in outcomes):
        # An Optiply id belongs to one remote id: a record adopted under another remote id moves (SP7).
        # Two statements: with `or` between the keys DuckDB compares every record with every outcome.
        connection.execute(
            """
            delete from ledger.records using incoming
            where records.entity = incoming.entity and records.optiply_id = incoming.created_id
                and incoming.remembers
            """
        )
    connection.execute(
        """
        insert into ledger.records
            (entity, remote_id, optiply_id, payload, payload_hash, accepted_at, run_id)
        select entity, remote_id, created_id, payload, payload_hash, settled_at, ?
        from incoming
        where is_remembered
        """,
        [run_id],
    )
    if any(outcome.payload_unknown for outcome in outcomes):
        connection.execute(
            """
            update ledger.records set payload = null, payload_hash = null
            from incoming
            where incoming.payload_unknown and incoming.target = 'optiply'
                and records.entity = incoming.entity and records.remote_id = incoming.remote_id
            """
        )


def remember(
    connection: duckdb.DuckDBPyConnection, records: Sequence[KnownRecord], *, run_id: str, at: datetime
) -> int:
    """Write records known by id only; one that stands there with that id keeps its payload.

    Returns how many were written. Belongs into a transaction that the caller holds.
    """
    write_incoming(connection, [record.__dict__ for record in records], KNOWN_SCHEMA)
    connection.execute(
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
        connection.execute(
            f"""
            delete from ledger.records using newly_known
            where records.entity = newly_known.entity and records.{key} = newly_known.{key}
            """
        )
    row = connection.execute(
        """
        insert into ledger.records
            (entity, remote_id, optiply_id, payload, payload_hash, accepted_at, run_id)
        select entity, remote_id, optiply_id, null, null, ?, ? from newly_known
        """,
        [naive_utc(at), run_id],
    ).fetchone()
    return int(row[0]) if row else 0
