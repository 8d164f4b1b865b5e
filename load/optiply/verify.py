"""Does Optiply still hold what the ledger says it accepted? People and other integrations change things there.

The whole account is read; nothing is written to Optiply. A repair corrects the ledger only, so that the next plan
sees the difference and the next push mends it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from apis.optiply import OptiplyClient
from load.ledger import KnownRecord, Ledger
from load.optiply.comparison import Comparison, Drift
from load.optiply.entities import ENTITIES


@dataclass
class VerifyResult:
    """`checked`: records of ours that were read, per entity. `pending`: rows of the plan still to be sent."""

    checked: dict[str, int] = field(default_factory=dict)
    pending: dict[str, int] = field(default_factory=dict)
    drift: list[Drift] = field(default_factory=list)
    repaired: int = 0


def verify(
    connection: duckdb.DuckDBPyConnection,
    client: OptiplyClient,
    *,
    coupling_id: int,
    run_id: str,
    now: Callable[[], datetime],
    repair: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> VerifyResult:
    """Compare every entity. `repair`: the ledger forgets what is missing, learns what is unknown or moved, and no
    longer trusts the payload of what was changed. What stands there twice is only shown.

    Records with an open request are left out: a push asks about those.
    """
    ledger = Ledger(connection, run_id=run_id)
    result = VerifyResult(pending=_pending(connection))
    for entity in ENTITIES:
        comparison = Comparison(connection, entity, coupling_id)
        for page in client.list(entity.name):
            comparison.read(page)
        if comparison.has_lines:
            for page in client.list(entity.nested_entity):
                comparison.read_lines(page)
        found = comparison.drift()
        result.checked[entity.name] = len(comparison.standing)
        result.drift += found
        if repair:
            result.repaired += _repair(ledger, found, at=now())
        report(f"{entity.name}: {len(comparison.standing)} of ours in Optiply, {len(found)} differ")
    return result


def _pending(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    try:
        return dict(
            connection.execute("select entity, count(*) from plan.plan_pending group by entity").fetchall()
        )
    except duckdb.CatalogException:
        return {}  # no transform yet


def _repair(ledger: Ledger, found: list[Drift], *, at: datetime) -> int:
    learn = [
        KnownRecord(drift.entity, drift.remote_id, drift.optiply_id)
        for drift in found
        if drift.kind in ("unknown", "moved")
    ]
    with ledger.transaction():
        ledger.forget([(drift.entity, drift.remote_id) for drift in found if drift.kind == "missing"])
        ledger.remember(learn, at=at)
        ledger.distrust([(drift.entity, drift.remote_id) for drift in found if drift.kind == "changed"])
    return sum(drift.kind != "twice" for drift in found)
