"""Records of any sink to Exact (X11), each exactly once: validated, its names resolved, looked up, then sent.

A record is known by its sink and its reference: the same record again is not sent again, other content under it
is refused.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from apis.errors import ApiError, DailyLimitReached, StopRun
from apis.exact import ExactClient
from apis.exact.odata import Guid, and_, eq, trimmed_eq
from apis.optiply import OptiplyClient
from load.exact.result import ExportResult
from load.exact.sinks.attachments import Attachment, attach
from load.exact.sinks.catalogue import PADDED_CODES, Sink
from load.exact.sinks.names import NameRefused, Names, in_codes
from load.exact.sinks.once import Entry, Once, RefusedByExact
from load.exact.sinks.records import SinkRecord
from load.exact.sinks.validation import problems, write_rules
from load.ledger import Ledger
from load.optiply.lost_ledger import stop_on_lost_ledger
from load.optiply.result import Notice
from load.optiply.send import NotConfirmed


@dataclass(frozen=True)
class Ready:
    """A record that passed validation. `key`: what the ledger knows it by; `body`: names not resolved yet."""

    key: str
    marker: str
    body: dict[str, Any]
    division: int | None
    attachments: tuple[Attachment, ...] = ()

    @property
    def payload(self) -> str:
        content: dict[str, Any] = {"division": self.division, "body": self.body}
        if self.attachments:
            content["attachments"] = {each.file_name: each.digest for each in self.attachments}
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
    defaults: Mapping[str, Any] | None = None,
    now: Callable[[], datetime],
    dry_run: bool = False,
    retry_refused: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    report: Callable[[str], None] = lambda _: None,
) -> ExportResult:
    """Every record is validated before the first is sent. dry_run: reports the bodies, asks and writes nothing.
    defaults: what the tenant's settings say where a record for the tenant's own division says nothing.

    Raises LedgerMissing, and CredentialsRefused after the ledger is settled.
    """
    ledger = Ledger(connection, run_id=run_id)
    result = ExportResult()
    if not dry_run:
        stop_on_lost_ledger(ledger, optiply)
    ready = _validated(sink, records, defaults or {}, result)
    if dry_run:
        for record in ready:
            report(f"would send {record.key} to {sink.path}: {record.payload}")
        return result
    work = _Sending(ledger, exact, sink, Once(ledger, exact, now, sleep), result)
    try:
        for number, record in enumerate(ready, start=1):
            work.send(record, retry_refused=retry_refused)
            report(f"{sink.name}: {number} of {len(ready)}")
            if result.stopped:
                break
    except DailyLimitReached as limit:
        result.stopped, result.is_daily_limit = limit.message, True
    return result


def _validated(
    sink: Sink, records: Sequence[SinkRecord], defaults: Mapping[str, Any], result: ExportResult
) -> list[Ready]:
    ready: dict[str, Ready] = {}
    for record in records:
        # ids and codes of the settings are those of the tenant's division
        body = {**sink.defaults, **(defaults if record.division is None else {}), **record.fields}
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
        if record.attachments and "Document" not in write_rules()[sink.path]["post"]:
            found.append(f"{sink.name} takes no attachments")
        if record.attachments and "Document" in body:
            found.append("Document and attachments exclude each other: the attachments get a document")
        if found:
            _refuse(result, sink, name, "; ".join(found))
        else:
            ready[name] = Ready(name, marker, body, record.division, record.attachments)
    return list(ready.values())


class _Sending:
    """The records of one run, one after the other."""

    def __init__(
        self, ledger: Ledger, exact: ExactClient, sink: Sink, once: Once, result: ExportResult
    ) -> None:
        self.ledger = ledger
        self.sink = sink
        self.once = once
        self.result = result
        self.names = Names(exact)

    def send(self, record: Ready, *, retry_refused: bool) -> None:
        if self._is_done(record) or (not retry_refused and self._is_refused(record)):
            return
        try:
            made = self.once.make(self._entry(record), complete=lambda: self._document(record))
        except (NameRefused, RefusedByExact) as refused:
            _refuse(self.result, self.sink, record.key, str(refused))
        except StopRun:
            raise
        except (NotConfirmed, ApiError) as error:
            self.result.counts.failed += 1
            if isinstance(error, NotConfirmed) and isinstance(error.__cause__, StopRun):
                raise error.__cause__ from None
            self.result.stopped = f"Exact could not go on with {record.key}: {error}"
        else:
            self.result.counts.created += 1
            self.result.found += made.was_found

    def _entry(self, record: Ready) -> Entry:
        """Names as ids. Raises NameRefused, and what a read raises."""
        body = self.names.resolve(record.body, record.division)
        is_padded = self.sink.marker == "Code" and self.sink.path in PADDED_CODES
        condition = (trimmed_eq if is_padded else eq)(self.sink.marker, record.marker)
        if self.sink.counterpart:
            condition = and_(condition, eq(self.sink.counterpart, Guid(body[self.sink.counterpart])))
        return Entry(
            entity=self.sink.name,
            key=record.key,
            path=self.sink.path,
            key_field=self.sink.key,
            body=body,
            condition=condition,
            division=record.division,
            payload=record.payload,
            payload_hash=record.payload_hash,
        )

    def _document(self, record: Ready) -> dict[str, str]:
        if not record.attachments:
            return {}
        subject = f"{self.sink.name} {record.marker}"
        return {"Document": attach(self.once, record.key, subject, record.attachments, record.division)}

    def _is_done(self, record: Ready) -> bool:
        """The ledger holds it. Other content under the same reference is refused, never sent beside it."""
        known = self.once.accepted(self.sink.name, record.key)
        if known is not None and known[0] != record.payload_hash:
            words = "was sent before with other content: change it in Exact, or give it another reference"
            _refuse(self.result, self.sink, record.key, words)
        return known is not None

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


def _refuse(result: ExportResult, sink: Sink, key: str, words: str) -> None:
    result.counts.refused += 1
    result.notices.append(Notice(sink.name, key, "refused", words))
