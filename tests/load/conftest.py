"""The two sandbox servers with real clients, and a real DuckDB file with ledger and plan tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from apis.optiply import OptiplyClient
from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock, optiply_client
from tests.load.plan_tables import PlanTables
from warehouse.connection import connect
from warehouse.tables import ensure_tables


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[OptiplySandbox]:
    with OptiplySandbox(clock=clock.seconds, sleep=lambda _: None) as running:
        yield running


@pytest.fixture
def optiply(sandbox: OptiplySandbox, clock: Clock) -> OptiplyClient:
    return optiply_client(sandbox.base_url, sandbox.token_url, clock.sleep)


@pytest.fixture
def warehouse_path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def connection(warehouse_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(warehouse_path) as opened:
        ensure_tables(opened)
        yield opened


@pytest.fixture
def plan(connection: duckdb.DuckDBPyConnection) -> PlanTables:
    return PlanTables(connection)
