"""`ledger.refusals`: what a side refused, until its payload changes or it is accepted."""

from __future__ import annotations

import duckdb


def end_refusals(connection: duckdb.DuckDBPyConnection) -> None:
    """What an outcome in `incoming` accepted is no longer refused."""
    connection.execute(
        """
        delete from ledger.refusals using incoming
        where refusals.target = incoming.target and refusals.entity = incoming.entity
            and refusals.remote_id = incoming.remote_id and incoming.outcome = 'accepted'
        """
    )


def write_refusals(connection: duckdb.DuckDBPyConnection) -> None:
    """Write what the outcomes in `incoming` refused; the same payload refused again counts its attempts."""
    connection.execute(
        """
        create or replace temp table refused_before as
        select refusals.* from ledger.refusals
        semi join incoming on refusals.target = incoming.target and refusals.entity = incoming.entity
            and refusals.remote_id = incoming.remote_id
        """
    )
    connection.execute(
        """
        delete from ledger.refusals using incoming
        where refusals.target = incoming.target and refusals.entity = incoming.entity
            and refusals.remote_id = incoming.remote_id and incoming.outcome = 'refused'
        """
    )
    connection.execute(
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
