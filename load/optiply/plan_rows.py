"""The rows of a plan that are to be sent, beside what the ledger knows at this moment.

The plan was made before open intents were settled, and may be pushed a second time. So every row is read
together with its ledger record, and `due_operation` says what is still to be done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import duckdb
import pyarrow as pa

from load.optiply.payloads import Reference

WHOLE_PLAN = "plan_optiply"
STOCK_PLAN = "plan_optiply_stock"
PAGE_SIZE = 1000  # rows held in memory at a time
RowOperation = Literal["create", "update", "replace", "delete"]
# inside an entity: what leaves goes first, so that a unique pair is free before it is taken again
OPERATIONS: tuple[RowOperation, ...] = ("delete", "replace", "create", "update")


class PlanMissing(Exception):
    """There is no plan in this warehouse."""


@dataclass(frozen=True)
class PlanRow:
    """A plan row with the ledger's view of it.

    known_id, known_hash: the ledger's record now. is_id_taken: the id that the plan meant now belongs to
    another remote id. was_open: an intent stood open when the plan was made, so its differences are void.
    """

    entity: str
    operation: RowOperation
    remote_id: str
    payload: str | None
    payload_hash: str | None
    changed_attributes: str | None
    was_open: bool
    known_id: str | None
    known_hash: str | None
    is_id_taken: bool


def due_operation(row: PlanRow) -> RowOperation | None:
    """What the ledger as it stands still calls for; None: it is done already."""
    if row.operation == "delete":
        return "delete" if row.known_id else None
    if row.known_id is None:
        return None if row.is_id_taken else "create"
    if row.known_hash is not None and row.known_hash == row.payload_hash:
        return None
    return "replace" if row.operation == "replace" else "update"


def sends_everything(row: PlanRow) -> bool:
    """True where the plan's list of changes was made against another state than the ledger has now."""
    return (
        row.operation != "update" or row.was_open or row.known_hash is None or row.changed_attributes is None
    )


def carries_create_only(operation: str, payload: str | None, payload_hash: str | None) -> bool:
    """True for a create whose payload holds what an update must not send, such as the stock level 0 of a product
    under `map_stockLevel: false`: the plan's hash leaves that out."""
    if operation != "create" or payload is None:
        return False
    return hashlib.md5(payload.encode(), usedforsecurity=False).hexdigest() != payload_hash


def sendable(*, allow_mass_delete: bool, retry_refused: bool) -> str:
    """SQL condition on a plan row; `open intent` rows may go because intents are settled before."""
    reasons = ["blocked_by is null", "starts_with(blocked_by, 'open intent')"]
    if allow_mass_delete:
        reasons.append("starts_with(blocked_by, 'brake')")
    if retry_refused:
        reasons.append("starts_with(blocked_by, 'refused')")
    return f"({' or '.join(reasons)})"


def require_plan(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """PlanMissing unless `plan.<table>` stands in the warehouse."""
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = 'plan' and table_name = ?", [table]
    ).fetchone()
    if found is None:
        raise PlanMissing(f"there is no plan.{table}: run exact-optiply transform first")


def count_rows(connection: duckdb.DuckDBPyConnection, table: str, entity: str, condition: str) -> int:
    row = connection.execute(
        f"select count(*) from plan.{table} where entity = ? and {condition}", [entity]
    ).fetchone()
    return int(row[0]) if row else 0


def pages(
    connection: duckdb.DuckDBPyConnection, table: str, entity: str, operation: RowOperation, condition: str
) -> Iterator[list[PlanRow]]:
    """Rows of `plan.<table>` in the order of their remote ids, each page read when it is asked for.

    A record with an intent that is still open is left out: nothing may be sent about it.
    """
    last = ""
    while True:
        found = connection.execute(
            f"""
            with rows as (
                select * from plan.{table}
                where entity = $entity and operation = $operation and remote_id > $last and {condition}
            )
            select
                rows.entity, rows.operation, rows.remote_id, rows.payload, rows.payload_hash,
                rows.changed_attributes,
                coalesce(starts_with(rows.blocked_by, 'open intent'), false),
                records.optiply_id, records.payload_hash,
                exists (
                    from ledger.records as holders
                    where holders.entity = rows.entity and holders.optiply_id = rows.optiply_id
                        and holders.remote_id <> rows.remote_id
                )
            from rows
            left join ledger.records on records.entity = rows.entity and records.remote_id = rows.remote_id
            where not exists (
                from ledger.intents
                where intents.target = 'optiply' and intents.entity = rows.entity
                    and intents.remote_id = rows.remote_id
                    -- a link of what is not known yet may have made it known to Optiply: it must not be created
                    and (intents.operation <> 'link' or records.remote_id is null)
                    and (intents.outcome is null or intents.outcome = 'unknown')
            )
            order by rows.remote_id
            limit {PAGE_SIZE}
            """,
            {"entity": entity, "operation": operation, "last": last},
        ).fetchall()
        if not found:
            return
        yield [PlanRow(*row) for row in found]
        last = found[-1][2]


def optiply_ids(connection: duckdb.DuckDBPyConnection, references: set[Reference]) -> dict[Reference, str]:
    """Optiply's ids of those references that the ledger holds."""
    wanted = pa.table(
        {
            "entity": pa.array([reference.entity for reference in references], pa.string()),
            "remote_id": pa.array([reference.remote_id for reference in references], pa.string()),
        }
    )
    connection.register("wanted", wanted)
    try:
        found = connection.execute(
            "select entity, remote_id, optiply_id from wanted join ledger.records using (entity, remote_id)"
        ).fetchall()
    finally:
        connection.unregister("wanted")
    return {Reference(entity, remote_id): optiply_id for entity, remote_id, optiply_id in found}
