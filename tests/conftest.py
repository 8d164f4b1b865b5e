from __future__ import annotations

from pathlib import Path

import pytest

from tests.world import emptied

# What takes seconds to set up, and is set up once per worker: the tests that share one run on one worker.
SHARED = ("compile_plan", "prefect_server", "ran")


def pytest_itemcollected(item: pytest.Item) -> None:
    # here already: xdist looks for groups before any pytest_collection_modifyitems of a conftest
    for fixture in set(SHARED) & set(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.xdist_group(fixture))
        item.add_marker(pytest.mark.timeout(900))  # whole builds by dbt are among it


@pytest.fixture(scope="session")
def worker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


@pytest.fixture
def world_folder(worker_folder: Path) -> Path:
    """An empty folder, the same for one test after the other, so that dbt parses the project once per worker."""
    return emptied(worker_folder)
