"""What was sent and what was answered, as Parquet files for support; switched on by `archive_days` of the tenant.

    <data_folder>/archive/20260302T090000_<run id>/part-0001.parquet

A part is written when enough is gathered, under its name only once it is whole, so that a killed run loses no more
than its last part. Bodies hold what the company trades, and addresses of its suppliers: owner's eyes only.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from apis.exchanges import Exchange, Observer
from settings.tenant import Tenant

PART_ROWS = 1000
PART_BYTES = 8 * 1024 * 1024  # of bodies held in memory
STAMP = "%Y%m%dT%H%M%S"
RUN_FOLDER = re.compile(r"(\d{8}T\d{6})_\w+")
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("at_utc", pa.timestamp("us")),
        ("api", pa.string()),
        ("method", pa.string()),
        ("url", pa.string()),
        ("request_body", pa.string()),
        ("status", pa.int32()),
        ("answer_body", pa.string()),
        ("error", pa.string()),
        ("seconds", pa.float64()),
    ]
)


@dataclass
class Archive:
    """The exchanges of one run; thread-safe. `problem`: why nothing more is kept, for example a full disk, which
    must not stop a push."""

    folder: Path
    run_id: str
    started_at: datetime
    now: Callable[[], datetime]
    problem: str | None = None
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _bytes: int = 0
    _parts: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def run_folder(self) -> Path:
        return self.folder / f"{self.started_at.astimezone(UTC):{STAMP}}_{self.run_id}"

    def observer(self, api: str, *, reads: bool) -> Observer:
        """Keeps the exchanges of one API. reads: also those that change nothing there."""

        def keep(exchange: Exchange) -> None:
            if reads or exchange.method != "GET":
                self._keep(api, exchange)

        return keep

    def close(self) -> None:
        """Write what is left."""
        with self._lock:
            self._write()

    def _keep(self, api: str, exchange: Exchange) -> None:
        row = {
            "run_id": self.run_id,
            "at_utc": self.now().astimezone(UTC).replace(tzinfo=None),
            "api": api,
            "method": exchange.method,
            "url": exchange.url,
            "request_body": _text(exchange.request_body),
            "status": exchange.status,
            "answer_body": _text(exchange.answer_body),
            "error": exchange.error,
            "seconds": exchange.seconds,
        }
        with self._lock:
            self._rows.append(row)
            self._bytes += len(exchange.request_body or b"") + len(exchange.answer_body)
            if len(self._rows) >= PART_ROWS or self._bytes >= PART_BYTES:
                self._write()

    def _write(self) -> None:
        rows, self._rows, self._bytes = self._rows, [], 0
        if not rows or self.problem is not None:
            return
        self._parts += 1
        part = self.run_folder / f"part-{self._parts:04}.parquet"
        incoming = part.with_suffix(".incoming")
        try:
            self.run_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            incoming.touch(mode=0o600)
            pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), incoming, compression="zstd")
            incoming.replace(part)
        except OSError as error:
            self.problem = f"archive: {part.parent} cannot be written, nothing more is kept: {error.strerror}"


def open_archive(
    tenant: Tenant, *, run_id: str, started_at: datetime, now: Callable[[], datetime]
) -> Archive | None:
    """The archive of a run, after what is older than `archive_days` was removed; None where the tenant keeps none
    (what was kept before then stays)."""
    if tenant.archive_days == 0:
        return None
    opened = Archive(tenant.archive_folder, run_id, started_at, now)
    try:
        prune(tenant.archive_folder, before=started_at - timedelta(days=tenant.archive_days))
    except OSError as error:
        opened.problem = (
            f"archive: {error.filename} cannot be removed, nothing more is kept: {error.strerror}"
        )
    return opened


def prune(folder: Path, *, before: datetime) -> None:
    """Remove the runs that started earlier."""
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        named = RUN_FOLDER.fullmatch(each.name)
        if named and datetime.strptime(named[1], STAMP).replace(tzinfo=UTC) < before:
            shutil.rmtree(each)


def _text(body: bytes | None) -> str | None:
    return None if body is None else body.decode("utf-8", "replace")
