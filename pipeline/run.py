"""One run of one tenant: its lease, its id, its clock, its clients, and what it leaves in the run history."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import apis.exact
import apis.optiply
from apis.exact.client import ExactClient
from apis.optiply.client import OptiplyClient
from extract.result import StreamRead
from pipeline.archive import Archive, open_archive
from settings.tenant import Tenant
from warehouse.connection import connect
from warehouse.lease import lease
from warehouse.publish import publish
from warehouse.runs import Counts, Usage, finish_run, start_run

# Exit codes (architecture, contract 8).
OK, FAILED, WRONG_USE, NEEDS_A_LOOK = 0, 1, 2, 3

Say = Callable[[str], None]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Run:
    """What the steps of one run share. `problems`: what failed; `notices`: what only needs a look."""

    tenant: Tenant
    command: str
    say: Say
    now: Callable[[], datetime] = utc_now
    as_of_override: date | None = None
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    counts: dict[tuple[str, str], Counts] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    reads: tuple[StreamRead, ...] = ()
    wms_requests: int = 0
    left_out: dict[str, int] = field(default_factory=dict)  # records per entity that no side is told about

    def __post_init__(self) -> None:
        self.started_at = self.now()

    @property
    def as_of(self) -> date:
        """Today in the tenant's `exact_timezone` (C1), unless the user asked for another day."""
        zone = ZoneInfo(self.tenant.flags.exact_timezone)
        return self.as_of_override or self.started_at.astimezone(zone).date()

    @cached_property
    def archive(self) -> Archive | None:
        """What goes over the wire, kept for support; None where the tenant wants none kept."""
        return open_archive(self.tenant, run_id=self.run_id, started_at=self.started_at, now=self.now)

    @cached_property
    def exact(self) -> ExactClient:
        kept = self.archive.observer("exact", reads=False) if self.archive else None
        return apis.exact.connect(self.tenant, observe=kept)

    @cached_property
    def optiply(self) -> OptiplyClient:
        kept = self.archive.observer("optiply", reads=True) if self.archive else None
        return apis.optiply.connect(self.tenant, observe=kept)

    @property
    def usage(self) -> Usage:
        """Requests so far; a client that was never opened has made none."""
        exact: ExactClient | None = self.__dict__.get("exact")
        optiply: OptiplyClient | None = self.__dict__.get("optiply")
        return Usage(
            exact_requests=exact.request_count if exact else 0,
            optiply_requests=optiply.request_count if optiply else 0,
            exact_day_limit=exact.limits.day_limit if exact else None,
            exact_day_remaining=exact.limits.day_remaining if exact else None,
        )

    @property
    def exit_code(self) -> int:
        if self.problems:
            return FAILED
        return NEEDS_A_LOOK if self.notices else OK

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure one step's wall seconds; the summary shows them."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.timings[step] = self.timings.get(step, 0.0) + time.monotonic() - begun


@contextmanager
def begin(
    tenant: Tenant,
    command: str,
    *,
    say: Say,
    as_of: date | None = None,
    wait_seconds: float = 0,
    now: Callable[[], datetime] = utc_now,
) -> Iterator[Run]:
    """Hold the tenant's lease for one run, keep its history, publish the analysts' copy at the end.

    An exception of a step is written to the history and goes on to the caller.
    """
    with lease(tenant.state_folder, command, wait_seconds=wait_seconds):
        run = Run(tenant, command, say, now, as_of)
        with connect(tenant.warehouse_path) as connection:
            start_run(connection, run.run_id, command, run.started_at)
        try:
            yield run
        except BaseException as error:
            run.problems.append(f"{type(error).__name__}: {error}")
            raise
        finally:
            _finish(run)


def _finish(run: Run) -> None:
    if run.archive is not None:
        run.archive.close()
        if run.archive.problem is not None:
            run.notices.append(run.archive.problem)
    with connect(run.tenant.warehouse_path) as connection:
        finish_run(
            connection,
            run.run_id,
            at=run.now(),
            exit_code=run.exit_code,
            message="; ".join(run.problems + run.notices)[:2000],
            usage=run.usage,
            counts=run.counts,
        )
    with run.timed("publish"):
        publish(run.tenant.warehouse_path, run.tenant.published_path)
