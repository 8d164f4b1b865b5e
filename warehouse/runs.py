"""Run history in `runs.*`: what each command did, kept in the warehouse and shown by `status`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

import duckdb

from warehouse.tables import ensure_tables


@dataclass
class Counts:
    """Rows of one entity in a run. refused, waiting, held: also those the plan had blocked already.

    unchanged: known records that needed nothing. failed: tried without success, or left open to be asked
    about in the next run.
    """

    created: int = 0
    updated: int = 0
    replaced: int = 0
    deleted: int = 0
    refused: int = 0
    waiting: int = 0
    held: int = 0
    failed: int = 0
    unchanged: int = 0

    def add(self, other: Counts) -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def written(self) -> int:
        return self.created + self.updated + self.replaced + self.deleted


@dataclass(frozen=True)
class Usage:
    """Requests of a run and the room left in Exact's day; None where no answer told."""

    exact_requests: int = 0
    optiply_requests: int = 0
    exact_day_limit: int | None = None
    exact_day_remaining: int | None = None


def start_run(connection: duckdb.DuckDBPyConnection, run_id: str, command: str, at: datetime) -> None:
    ensure_tables(connection)
    connection.execute(
        "insert into runs.runs (run_id, command, started_at) values (?, ?, ?)", [run_id, command, naive(at)]
    )


def finish_run(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    *,
    at: datetime,
    exit_code: int,
    message: str,
    usage: Usage,
    counts: Mapping[tuple[str, str], Counts],
) -> None:
    """Fill in the run's row and add its counts by (target, entity), in one transaction. target: optiply or exact."""
    connection.begin()
    connection.execute(
        """
        update runs.runs
        set finished_at = $at, exit_code = $code, message = $message, exact_requests = $exact,
            optiply_requests = $optiply, exact_day_limit = $day_limit, exact_day_remaining = $remaining
        where run_id = $run_id
        """,
        {
            "at": naive(at),
            "code": exit_code,
            "message": message,
            "exact": usage.exact_requests,
            "optiply": usage.optiply_requests,
            "day_limit": usage.exact_day_limit,
            "remaining": usage.exact_day_remaining,
            "run_id": run_id,
        },
    )
    for (target, entity), count in counts.items():
        row = {"run_id": run_id, "target": target, "entity": entity, **asdict(count)}
        connection.execute(
            f"insert into runs.entity_counts ({', '.join(row)}) values ({', '.join('?' * len(row))})",
            list(row.values()),
        )
    connection.commit()


def naive(instant: datetime) -> datetime:
    """UTC without zone, as the tables keep it."""
    return instant.astimezone(UTC).replace(tzinfo=None)
