"""Open intents of a run that was killed: Optiply is asked what became of them, before anything is sent.

create    the record is there (unique pair, or remote id among the records made since): accepted
update    the record has the intended values: accepted. Else its state is unknown, the next plan sends all
replace   new one there: accepted, the old one is deleted again. Old one gone only: to be created. Else undone
delete    gone: accepted. Else undone
link      the record carries the remote id: accepted, and known from now on. Else undone, the export does it again
What cannot be asked now stays open, and nothing is sent about that record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from apis.errors import ApiError, StopRun
from apis.optiply import OptiplyClient, Resource
from load.ledger import Intent, KnownRecord, Ledger, Operation, Outcome, naive_utc
from load.optiply import lookup
from load.optiply.entities import ENTITIES, Entity
from load.optiply.payloads import ParentMissing, attributes, decode, references, without
from load.optiply.plan_rows import carries_create_only, optiply_ids
from load.optiply.send import IN_FLIGHT_SECONDS
from load.optiply.values import same_values

SETTLED_HERE: tuple[Operation, ...] = ("create", "update", "replace", "delete", "link")


@dataclass(frozen=True)
class Settled:
    """`done`: requests that had arrived. `undone`: those that had not. `open`: could not be asked."""

    done: int = 0
    undone: int = 0
    still_open: int = 0


def settle(
    connection: duckdb.DuckDBPyConnection,
    client: OptiplyClient,
    *,
    run_id: str,
    now: Callable[[], datetime],
    sleep: Callable[[float], None] = time.sleep,
) -> Settled:
    """Settle every open intent towards Optiply that can be settled. Raises StopRun only."""
    ledger = Ledger(connection, run_id=run_id)
    intents = ledger.open_intents("optiply", SETTLED_HERE)
    if not intents:
        return Settled()
    age = (naive_utc(now()) - max(intent.intended_at for intent in intents)).total_seconds()
    if age < IN_FLIGHT_SECONDS:  # the killed run's last request may still be worked on
        sleep(IN_FLIGHT_SECONDS - max(age, 0.0))  # below 0: the clock was set back since
    known = {entity.name: entity for entity in ENTITIES}
    done = undone = 0
    for name in dict.fromkeys(intent.entity for intent in intents):
        of_entity = [intent for intent in intents if intent.entity == name]
        outcomes = _Asker(connection, client, known.get(name, Entity(name)), of_entity, now).outcomes()
        with ledger.transaction():
            ledger.write_outcomes(outcomes)
            ledger.remember([record for each in outcomes for record in _linked(each)], at=now())
        done += sum(outcome.result == "accepted" for outcome in outcomes)
        undone += sum(outcome.result != "accepted" for outcome in outcomes)
    return Settled(done, undone, len(intents) - done - undone)


class _Asker:
    """The open intents of one entity, and the answers of one scan over the records made since the first."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        client: OptiplyClient,
        entity: Entity,
        intents: Sequence[Intent],
        now: Callable[[], datetime],
    ) -> None:
        self.client = client
        self.entity = entity
        self.intents = intents
        self.now = now
        self.payloads = {
            intent.intent_id: decode(intent.payload) if intent.payload else {} for intent in intents
        }
        self.parents = optiply_ids(
            connection,
            {reference for payload in self.payloads.values() for reference in references(entity, payload)},
        )
        self._created: Mapping[str, list[Resource]] | None = None

    def outcomes(self) -> list[Outcome]:
        found = []
        for intent in self.intents:
            try:
                found.append(self._ask(intent))
            except StopRun:
                raise
            except ApiError:
                continue  # stays open: counted as such, asked again in the next run
        return found

    def _ask(self, intent: Intent) -> Outcome:
        match intent.operation:
            case "create":
                return self._create(intent)
            case "update":
                return self._update(intent)
            case "replace":
                return self._replace(intent)
            case "link":
                return self._link(intent)
            case _:
                return self._delete(intent)

    def _create(self, intent: Intent) -> Outcome:
        found = self._find_created(intent)
        if found is None:
            return self._undone(intent)
        return self._done(intent, created_id=found.id)

    def _update(self, intent: Intent) -> Outcome:
        standing = self._standing(intent)
        if standing is None:
            return self._undone(intent, forget=True)
        try:
            wanted = attributes(self.entity, self.payloads[intent.intent_id], self.parents)
        except ParentMissing:
            return self._undone(intent, payload_unknown=True)
        if same_values(wanted, standing.attributes):
            return self._done(intent)
        return self._undone(intent, payload_unknown=True)

    def _replace(self, intent: Intent) -> Outcome:
        found = self._find_created(intent)
        if found is not None:
            if intent.optiply_id is not None:
                self.client.delete(self.entity.name, intent.optiply_id)
            return self._done(intent, created_id=found.id)
        return self._undone(intent, forget=self._standing(intent) is None)

    def _delete(self, intent: Intent) -> Outcome:
        return self._done(intent) if self._standing(intent) is None else self._undone(intent)

    def _link(self, intent: Intent) -> Outcome:
        standing = self._standing(intent)
        remote_id = lookup.as_remote_id(intent.remote_id)
        is_linked = standing is not None and remote_id in lookup.remote_ids(standing)
        return self._done(intent) if is_linked else self._undone(intent)

    def _standing(self, intent: Intent) -> Resource | None:
        if intent.optiply_id is None:
            return None
        return lookup.find_by_id(self.client, self.entity.name, intent.optiply_id)

    def _find_created(self, intent: Intent) -> Resource | None:
        remote_id = lookup.as_remote_id(intent.remote_id)
        if self.entity.unique_by:
            found = self._find_pair(intent)
            # somebody else's record of that pair is no trace of ours: the create will meet and adopt it
            return found if found and remote_id in lookup.remote_ids(found) else None
        made = [r for r in self._made_since().get(remote_id, ()) if r.id != intent.optiply_id]
        return min(made, key=lambda resource: int(resource.id), default=None)

    def _find_pair(self, intent: Intent) -> Resource | None:
        try:
            wanted: dict[str, Any] = attributes(self.entity, self.payloads[intent.intent_id], self.parents)
        except ParentMissing:
            return None  # the parent's own intent was undone, so the pair cannot stand there
        pair = {name: wanted[name] for name in self.entity.unique_by}
        return lookup.find_by_attributes(self.client, self.entity.name, pair)

    def _made_since(self) -> Mapping[str, list[Resource]]:
        if self._created is None:
            made: dict[str, list[Resource]] = {}
            first = min(intent.intended_at for intent in self.intents)
            for resource in lookup.created_since(self.client, self.entity.name, first):
                for remote_id in lookup.remote_ids(resource):
                    made.setdefault(remote_id, []).append(resource)
            self._created = made
        return self._created

    def _done(self, intent: Intent, *, created_id: str | None = None) -> Outcome:
        payload = intent.payload
        has_more = carries_create_only(intent.operation, payload, intent.payload_hash)
        return Outcome(
            intent,
            "accepted",
            self.now(),
            message="found in Optiply",
            created_id=created_id,
            accepted_payload=without(payload, self.entity.create_needs) if payload and has_more else None,
        )

    def _undone(self, intent: Intent, *, forget: bool = False, payload_unknown: bool = False) -> Outcome:
        return Outcome(
            intent,
            "failed",
            self.now(),
            message="not found in Optiply: it is due again",
            forget=forget,
            payload_unknown=payload_unknown,
        )


def _linked(outcome: Outcome) -> Iterator[KnownRecord]:
    """The record that a link was found on: not known, it would be created a second time."""
    intent = outcome.intent
    if intent.operation == "link" and outcome.result == "accepted" and intent.optiply_id is not None:
        yield KnownRecord(intent.entity, intent.remote_id, intent.optiply_id)
