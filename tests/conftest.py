from __future__ import annotations

import pytest

# What takes seconds to set up, and is set up once per worker: the tests that share one run on one worker.
SHARED = ("compile_plan", "prefect_server", "ran")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in set(SHARED) & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(fixture))
            item.add_marker(pytest.mark.timeout(900))  # whole builds by dbt are among it
