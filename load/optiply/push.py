"""Send exactly the differences of the plan to Optiply.

Killed at any instant and started again, the result is the same as undisturbed: intents are committed before
their requests, outcomes after, and open intents are settled by asking Optiply before anything is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import duckdb

from apis.optiply import OptiplyClient
from load.ledger import Ledger
from load.optiply import plan_rows
from load.optiply.entities import ENTITIES
from load.optiply.entity_push import EntityPush
from load.optiply.gone import forget_gone
from load.optiply.lost_ledger import stop_on_lost_ledger
from load.optiply.result import Notice, PushResult
from load.optiply.send import Sender
from load.optiply.settle import settle
from warehouse.runs import Counts


def silent(_: str) -> None:
    """A report that nobody reads."""


def push(
    connection: duckdb.DuckDBPyConnection,
    client: OptiplyClient,
    *,
    run_id: str,
    now: Callable[[], datetime],
    workers: int = 4,
    entities: Sequence[str] | None = None,
    allow_mass_delete: bool = False,
    retry_refused: bool = False,
    stock_only: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    report: Callable[[str], None] = silent,
) -> PushResult:
    """Push `plan.plan_optiply`. Entities go one after the other, parents first; `entities` limits them.

    allow_mass_delete: also what the brake holds. retry_refused: also what was refused before. stock_only: push
    `plan.plan_optiply_stock` instead, changed stock levels of products and nothing else.
    Raises LedgerMissing, PlanMissing, and StopRun (credentials) after the ledger is settled.
    """
    known = {entity.name for entity in ENTITIES}
    if unknown := sorted(set(entities or ()) - known):
        raise ValueError(f"{', '.join(unknown)} cannot be pushed; these can: {', '.join(sorted(known))}")
    table = plan_rows.STOCK_PLAN if stock_only else plan_rows.WHOLE_PLAN
    if stock_only:
        entities = ("products",)
    plan_rows.require_plan(connection, table)
    ledger = Ledger(connection, run_id=run_id)
    stop_on_lost_ledger(ledger, client)
    settled = settle(connection, client, run_id=run_id, now=now, sleep=sleep)
    if settled.done or settled.undone or settled.still_open:
        report(
            f"requests a stopped run left open: {settled.done} had arrived, {settled.undone} had not, "
            f"{settled.still_open} could not be asked about"
        )
    condition = plan_rows.sendable(allow_mass_delete=allow_mass_delete, retry_refused=retry_refused)
    counts: dict[str, Counts] = {}
    chosen = [entity for entity in ENTITIES if entities is None or entity.name in entities]
    notices: list[Notice] = []
    if not stock_only:
        notices += forget_gone(ledger, [entity.name for entity in chosen])
    stopped: str | None = None
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="optiply") as pool:
        sender = Sender(client, now=now, sleep=sleep)
        for entity in chosen:
            one = EntityPush(ledger, sender, pool, entity, table, condition, now, report)
            stopped = one.run()
            counts[entity.name] = one.counts
            notices += one.notices
            if stopped:
                break
    ledger.prune(now=now())
    return PushResult(counts, tuple(notices), settled.done, settled.undone, stopped)
