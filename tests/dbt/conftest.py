"""The plan's models, compiled once per set of flags for all tests of this folder."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.dbt.plan_models import CompilePlan, PlanModels, compile_with_dbt


@pytest.fixture(scope="session")
def compile_plan(tmp_path_factory: pytest.TempPathFactory) -> CompilePlan:
    compiled: dict[str, PlanModels] = {}

    def compiled_with(flags: dict[str, Any]) -> PlanModels:
        key = json.dumps(flags, sort_keys=True)
        if key not in compiled:
            compiled[key] = compile_with_dbt(tmp_path_factory.mktemp("plan"), flags)
        return compiled[key]

    return compiled_with
