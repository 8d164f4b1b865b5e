"""One entry in Exact, exactly once (X8): intent before the POST, a look at Exact before any second one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apis.errors import ApiError, OutcomeUnknown, RecordRefused
from apis.exact import ExactClient
from load.exact.refusals import in_plain_words
from load.ledger import Intent, Ledger, Outcome, Result, naive_utc
from load.optiply.send import IN_FLIGHT_SECONDS, NotConfirmed


class RefusedByExact(Exception):
    """Exact refused the entry; the message has its words and what to do."""


@dataclass(frozen=True)
class Entry:
    """What is to stand in Exact once.

    entity, key: what the ledger knows it by. condition: the $filter that finds it again (X6). payload: what the
    ledger keeps of it.
    """

    entity: str
    key: str
    path: str
    key_field: str
    body: Mapping[str, Any]
    condition: str
    division: int | None
    payload: str
    payload_hash: str


@dataclass(frozen=True)
class Made:
    exact_id: str
    was_found: bool


class Once:
    """Makes entries of one run."""

    def __init__(
        self,
        ledger: Ledger,
        exact: ExactClient,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._ledger = ledger
        self._exact = exact
        self._now = now
        self._sleep = sleep

    def accepted(self, entity: str, key: str) -> tuple[str | None, str | None] | None:
        """(payload hash, Exact's id) of the entry that the ledger holds under this key."""
        row: tuple[str | None, str | None] | None = self._ledger.connection.execute(
            """
            select payload_hash, created_id from ledger.intents
            where target = 'exact' and entity = ? and remote_id = ? and outcome = 'accepted'
            order by intended_at desc limit 1
            """,
            [entity, key],
        ).fetchone()
        return row

    def make(
        self,
        entry: Entry,
        *,
        look_first: bool = True,
        complete: Callable[[], Mapping[str, Any]] | None = None,
    ) -> Made:
        """The entry stands in Exact, made now or found. complete: fields that only a POST needs, made just before.

        look_first: ask Exact also where no request was left open. Raises RefusedByExact, NotConfirmed where
        nobody knows, and what a read raises.
        """
        left_open = self._let_arrive(entry)
        standing = self._look_up(entry) if look_first or left_open else None
        for intent in left_open:
            result: Result = "accepted" if standing else "failed"
            self._settle(intent, result, "looked up after a lost answer", standing)
        if standing and left_open:
            return Made(standing, was_found=True)
        body = {**entry.body, **(complete() if complete and standing is None else {})}
        intent = self._ledger.intent(
            "exact",
            entry.entity,
            entry.key,
            "create",
            at=self._now(),
            payload=entry.payload,
            payload_hash=entry.payload_hash,
        )
        self._ledger.open([intent])
        try:
            created = standing or self._post(entry, body)
        except RecordRefused as refusal:
            words = in_plain_words("; ".join(refusal.messages))
            self._settle(intent, "refused", words)
            raise RefusedByExact(words) from refusal
        except NotConfirmed as doubt:
            self._settle(intent, "unknown", str(doubt))
            raise
        except ApiError as error:  # turned away before any work
            self._settle(intent, "failed", str(error))
            raise
        self._settle(intent, "accepted", "found in Exact by its reference" if standing else None, created)
        return Made(created, was_found=standing is not None)

    def _post(self, entry: Entry, body: Mapping[str, Any]) -> str:
        """The id in Exact, however many requests it takes. Raises NotConfirmed where nobody knows."""
        doubt: OutcomeUnknown | None = None
        for _ in range(2):
            try:
                answer = self._exact.create(entry.path, body, division=entry.division)
                return str(answer.get(entry.key_field) or "")
            except OutcomeUnknown as error:
                doubt = error
                self._sleep(IN_FLIGHT_SECONDS)
                try:
                    found = self._look_up(entry)
                except ApiError as failed:
                    raise NotConfirmed(f"the look-up failed: {failed}") from failed
                if found:
                    return found
            except RecordRefused:
                raise
            except ApiError as error:
                if doubt:
                    raise NotConfirmed(f"{doubt}; then {error}") from error
                raise
        raise NotConfirmed(f"sent twice, not found in Exact: {doubt}")

    def _look_up(self, entry: Entry) -> str | None:
        pages = self._exact.pages(
            entry.path, select=(entry.key_field,), filter=entry.condition, division=entry.division
        )
        return next((str(one[entry.key_field]) for page in pages for one in page.entries), None)

    def _let_arrive(self, entry: Entry) -> list[Intent]:
        """Intents of this entry without an outcome; the newest may still be worked on."""
        found = [
            intent
            for intent in self._ledger.open_intents("exact", ["create"])
            if (intent.entity, intent.remote_id) == (entry.entity, entry.key)
        ]
        for intent in found[-1:]:
            age = (naive_utc(self._now()) - intent.intended_at).total_seconds()
            if 0 <= age < IN_FLIGHT_SECONDS:
                self._sleep(IN_FLIGHT_SECONDS - age)
        return found

    def _settle(
        self, intent: Intent, outcome: Result, message: str | None, created_id: str | None = None
    ) -> None:
        self._ledger.settle([Outcome(intent, outcome, self._now(), message=message, created_id=created_id)])
