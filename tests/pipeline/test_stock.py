"""The quick stock path says when it cannot go."""

from __future__ import annotations

from pathlib import Path

import pytest

from load.optiply.plan_rows import PlanMissing
from pipeline import steps
from pipeline.run import Run
from sandbox.tenant_file import write_tenant
from settings.tenant import SettingsError, Tenant, load_tenant

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    file = write_tenant(
        tmp_path,
        "shop",
        exact_url=NOWHERE,
        optiply_url=NOWHERE,
        optiply_token_url=NOWHERE,
        spacing_seconds=0.0,
    )
    return load_tenant(str(file))


def test_without_a_whole_run_before_it_nothing_is_read(tenant: Tenant) -> None:
    with pytest.raises(PlanMissing, match="run exact-optiply"):
        steps.stock(Run(tenant, "stock", say=lambda _: None))


def test_a_tenant_without_stock_levels_has_no_stock_to_push(tenant: Tenant) -> None:
    """P, map_stockLevel false."""
    flags = tenant.flags.model_copy(update={"map_stockLevel": False})
    with pytest.raises(SettingsError, match="map_stockLevel"):
        steps.stock(Run(tenant.model_copy(update={"flags": flags}), "stock", say=lambda _: None))
