"""What people have deleted in Optiply: the ledger forgets it, so that the plan's rows create it again (X13)."""

from __future__ import annotations

from collections.abc import Sequence

from load.ledger import Ledger
from load.optiply.plan_rows import require_plan
from load.optiply.result import Notice

TABLE = "plan_optiply_gone"
WORDS = "deleted in Optiply: it comes back from Exact"


def forget_gone(ledger: Ledger, entities: Sequence[str]) -> list[Notice]:
    """Take out the records of `plan.plan_optiply_gone` and what Optiply deleted with them; one notice for each.

    entities: only these. A record that has been created again since the plan was made has another id, and stays.
    Raises PlanMissing.
    """
    require_plan(ledger.connection, TABLE)
    keys = ledger.connection.execute(
        f"""
        select entity, remote_id from plan.{TABLE}
        inner join ledger.records using (entity, remote_id, optiply_id)
        where list_contains(?, entity) order by entity, remote_id
        """,
        [list(entities)],
    ).fetchall()
    if keys:
        with ledger.transaction():
            ledger.forget(keys)
    return [Notice(entity, remote_id, "noted", WORDS) for entity, remote_id in keys]
