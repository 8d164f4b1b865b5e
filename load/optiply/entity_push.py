"""One entity of one push: its due rows, batch by batch, in the order DELETE, POST, PATCH."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from apis.errors import StopRun
from load.ledger import BATCH_SIZE, Ledger, Outcome
from load.optiply import plan_rows
from load.optiply.entities import Entity
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
from load.optiply.result import Notice, NoticeKind
from load.optiply.send import Sender, Task
from warehouse.runs import Counts

Each = TypeVar("Each")
COUNTED_AS: dict[str, str] = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}
# The ledger writes while the requests of the next batch are under way, so that no worker waits for it.
BATCHES_UNDER_WAY = 2


@dataclass(frozen=True)
class _Batch:
    """Tasks whose intents are committed, with their requests."""

    tasks: Sequence[Task]
    futures: Sequence[Future[Outcome]]


class EntityPush:
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
        self.seen = 0
        self.stop: StopRun | None = None

    def run(self) -> str | None:
        """Send all due rows; the reason to stop the whole push, or None. Raises StopRun once all is settled."""
        self._count_what_stays()
        total = plan_rows.count_rows(self.connection, self.table, self.entity.name, self.condition)
        for operation in plan_rows.OPERATIONS:
            self._send(self._tasks(operation, total))
            if self.stop is not None:
                raise self.stop
            if self.sender.down is not None:
                return self.sender.down
        self.counts.failed += total - self.seen  # their intents could not be settled, so they were left alone
        return None

    def _tasks(self, operation: RowOperation, total: int) -> Iterator[Task]:
        for page in self._pages(operation):
            yield from self._due(page)
            self.seen += len(page)
            self.report(f"{self.entity.name}: {self.seen} of {total}")

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
            if operation != "create" and self._carries_create_only(row):
                self._wait(
                    row.remote_id, "waiting: it stands in Optiply since the plan, the next one decides"
                )
                continue
            try:
                yield self._task(row, operation, payloads[row.remote_id], parents)
            except ParentMissing as missing:
                self._wait(row.remote_id, f"waiting: {missing} is not in Optiply")

    def _carries_create_only(self, row: PlanRow) -> bool:
        is_possible = bool(self.entity.create_needs)
        return is_possible and carries_create_only(row.operation, row.payload, row.payload_hash)

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
        create_only = self.entity.create_needs if self._carries_create_only(row) else ()
        return Task(self.entity, intent, sent=sent, whole=whole, parents=own, create_only=create_only)

    def _send(self, tasks: Iterable[Task]) -> None:
        """Send tasks in batches, the next one under way while the ledger learns of the one before; ends with
        nothing under way. What was found gone is sent again, as new."""
        under_way: deque[_Batch] = deque()
        for batch in batched(tasks, BATCH_SIZE):
            under_way.append(self._start(batch))
            while len(under_way) > BATCHES_UNDER_WAY - 1:
                self._finish_first(under_way)
            if self.is_ending:
                break
        while under_way:
            self._finish_first(under_way)

    @property
    def is_ending(self) -> bool:
        return self.stop is not None or self.sender.down is not None

    def _finish_first(self, under_way: deque[_Batch]) -> None:
        gone = self._finish(under_way.popleft())
        if gone and not self.is_ending:
            under_way.append(self._start([self._as_new(task) for task in gone]))

    def _start(self, tasks: Sequence[Task]) -> _Batch:
        """Commit the intents, then let the requests go."""
        self.ledger.open([task.intent for task in tasks])
        return _Batch(tasks, [self.pool.submit(self.sender.send, task) for task in tasks])

    def _finish(self, batch: _Batch) -> list[Task]:
        """Settle a batch; its tasks that are to be sent again as new. Sets `stop` where nothing more may be sent."""
        outcomes = [
            self._outcome(task, future) for task, future in zip(batch.tasks, batch.futures, strict=True)
        ]
        self.ledger.settle(outcomes)
        gone: list[Task] = []
        for task, outcome in zip(batch.tasks, outcomes, strict=True):
            if not (task.intent.operation == "update" and outcome.forget):
                self._count(outcome)
            elif task.can_create:
                gone.append(task)
            else:
                self._wait(task.intent.remote_id, "waiting: gone in Optiply, the next plan creates it again")
        return gone

    def _outcome(self, task: Task, future: Future[Outcome]) -> Outcome:
        if self.stop and future.cancel():
            return Outcome(task.intent, "failed", self.now(), message=f"not sent: {self.stop}")
        try:
            return future.result()
        except StopRun as error:
            self.stop = error
            return Outcome(task.intent, "unknown", self.now(), message=str(error))

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
