"""One export in a process of its own, for `benchmarks.export_chaos` to kill."""

from __future__ import annotations

import apis.exact
import apis.optiply
from load.exact.export import export
from pipeline.run import utc_now
from settings.tenant import load_tenant
from warehouse.connection import connect


def export_once(tenant_file: str) -> None:
    """Export the plan as it stands, without waiting for what an earlier child may have under way."""
    tenant = load_tenant(tenant_file)
    with connect(tenant.warehouse_path) as connection:
        exact, optiply = apis.exact.connect(tenant), apis.optiply.connect(tenant)
        export(connection, exact, optiply, run_id="killed", now=utc_now, sleep=lambda _: None)
