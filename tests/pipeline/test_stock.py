"""The quick stock path says when it cannot go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from load.optiply.plan_rows import PlanMissing
from pipeline import steps
from pipeline.run import Run
from settings.tenant import SettingsError, Tenant


@pytest.fixture
def tenant(make_tenant: Callable[[], Tenant]) -> Tenant:
    return make_tenant()


def test_without_a_whole_run_before_it_nothing_is_read(tenant: Tenant) -> None:
    with pytest.raises(PlanMissing, match="run exact-optiply"):
        steps.stock(Run(tenant, "stock", say=lambda _: None))


def test_a_tenant_without_stock_levels_has_no_stock_to_push(tenant: Tenant) -> None:
    """P, map_stockLevel false."""
    flags = tenant.flags.model_copy(update={"map_stockLevel": False})
    with pytest.raises(SettingsError, match="map_stockLevel"):
        steps.stock(Run(tenant.model_copy(update={"flags": flags}), "stock", say=lambda _: None))
