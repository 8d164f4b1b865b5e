"""What a push did, for the summary, the run history and the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Literal

NoticeKind = Literal["refused", "waiting", "failed", "noted"]


@dataclass
class Counts:
    """Rows of one entity. refused, waiting, held: also those the plan had blocked already.

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
class Notice:
    """One record that a person may want to look at. kind: refused, waiting, failed or noted (sent, but …)."""

    entity: str
    remote_id: str
    kind: NoticeKind
    reason: str


@dataclass(frozen=True)
class PushResult:
    """`stopped`: why the push ended before its plan did, else None."""

    counts: Mapping[str, Counts] = field(default_factory=lambda: MappingProxyType({}))
    notices: tuple[Notice, ...] = ()
    settled_done: int = 0
    settled_undone: int = 0
    stopped: str | None = None

    @property
    def total(self) -> Counts:
        total = Counts()
        for counts in self.counts.values():
            total.add(counts)
        return total

    @property
    def refusals(self) -> tuple[Notice, ...]:
        return tuple(notice for notice in self.notices if notice.kind == "refused")

    @property
    def has_failed(self) -> bool:
        """Exit code 1: a request failed, or the push was stopped."""
        return self.stopped is not None or self.total.failed > 0

    @property
    def needs_a_look(self) -> bool:
        """Exit code 3: refused or held rows. A row that waits for its parent goes on by itself."""
        return any((self.total.refused, self.total.held))
