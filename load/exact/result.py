"""What an export did, for the summary, the run history and the exit code."""

from __future__ import annotations

from dataclasses import dataclass, field

from load.optiply.result import Notice
from warehouse.runs import Counts


@dataclass
class ExportResult:
    """counts.created: orders that stand in Exact since this run; `found` of them were sent by an earlier one.

    adopted: orders that carried a remote id already. linked: orders that got their remote id in Optiply.
    stopped: why the export ended early; is_daily_limit: that is all there is to it (exit code 3, not 1).
    """

    counts: Counts = field(default_factory=Counts)
    found: int = 0
    adopted: int = 0
    linked: int = 0
    notices: list[Notice] = field(default_factory=list)
    stopped: str | None = None
    is_daily_limit: bool = False

    @property
    def refusals(self) -> tuple[Notice, ...]:
        return tuple(notice for notice in self.notices if notice.kind == "refused")

    @property
    def has_failed(self) -> bool:
        """Exit code 1: a request failed, or Exact did not answer."""
        return (self.stopped is not None and not self.is_daily_limit) or self.counts.failed > 0

    @property
    def needs_a_look(self) -> bool:
        """Exit code 3: refused or held orders, or the daily limit. One that waits goes on by itself."""
        return self.is_daily_limit or any((self.counts.refused, self.counts.held))
