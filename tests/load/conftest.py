"""The two sandbox servers with real clients, and a real DuckDB file with ledger and plan tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from pydantic import SecretStr

from apis.optiply import OptiplyClient
from apis.optiply.tokens import Credentials, OptiplyTokens
from apis.transport import Transport
from sandbox import credentials
from sandbox.optiply import OptiplySandbox
from settings.tenant import OptiplySettings
from tests.load.plan_tables import PlanTables
from warehouse.connection import connect
from warehouse.tables import ensure_tables

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Clock:
    """One time for our side and the servers: it moves only when somebody sleeps or says so."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[OptiplySandbox]:
    with OptiplySandbox(clock=clock.seconds, sleep=lambda _: None) as running:
        yield running


def optiply_client(base_url: str, token_url: str, sleep: Callable[[float], None]) -> OptiplyClient:
    settings = OptiplySettings(
        base_url=base_url,
        token_url=token_url,
        account_id=credentials.OPTIPLY_ACCOUNT_ID,
        coupling_id=credentials.OPTIPLY_COUPLING_ID,
    )
    tokens = OptiplyTokens(
        Credentials(
            username=SecretStr(credentials.OPTIPLY_USERNAME),
            password=SecretStr(credentials.OPTIPLY_PASSWORD),
            client_id=SecretStr(credentials.OPTIPLY_CLIENT_ID),
            client_secret=SecretStr(credentials.OPTIPLY_CLIENT_SECRET),
        ),
        Transport(timeout_seconds=10, connections=1),
        token_url=token_url,
    )
    return OptiplyClient(settings, tokens, sleep=sleep)


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
