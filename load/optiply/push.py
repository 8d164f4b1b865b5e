"""Send exactly the differences of the plan to Optiply.

Killed at any instant and started again, the result is the same as undisturbed: intents are committed before
their requests, outcomes after, and open intents are settled by asking Optiply before anything is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import duckdb

from apis.errors import StopRun
from apis.optiply import OptiplyClient
from load.ledger import BATCH_SIZE, Ledger, Outcome
from load.optiply import plan_rows
from load.optiply.entities import ENTITIES, Entity
from load.optiply.lost_ledger import stop_on_lost_ledger
from load.optiply.payloads import (
    ParentMissing,
    Reference,
    attributes,
    changed_values,
    decode,
    references,
    synced_at,
)
from load.optiply.plan_rows import PlanRow, RowOperation, carries_create_only, due_operation, sends_everything
from load.optiply.result import Notice, NoticeKind, PushResult
from load.optiply.send import Sender, Task
from load.optiply.settle import settle
from warehouse.runs import Counts

Each = TypeVar("Each")
COUNTED_AS: dict[str, str] = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}
# When not one request of a batch this size gets through, Optiply is down: the rest would only wait in vain.
DOWN_AFTER = 10


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
    notices: list[Notice] = []
    stopped: str | None = None
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="optiply") as pool:
        sender = Sender(client, now=now, sleep=sleep)
        for entity in ENTITIES:
            if entities is None or entity.name in entities:
                one = _EntityPush(ledger, sender, pool, entity, table, condition, now, report)
                stopped = one.run()
                counts[entity.name] = one.counts
                notices += one.notices
            if stopped:
                break
    ledger.prune(now=now())
    return PushResult(counts, tuple(notices), settled.done, settled.undone, stopped)


class _EntityPush:
    """One entity of one push."""

    def __init__(
        self,
        ledger: Ledger,
        sender: Sender,
        pool: ThreadPoolExecutor,
        entity: Entity,
        table: str,
        condition: str,
        now: Callable[[], datetime],
        report: Callable[[str], None],
    ) -> None:
        self.ledger = ledger
        self.connection = ledger.connection
        self.sender = sender
        self.pool = pool
        self.entity = entity
        self.table = table
        self.condition = condition
        self.now = now
        self.report = report
        self.counts = Counts()
        self.notices: list[Notice] = []

    def run(self) -> str | None:
        """Send all due rows; the reason to stop the whole push, or None."""
        self._count_what_stays()
        total = plan_rows.count_rows(self.connection, self.table, self.entity.name, self.condition)
        seen = 0
        for operation in plan_rows.OPERATIONS:
            for page in self._pages(operation):
                for batch in batched(self._due(page), BATCH_SIZE):
                    if stopped := self._send(batch):
                        return stopped
                seen += len(page)
                self.report(f"{self.entity.name}: {seen} of {total}")
        self.counts.failed += total - seen  # their intents could not be settled, so they were left alone
        return None

    def _pages(self, operation: RowOperation) -> Iterator[list[PlanRow]]:
        return plan_rows.pages(self.connection, self.table, self.entity.name, operation, self.condition)

    def _count_what_stays(self) -> None:
        """Blocked rows by the plan's reason, and the records that the plan leaves alone."""
        blocked = self.connection.execute(
            f"""
            select remote_id, blocked_by from plan.{self.table}
            where entity = ? and not {self.condition} order by remote_id
            """,
            [self.entity.name],
        )
        while rows := blocked.fetchmany(plan_rows.PAGE_SIZE):
            for remote_id, reason in rows:
                match reason.split(":")[0]:
                    case "refused":
                        self.counts.refused += 1
                        self._notice(remote_id, "refused", reason)
                    case "waiting":
                        self.counts.waiting += 1
                        self._notice(remote_id, "waiting", reason)
                    case _:  # a held stream or a brake is one reason for many rows, not one each
                        self.counts.held += 1
        row = self.connection.execute(
            f"""
            select count(*) from ledger.records
            anti join plan.{self.table} using (entity, remote_id) where entity = ?
            """,
            [self.entity.name],
        ).fetchone()
        self.counts.unchanged += int(row[0]) if row else 0

    def _due(self, page: list[PlanRow]) -> Iterator[Task]:
        """Tasks of a page, with intents that are not committed yet."""
        payloads = {row.remote_id: decode(row.payload) if row.payload else {} for row in page}
        parents = plan_rows.optiply_ids(
            self.connection,
            {each for payload in payloads.values() for each in references(self.entity, payload)},
        )
        for row in page:
            operation = self._operation(row)
            if operation is None:
                self.counts.unchanged += 1
                continue
            if operation != "create" and self.entity.create_needs and carries_create_only(row):
                self._wait(
                    row.remote_id, "waiting: it stands in Optiply since the plan, the next one decides"
                )
                continue
            try:
                yield self._task(row, operation, payloads[row.remote_id], parents)
            except ParentMissing as missing:
                self._wait(row.remote_id, f"waiting: {missing} is not in Optiply")

    def _operation(self, row: PlanRow) -> RowOperation | None:
        operation = due_operation(row)
        if self.table == plan_rows.STOCK_PLAN and (row.known_id is None or sends_everything(row)):
            return None  # more than its stock is due: the whole plan's business
        if operation == "update" and self.entity.nested and sends_everything(row):
            return "replace"  # whether its lines are right is not known, and a PATCH does not carry them
        return operation

    def _task(
        self, row: PlanRow, operation: RowOperation, payload: dict[str, Any], parents: dict[Reference, str]
    ) -> Task:
        intent = self.ledger.intent(
            "optiply",
            self.entity.name,
            row.remote_id,
            operation,
            at=self.now(),
            optiply_id=None if operation == "create" else row.known_id,
            payload=row.payload,
            payload_hash=row.payload_hash,
        )
        if operation == "delete":
            return Task(self.entity, intent)
        stamp = {"remoteDataSyncedToDate": synced_at(intent.intended_at)}
        whole = {**attributes(self.entity, payload, parents), **stamp, "remoteId": row.remote_id}
        changes: dict[str, Any] = {}
        if operation == "update" and row.changed_attributes:
            # with the nulls that clear (C6), which a payload need not hold
            changes = attributes(self.entity, changed_values(row.changed_attributes), parents)
        sent = {**whole, **changes} if sends_everything(row) else {**changes, **stamp}
        if self.entity.with_account:
            whole = {**whole, "accountId": self.sender.client.account_id}
        own = {each: parents[each] for each in references(self.entity, payload)}
        return Task(self.entity, intent, sent=sent, whole=whole, parents=own)

    def _send(self, batch: Sequence[Task]) -> str | None:
        """Intents, requests, outcomes of one batch; then the records that were gone, as new ones."""
        self.ledger.open([task.intent for task in batch])
        futures = [self.pool.submit(self.sender.send, task) for task in batch]
        outcomes: list[Outcome] = []
        stop: StopRun | None = None
        for task, future in zip(batch, futures, strict=True):
            if stop and future.cancel():
                outcomes.append(Outcome(task.intent, "failed", self.now(), message=f"not sent: {stop}"))
                continue
            try:
                outcomes.append(future.result())
            except StopRun as error:
                stop = error
                outcomes.append(Outcome(task.intent, "unknown", self.now(), message=str(error)))
        self.ledger.settle(outcomes)
        gone: list[Task] = []
        for task, outcome in zip(batch, outcomes, strict=True):
            if not (task.intent.operation == "update" and outcome.forget):
                self._count(outcome)
            elif task.can_create:
                gone.append(task)
            else:
                self._wait(task.intent.remote_id, "waiting: gone in Optiply, the next plan creates it again")
        if stop:
            raise stop
        answered = ("accepted", "refused", "waiting")
        has_none_through = not any(each.result in answered or each.forget for each in outcomes)
        if has_none_through and len(outcomes) >= DOWN_AFTER:
            return f"Optiply does not answer: {outcomes[-1].message}"
        return self._send([self._as_new(task) for task in gone]) if gone else None

    def _as_new(self, task: Task) -> Task:
        old = task.intent
        intent = self.ledger.intent(
            old.target,
            old.entity,
            old.remote_id,
            "create",
            at=self.now(),
            payload=old.payload,
            payload_hash=old.payload_hash,
        )
        return Task(self.entity, intent, sent=task.whole, whole=task.whole, parents=task.parents)

    def _count(self, outcome: Outcome) -> None:
        operation, remote_id = outcome.intent.operation, outcome.intent.remote_id
        message = outcome.message or ""
        if outcome.result == "accepted":
            name = COUNTED_AS[operation]
            setattr(self.counts, name, getattr(self.counts, name) + 1)
            if message:
                self._notice(remote_id, "noted", message)
        elif outcome.result == "refused":
            self.counts.refused += 1
            self._notice(remote_id, "refused", message)
        elif outcome.result == "waiting":
            self._wait(remote_id, message)
        else:
            self.counts.failed += 1
            self._notice(remote_id, "failed", message)

    def _wait(self, remote_id: str, reason: str) -> None:
        self.counts.waiting += 1
        self._notice(remote_id, "waiting", reason)

    def _notice(self, remote_id: str, kind: NoticeKind, reason: str) -> None:
        self.notices.append(Notice(self.entity.name, remote_id, kind, reason))


def batched(rows: Iterable[Each], size: int) -> Iterator[list[Each]]:
    """Lists of at most `size` of them, in order."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
