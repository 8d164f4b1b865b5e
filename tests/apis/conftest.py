from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.apis.scripted_server import FakeClock, ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
