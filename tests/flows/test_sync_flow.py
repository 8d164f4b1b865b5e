"""The flow under a real Prefect server: what a person sees of a run there."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from prefect import State, flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.recording import RunFailed, end_state
from flows.sync import main, sync
from pipeline.run import NEEDS_A_LOOK, OK, WRONG_USE, Run
from tests.world import World
from warehouse.lease import lease

pytestmark = pytest.mark.usefixtures("prefect_server")


def artifacts(tenant: str) -> list[str]:
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[tenant])))
    return [str(artifact.data) for artifact in found]


def sync_state(tenant: str, *, dry_run: bool = False) -> State[int]:
    return sync(tenant, dry_run, return_state=True)  # type: ignore[return-value]


def test_a_run_brings_everything_to_optiply_and_its_summary_into_prefect(world: World) -> None:
    state = sync_state(str(world.tenant_file))
    assert (state.name, state.result()) == ("Completed", OK)
    assert len(world.optiply.store.rows("products")) == len(
        world.query("select 1 from marts.optiply_products where status = 'enabled'")
    )
    assert world.query("select command, exit_code from runs.runs") == [("flow sync", OK)]
    (summary,) = artifacts("sync-shop")
    assert summary.startswith("# shop: all well")
    assert "| products to Optiply |" in summary


def test_a_step_that_fails_fails_the_flow_with_its_words(world: World) -> None:
    (world.tenant.secrets_folder / "exact_client_secret").write_text("not-the-secret", encoding="utf-8")
    state = sync_state(str(world.tenant_file))
    assert state.is_failed()
    assert state.message is not None
    assert "CredentialsRefused" in state.message
    assert "check client_id in the tenant file and secret exact_client_secret" in state.message
    assert world.optiply.store.rows("products") == []
    with duckdb.connect(str(world.tenant.published_path), read_only=True) as connection:
        assert connection.execute("select exit_code from runs.runs").fetchall() == [(1,)]
    assert any("failed: CredentialsRefused" in summary for summary in artifacts("sync-shop"))


def test_a_tenant_that_another_run_holds_is_left_alone(world: World) -> None:
    with lease(world.tenant.state_folder, "push"):
        state = sync_state(str(world.tenant_file))
    assert (state.name, state.result()) == ("NeedsALook", NEEDS_A_LOOK)
    assert str(state.message).startswith("another run of this tenant is under way: push")
    assert world.exact.statistics["requests"] == 0


def test_the_ad_hoc_command_ends_with_the_exit_codes_of_the_command_line(world: World) -> None:
    with pytest.raises(SystemExit) as ended:
        main("no-such-tenant")
    assert ended.value.code == WRONG_USE
    with lease(world.tenant.state_folder, "push"), pytest.raises(SystemExit) as ended:
        main(str(world.tenant_file))
    assert ended.value.code == NEEDS_A_LOOK


def test_a_run_that_failed_in_part_raises_all_its_problems(world: World) -> None:
    run = Run(world.tenant, "sync", say=lambda _: None, as_of_override=date(2026, 3, 2))
    run.notices.append("push: some rows are refused or held")
    run.problems += ["stream items: cut short", "push: some requests failed"]
    with pytest.raises(RunFailed, match=r"^stream items: cut short; push: some requests failed$"):
        end_state(run)


def test_a_run_without_anything_to_look_at_is_plainly_completed(world: World) -> None:
    @flow
    def ended() -> State[int]:
        return end_state(Run(world.tenant, "sync", say=lambda _: None))

    state = ended(return_state=True)
    assert (state.name, state.message, state.result()) == ("Completed", "all well", OK)
