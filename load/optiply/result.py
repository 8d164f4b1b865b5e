"""What a push did, for the summary, the run history and the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from warehouse.runs import Counts

NoticeKind = Literal["refused", "waiting", "failed", "noted"]


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
