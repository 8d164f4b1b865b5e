"""One record to Optiply: the request, and what its answer means for the ledger. Touches no database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apis.errors import (
    Conflict,
    ConnectionLost,
    Gone,
    MinuteLimit,
    OutcomeUnknown,
    RecordRefused,
    RequestRefused,
    TryAgain,
)
from apis.optiply import OptiplyClient
from load.ledger import Intent, Outcome, Result
from load.optiply import lookup
from load.optiply.entities import Entity
from load.optiply.payloads import Reference, without

# A request whose client died or gave up may still be worked on: asked sooner, Optiply would not know it yet.
IN_FLIGHT_SECONDS = 5.0
# When of so many records in a row, each tried five times, not one gets through, Optiply is down: the rest would only
# wait in vain.
DOWN_AFTER = 20
BAD_ADDRESS = "not a valid address"


@dataclass(frozen=True)
class Task:
    """An intent that is committed. `sent`: attributes of its request; `whole`: the whole desired state, as a
    POST carries it; `parents`: the records it points at, with their ids; `create_only`: attributes that are not
    ours to compare any more once they were sent."""

    entity: Entity
    intent: Intent
    sent: Mapping[str, Any] = field(default_factory=dict)
    whole: Mapping[str, Any] = field(default_factory=dict)
    parents: Mapping[Reference, str] = field(default_factory=dict)
    create_only: tuple[str, ...] = ()

    @property
    def can_create(self) -> bool:
        """False where the plan left out what only a create must carry."""
        return all(name in self.whole for name in self.entity.create_needs)


class NotConfirmed(Exception):
    """A POST of which nobody knows whether it was done, also after asking."""


class Sender:
    """Sends tasks from any thread. `now`, `sleep`: the clock that stamps outcomes, and how to wait.

    down: that Optiply does not answer, and its last words; nothing is sent any more then. None: it does.
    """

    def __init__(
        self,
        client: OptiplyClient,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client = client
        self.now = now
        self.sleep = sleep
        self.down: str | None = None
        self._lock = threading.Lock()
        self._unanswered = 0

    def send(self, task: Task) -> Outcome:
        """The outcome of one task. Raises StopRun only: everything else concerns this record alone."""
        if self.down is not None:
            return self._outcome(task, "failed", message=f"not sent: {self.down}")
        outcome = self._send(task)
        is_answered = outcome.result in ("accepted", "refused", "waiting") or outcome.forget
        with self._lock:
            self._unanswered = 0 if is_answered else self._unanswered + 1
            if self._unanswered >= DOWN_AFTER:
                self.down = f"Optiply does not answer: {outcome.message}"
        return outcome

    def _send(self, task: Task) -> Outcome:
        try:
            return self._by_operation(task)
        except RecordRefused as refusal:
            return self._outcome(task, "refused", refusal)
        except (MinuteLimit, RequestRefused) as error:  # turned away before any work
            return self._outcome(task, "failed", error)
        except ConnectionLost as error:
            # a repeated PATCH or DELETE may have arrived at an earlier try; a POST is tried once
            never_left = task.intent.operation == "create" and not error.was_sent
            return self._outcome(task, "failed" if never_left else "unknown", error)
        except (TryAgain, OutcomeUnknown, NotConfirmed) as error:
            return self._outcome(task, "unknown", error)

    def _by_operation(self, task: Task) -> Outcome:
        match task.intent.operation:
            case "create":
                return self._create(task)
            case "update":
                return self._update(task)
            case "replace":
                return self._replace(task)
            case "delete":
                self.client.delete(task.entity.name, _id(task))
                return self._outcome(task, "accepted")
            case other:
                raise ValueError(f"{other} is not an operation on a record")

    def _create(self, task: Task) -> Outcome:
        try:
            created_id, note = self._post(task)
        except RecordRefused as refusal:
            return self._refused_create(task, refusal)
        return self._outcome(task, "accepted", note=note, created_id=created_id)

    def _refused_create(self, task: Task, refusal: RecordRefused, *, forget: bool = False) -> Outcome:
        """Not every refusal is about the record: it waits where its parent is gone or its reverse stands."""
        try:
            gone = self._gone_parents(task) if isinstance(refusal, Gone) else ()
            reverse = self._reverse(task) if task.entity.refuses_reversed else None
        except (RequestRefused, TryAgain) as error:
            return self._outcome(task, "failed", error, forget=forget)
        if gone:
            names = ", ".join(f"{entity} {remote_id}" for entity, remote_id in gone)
            why = f"waiting: {names} is gone in Optiply, the next plan creates it again"
            return self._outcome(task, "waiting", refusal, message=why, forget=forget, gone=gone)
        if reverse is not None:
            why = f"waiting: its reverse stands in Optiply (id {reverse})"
            return self._outcome(task, "waiting", refusal, message=why, forget=forget)
        return self._outcome(task, "refused", refusal, forget=forget)

    def _gone_parents(self, task: Task) -> tuple[Reference, ...]:
        return tuple(
            parent
            for parent, optiply_id in task.parents.items()
            if lookup.find_by_id(self.client, parent.entity, optiply_id) is None
        )

    def _reverse(self, task: Task) -> str | None:
        found = lookup.find_reversed(self.client, task.entity.name, task.entity.unique_by, task.whole)
        return found.id if found else None

    def _replace(self, task: Task) -> Outcome:
        self.client.delete(task.entity.name, _id(task))
        try:
            created_id, note = self._post(task)
        except RecordRefused as refusal:
            return self._refused_create(task, refusal, forget=True)
        except (TryAgain, RequestRefused) as error:  # not NotConfirmed: the POST was not done
            return self._outcome(task, "failed", error, forget=True)
        return self._outcome(task, "accepted", note=note, created_id=created_id)

    def _update(self, task: Task) -> Outcome:
        try:
            note = self._patch(task, _id(task))
        except Gone as gone:
            return self._outcome(task, "failed", gone, forget=True)
        return self._outcome(task, "accepted", note=note)

    def _post(self, task: Task) -> tuple[str, str | None]:
        """POST, however many requests it takes to end with exactly one record: its id, and what to note."""
        try:
            return self._post_once(task, task.whole), None
        except RecordRefused as refusal:
            without = _without_bad_address(task.whole, refusal)
            if without is None:
                raise
            return self._post_once(task, without), _address_note(refusal)

    def _post_once(self, task: Task, attributes: Mapping[str, Any]) -> str:
        doubt: OutcomeUnknown | None = None
        for _ in range(2):
            try:
                return self.client.create(task.entity.name, attributes).id
            except Conflict:
                adopted = self._adopt(task, attributes) if task.entity.unique_by else None
                if adopted is None:
                    raise
                return adopted
            except OutcomeUnknown as error:
                doubt = error
                found = self._look_up_twice(task, attributes)
                if found is not None:
                    return found
            except TryAgain as error:
                if doubt:
                    raise NotConfirmed(f"{doubt}; then {error}") from error
                raise
        raise NotConfirmed(f"sent twice, not found in Optiply: {doubt}")

    def _look_up_twice(self, task: Task, attributes: Mapping[str, Any]) -> str | None:
        try:
            found = self._look_up(task, attributes)
            if found is None:
                self.sleep(IN_FLIGHT_SECONDS)
                found = self._look_up(task, attributes)
        except (RequestRefused, TryAgain) as error:  # nothing is known, so nothing more may be sent
            raise NotConfirmed(f"the look-up failed: {error}") from error
        return found

    def _look_up(self, task: Task, attributes: Mapping[str, Any]) -> str | None:
        if task.entity.unique_by:
            return self._adopt(task, attributes)
        found = lookup.find_by_remote_id(
            self.client,
            task.entity.name,
            task.intent.remote_id,
            since=task.intent.intended_at,
            other_than=task.intent.optiply_id,
        )
        return found.id if found else None

    def _adopt(self, task: Task, attributes: Mapping[str, Any]) -> str | None:
        """Id of the record that holds our unique pair, brought to the desired state; None: there is none."""
        pair = {name: task.whole[name] for name in task.entity.unique_by}
        found = lookup.find_by_attributes(self.client, task.entity.name, pair)
        if found is None:
            return None
        self.client.update(task.entity.name, found.id, attributes)
        return found.id

    def _patch(self, task: Task, optiply_id: str) -> str | None:
        try:
            self.client.update(task.entity.name, optiply_id, task.sent)
        except RecordRefused as refusal:
            without = _without_bad_address(task.sent, refusal)
            if without is None:
                raise
            self.client.update(task.entity.name, optiply_id, without)
            return _address_note(refusal)
        return None

    def _outcome(
        self,
        task: Task,
        result: Result,
        error: Exception | None = None,
        *,
        message: str | None = None,
        note: str | None = None,
        created_id: str | None = None,
        forget: bool = False,
        gone: tuple[Reference, ...] = (),
    ) -> Outcome:
        return Outcome(
            intent=task.intent,
            result=result,
            at=self.now(),
            status_code=getattr(error, "status", None),
            message=message or note or (words(error) if error else None),
            created_id=created_id,
            accepted_payload=_accepted_payload(task, without_address=note is not None),
            forget=forget,
            gone=gone,
        )


def _accepted_payload(task: Task, *, without_address: bool) -> str | None:
    """What the ledger remembers of an accepted payload, where that is less: not the addresses that were refused,
    not what only a create carried. Otherwise nightly comparisons would report them for ever."""
    left_out = (*task.create_only, *(("emails",) if without_address else ()))
    payload = task.intent.payload
    return without(payload, left_out) if left_out and payload is not None else None


def words(error: Exception) -> str:
    """What the other side said, else what went wrong."""
    messages: tuple[str, ...] = getattr(error, "messages", ())
    return "; ".join(messages) or str(error)


def _id(task: Task) -> str:
    if task.intent.optiply_id is None:
        raise ValueError(
            f"{task.intent.operation} of {task.entity.name} {task.intent.remote_id} without an id"
        )
    return task.intent.optiply_id


def _without_bad_address(attributes: Mapping[str, Any], refusal: RecordRefused) -> dict[str, Any] | None:
    """S2: the same attributes without e-mail addresses, when one of them is what Optiply refused."""
    if "emails" not in attributes or BAD_ADDRESS not in words(refusal):
        return None
    return {name: value for name, value in attributes.items() if name != "emails"}


def _address_note(refusal: RecordRefused) -> str:
    return f"sent without e-mail addresses: {words(refusal)}"
