from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from apis.optiply import OptiplyClient
from load.optiply.push import push
from load.optiply.result import PushResult
from tests.load.plan_tables import PlanTables

Push = Callable[..., PushResult]


@pytest.fixture
def run_push(
    connection: duckdb.DuckDBPyConnection,
    optiply: OptiplyClient,
    clock: Any,
    plan: PlanTables,  # noqa: ARG001 - the tables must stand
) -> Push:
    """push() with everything given; keywords override."""

    def run(**options: Any) -> PushResult:
        given = {"run_id": "run", "now": clock.now, "sleep": clock.sleep, "workers": 3, **options}
        return push(connection, optiply, **given)

    return run
