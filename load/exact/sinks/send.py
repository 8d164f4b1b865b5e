"""Records of any sink to Exact (X11), each exactly once: validated, its names resolved, looked up, then sent.

The intent is committed before the POST and settled after it, as for Optiply's own orders. A record is known
by its sink and its reference: the same record again is not sent again, other content under it is refused.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from apis.errors import ApiError, DailyLimitReached, OutcomeUnknown, RecordRefused, StopRun
from apis.exact import ExactClient
from apis.exact.odata import Guid, and_, eq, trimmed_eq
from apis.optiply import OptiplyClient
from load.exact.refusals import in_plain_words
from load.exact.result import ExportResult
from load.exact.sinks.catalogue import PADDED_CODES, Sink
from load.exact.sinks.names import NameRefused, Names, in_codes
from load.exact.sinks.records import SinkRecord
from load.exact.sinks.validation import problems
from load.ledger import Intent, Ledger, Outcome, Result, naive_utc
from load.optiply.lost_ledger import stop_on_lost_ledger
from load.optiply.result import Notice
from load.optiply.send import IN_FLIGHT_SECONDS, NotConfirmed


@dataclass(frozen=True)
class Ready:
    """A record that passed validation. `key`: what the ledger knows it by; `body`: names not resolved yet."""

    key: str
    marker: str
    body: dict[str, Any]
    division: int | None

    @property
    def payload(self) -> str:
        content = {"division": self.division, "body": self.body}
        return json.dumps(content, sort_keys=True, ensure_ascii=False)

    @property
    def payload_hash(self) -> str:
        return hashlib.md5(self.payload.encode(), usedforsecurity=False).hexdigest()


def send_records(
    connection: duckdb.DuckDBPyConnection,
    exact: ExactClient,
    optiply: OptiplyClient,
    sink: Sink,
    records: Sequence[SinkRecord],
    *,
    run_id: str,
    now: Callable[[], datetime],
    dry_run: bool = False,
    retry_refused: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    report: Callable[[str], None] = lambda _: None,
) -> ExportResult:
    """Every record is validated before the first is sent. dry_run: reports the bodies, asks and writes nothing.

    Raises LedgerMissing, and CredentialsRefused after the ledger is settled.
    """
    ledger = Ledger(connection, run_id=run_id)
    result = ExportResult()
    if not dry_run:
        stop_on_lost_ledger(ledger, optiply)
    ready = _validated(sink, records, result)
    if dry_run:
        for record in ready:
            report(f"would send {record.key} to {sink.path}: {record.payload}")
        return result
    work = _Sending(ledger, exact, sink, now, sleep, result)
    try:
        for number, record in enumerate(ready, start=1):
            work.send(record, retry_refused=retry_refused)
            report(f"{sink.name}: {number} of {len(ready)}")
            if result.stopped:
                break
    except DailyLimitReached as limit:
        result.stopped, result.is_daily_limit = limit.message, True
    return result


def _validated(sink: Sink, records: Sequence[SinkRecord], result: ExportResult) -> list[Ready]:
    ready: dict[str, Ready] = {}
    for record in records:
        body = {**sink.defaults, **record.fields}
        if record.reference is not None:
            body.setdefault(sink.marker, record.reference)
        marker = str(body.get(sink.marker) or "").strip()
        name = f"{sink.name}:{record.division or ''}:{marker or f'record {record.position}'}"
        found: list[str] = []
        try:
            body = in_codes(body)
        except NameRefused as refused:
            found.append(str(refused))
        found += problems(sink.path, body, names_allowed=True)
        if not marker:
            found.append(f"{sink.marker} (or id) is needed: a record is recognised by it")
        if name in ready:
            found.append(f"{sink.marker} {marker!r} stands twice among the records")
        if found:
            _refuse(result, sink, name, "; ".join(found))
        else:
            ready[name] = Ready(name, marker, body, record.division)
    return list(ready.values())


class _Sending:
    """The records of one run, one after the other."""

    def __init__(
        self,
        ledger: Ledger,
        exact: ExactClient,
        sink: Sink,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        result: ExportResult,
    ) -> None:
        self.ledger = ledger
        self.exact = exact
        self.sink = sink
        self.now = now
        self.sleep = sleep
        self.result = result
        self.names = Names(exact)

    def send(self, record: Ready, *, retry_refused: bool) -> None:
        if self._is_done(record) or (not retry_refused and self._is_refused(record)):
            return
        try:
            body = self.names.resolve(record.body, record.division)
            left_open = self._let_arrive(record)
            standing = self._look_up(record, body)
        except NameRefused as refused:
            _refuse(self.result, self.sink, record.key, str(refused))
            return
        except StopRun:
            raise
        except ApiError as error:
            self.result.counts.failed += 1
            self.result.stopped = f"Exact could not be asked, so {record.key} was not sent: {error}"
            return
        for intent in left_open:
            self._settle(
                intent, "accepted" if standing else "failed", "looked up after a lost answer", standing
            )
        if standing and left_open:
            self.result.counts.created += 1
            self.result.found += 1
            return
        self._send_new(record, body, standing)

    def _send_new(self, record: Ready, body: dict[str, Any], standing: str | None) -> None:
        intent = self.ledger.intent(
            "exact",
            self.sink.name,
            record.key,
            "create",
            at=self.now(),
            payload=record.payload,
            payload_hash=record.payload_hash,
        )
        self.ledger.open([intent])
        try:
            created = standing or self._post(record, body)
        except RecordRefused as refusal:
            words = in_plain_words("; ".join(refusal.messages))
            self._settle(intent, "refused", words)
            _refuse(self.result, self.sink, record.key, words)
        except (NotConfirmed, ApiError) as error:
            self._settle(intent, "unknown" if isinstance(error, NotConfirmed) else "failed", str(error))
            self.result.counts.failed += 1
            cause = error.__cause__ if isinstance(error, NotConfirmed) else error
            if isinstance(cause, StopRun):
                raise cause from None
            self.result.stopped = f"Exact could not go on: {error}"
        else:
            self._settle(intent, "accepted", "found in Exact by its reference" if standing else None, created)
            self.result.counts.created += 1
            self.result.found += standing is not None

    def _post(self, record: Ready, body: dict[str, Any]) -> str:
        """The id in Exact, however many requests it takes. Raises NotConfirmed where nobody knows."""
        doubt: OutcomeUnknown | None = None
        for _ in range(2):
            try:
                entry = self.exact.create(self.sink.path, body, division=record.division)
                return str(entry.get(self.sink.key) or "")
            except OutcomeUnknown as error:
                doubt = error
                self.sleep(IN_FLIGHT_SECONDS)
                try:
                    found = self._look_up(record, body)
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

    def _look_up(self, record: Ready, body: dict[str, Any]) -> str | None:
        """X6: the id of the record with this reference and counterpart."""
        is_padded = self.sink.marker == "Code" and self.sink.path in PADDED_CODES
        condition = (trimmed_eq if is_padded else eq)(self.sink.marker, record.marker)
        if self.sink.counterpart:
            condition = and_(condition, eq(self.sink.counterpart, Guid(body[self.sink.counterpart])))
        pages = self.exact.pages(
            self.sink.path, select=(self.sink.key,), filter=condition, division=record.division
        )
        return next((str(entry[self.sink.key]) for page in pages for entry in page.entries), None)

    def _is_done(self, record: Ready) -> bool:
        """The ledger holds it. Other content under the same reference is refused, never sent beside it."""
        row = self.ledger.connection.execute(
            """
            select payload_hash from ledger.intents
            where target = 'exact' and entity = ? and remote_id = ? and outcome = 'accepted'
            order by intended_at desc limit 1
            """,
            [self.sink.name, record.key],
        ).fetchone()
        if row is None:
            return False
        if row[0] != record.payload_hash:
            words = "was sent before with other content: change it in Exact, or give it another reference"
            _refuse(self.result, self.sink, record.key, words)
        return True

    def _is_refused(self, record: Ready) -> bool:
        row = self.ledger.connection.execute(
            """
            select message from ledger.refusals
            where target = 'exact' and entity = ? and remote_id = ? and payload_hash = ?
            """,
            [self.sink.name, record.key, record.payload_hash],
        ).fetchone()
        if row is not None:
            _refuse(self.result, self.sink, record.key, f"refused before: {row[0]}")
        return row is not None

    def _let_arrive(self, record: Ready) -> list[Intent]:
        """Intents of this record without an outcome; the newest may still be worked on."""
        found = [
            intent
            for intent in self.ledger.open_intents("exact", ["create"])
            if (intent.entity, intent.remote_id) == (self.sink.name, record.key)
        ]
        for intent in found[-1:]:
            age = (naive_utc(self.now()) - intent.intended_at).total_seconds()
            if 0 <= age < IN_FLIGHT_SECONDS:
                self.sleep(IN_FLIGHT_SECONDS - age)
        return found

    def _settle(
        self, intent: Intent, outcome: Result, message: str | None, created_id: str | None = None
    ) -> None:
        self.ledger.settle([Outcome(intent, outcome, self.now(), message=message, created_id=created_id)])


def _refuse(result: ExportResult, sink: Sink, key: str, words: str) -> None:
    result.counts.refused += 1
    result.notices.append(Notice(sink.name, key, "refused", words))
