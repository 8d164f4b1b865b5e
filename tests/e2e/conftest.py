from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.company import generate
from sandbox.company.company import Company
from tests.world import TODAY, World, open_world


@pytest.fixture
def company() -> Company:
    return generate(40, TODAY)


@pytest.fixture
def world(world_folder: Path, company: Company) -> Iterator[World]:
    with open_world(world_folder, company) as world:
        yield world
