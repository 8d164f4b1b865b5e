"""Real clients for the sandbox servers, and one clock for both sides. Imports neither pytest nor the servers,
so that a child process starts fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from apis.exact import ExactClient, Pace
from apis.exact.tokens import ExactTokens
from apis.optiply import OptiplyClient
from apis.optiply.tokens import Credentials, OptiplyTokens
from apis.transport import Transport
from sandbox import credentials
from settings.tenant import ExactSettings, OptiplySettings

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Clock:
    """One time for our side and the servers: it moves only when somebody sleeps or says so.

    pace: real seconds that a second of it takes while somebody sleeps; 0 in tests.
    """

    def __init__(self, moment: datetime = NOW, *, pace: float = 0) -> None:
        self.moment = moment
        self.pace = pace

    def now(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        if self.pace:
            time.sleep(seconds * self.pace)


def optiply_client(
    base_url: str,
    token_url: str,
    sleep: Callable[[float], None],
    *,
    workers: int = 4,
    timeout_seconds: float = 30,
) -> OptiplyClient:
    settings = OptiplySettings(
        base_url=base_url,
        token_url=token_url,
        account_id=credentials.OPTIPLY_ACCOUNT_ID,
        coupling_id=credentials.OPTIPLY_COUPLING_ID,
        workers=workers,
        timeout_seconds=timeout_seconds,
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


def exact_client(
    base_url: str,
    token_url: str,
    folder: Path,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> ExactClient:
    settings = ExactSettings(
        base_url=base_url,
        token_url=token_url,
        division=credentials.EXACT_DIVISION,
        client_id=credentials.EXACT_CLIENT_ID,
        spacing_seconds=0,
    )
    tokens = ExactTokens(
        folder / "exact_tokens.json",
        Transport(timeout_seconds=10, connections=1),
        token_url=token_url,
        client_id=credentials.EXACT_CLIENT_ID,
        client_secret=SecretStr(credentials.EXACT_CLIENT_SECRET),
        seed=SecretStr(credentials.EXACT_REFRESH_TOKEN),
        clock=clock,
        sleep=sleep,
    )
    pace = Pace(
        folder, division=settings.division, client_id=settings.client_id, spacing=0, clock=clock, sleep=sleep
    )
    return ExactClient(settings, tokens, pace, clock=clock, sleep=sleep)
