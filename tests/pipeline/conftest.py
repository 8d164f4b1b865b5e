from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.tenant_file import write_tenant
from settings.tenant import Tenant, load_tenant

NOWHERE = "http://127.0.0.1:9"

MakeTenant = Callable[..., Tenant]


@pytest.fixture
def make_tenant(tmp_path: Path) -> MakeTenant:
    """A tenant of servers that are given, or that nobody runs."""

    def make(
        *, optiply_url: str = NOWHERE, optiply_token_url: str = NOWHERE, exact_url: str = NOWHERE
    ) -> Tenant:
        file = write_tenant(
            tmp_path,
            "shop",
            exact_url=exact_url,
            optiply_url=optiply_url,
            optiply_token_url=optiply_token_url,
            spacing_seconds=0.0,
        )
        return load_tenant(str(file))

    return make
