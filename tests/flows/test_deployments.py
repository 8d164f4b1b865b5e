"""prefect.yaml: every schedule of the project stands there, and each fits its flow."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from prefect import Flow
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import load_flow_from_entrypoint

from settings.tenant import PROJECT_ROOT

FILE = yaml.safe_load((PROJECT_ROOT / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS: list[dict[str, Any]] = FILE["deployments"]


def by_name(deployment: dict[str, Any]) -> str:
    return str(deployment["name"])


@pytest.fixture(params=DEPLOYMENTS, ids=by_name)
def deployment(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_the_parameters_bind_to_the_flow(deployment: dict[str, Any]) -> None:
    flow: Flow[..., Any] = load_flow_from_entrypoint(str(PROJECT_ROOT / deployment["entrypoint"]))
    given = deployment["parameters"]
    assert flow.validate_parameters(given).keys() >= given.keys()
    assert "tenant" in given


def test_a_parameter_that_the_flow_does_not_have_is_refused(deployment: dict[str, Any]) -> None:
    flow: Flow[..., Any] = load_flow_from_entrypoint(str(PROJECT_ROOT / deployment["entrypoint"]))
    with pytest.raises(Exception, match="tenent"):
        flow.validate_parameters({**deployment["parameters"], "tenent": "shop"})


def test_the_schedule_is_one_that_prefect_takes(deployment: dict[str, Any]) -> None:
    schedules = deployment["schedules"]
    assert schedules
    for schedule in schedules:
        CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])
        assert schedule["timezone"] == "Europe/Amsterdam"


def test_runs_of_a_tenant_wait_for_each_other(deployment: dict[str, Any]) -> None:
    """DuckDB has one writer. CANCEL_NEW would wedge a tenant whose worker died while a run was pending."""
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}


def test_the_work_pool_is_the_one_that_the_readme_creates(deployment: dict[str, Any]) -> None:
    pool = deployment["work_pool"]["name"]
    readme = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    assert f"prefect work-pool create {pool} --type process" in readme
    assert f"prefect worker start --pool {pool}" in readme


def test_every_flow_runs_once_half_an_hour_or_less_often() -> None:
    """48 runs a day share the 5,000 requests of Exact's day."""
    (sync,) = [each for each in DEPLOYMENTS if each["entrypoint"] == "flows/sync.py:sync"]
    assert [schedule["cron"] for schedule in sync["schedules"]] == ["*/30 * * * *"]
