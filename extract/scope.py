"""What one extraction is about: whose APIs, which day, and how it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from apis.exact.client import ExactClient
from apis.optiply.client import OptiplyClient
from apis.wms import ProductSource
from extract.rereads import Today
from settings.tenant import Tenant


@dataclass(frozen=True)
class Scope:
    """`start_date`: documents before it are not asked for. `now`: UTC, aware. `ask_all`: streams were asked
    for by name, so that endpoints which the licence lacked are tried again. `product_sources`: by
    warehouse system."""

    tenant: Tenant
    exact: ExactClient
    optiply: OptiplyClient
    run_id: str
    start_date: date
    today: Today
    now: Callable[[], datetime]
    ask_all: bool = False
    product_sources: Mapping[str, ProductSource] = field(default_factory=dict)

    def local_now(self) -> datetime:
        """Exact's clock time, without zone."""
        return self.now().astimezone(ZoneInfo(self.tenant.flags.exact_timezone)).replace(tzinfo=None)
