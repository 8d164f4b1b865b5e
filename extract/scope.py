"""What one extraction is about: whose APIs, which day, and how it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from apis.exact.client import ExactClient
from apis.optiply.client import OptiplyClient
from extract.rereads import Today
from settings.tenant import Tenant


@dataclass(frozen=True)
class Scope:
    """`start_date`: documents before it are not asked for. `now`: UTC, aware. `ask_all`: streams were asked
    for by name, so that endpoints which the licence lacked are tried again."""

    tenant: Tenant
    exact: ExactClient
    optiply: OptiplyClient
    run_id: str
    start_date: date
    today: Today
    now: Callable[[], datetime]
    ask_all: bool = False

    def local_now(self) -> datetime:
        """Exact's clock time, without zone."""
        return self.now().astimezone(ZoneInfo(self.tenant.flags.exact_timezone)).replace(tzinfo=None)
