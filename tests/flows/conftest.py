from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.testing.utilities import prefect_test_harness

from tests.world import World, open_world


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A server with an empty database; starting one is slow, so there is one for all tests that run a flow."""
    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def world(world_folder: Path) -> Iterator[World]:
    with open_world(world_folder) as world:
        yield world
