"""0 all well; 1 a step or stream failed; 2 wrong use or settings; 3 done, but something needs a look.

The command as its entry point runs it, against both sandbox servers.
"""

from __future__ import annotations

import pytest

from pipeline.run import FAILED, NEEDS_A_LOOK, OK, WRONG_USE
from tests.cli.conftest import Command
from tests.world import World
from warehouse.lease import lease


def rewritten(world: World, old: str, new: str) -> str:
    text = world.tenant_file.read_text(encoding="utf-8")
    assert old in text
    world.tenant_file.write_text(text.replace(old, new), encoding="utf-8")
    return str(world.tenant_file)


@pytest.mark.parametrize("name", ["status", "plan", "push", "export", "extract", "sync"])
def test_a_tenant_that_does_not_exist_is_wrong_use(command: Command, name: str) -> None:
    ended = command(name, "--tenant", "nobody")
    assert ended.code == WRONG_USE
    assert "error: no tenant 'nobody': tenants/nobody.toml does not exist" in ended.stderr
    assert ended.stdout == ""


def test_a_setting_that_does_not_exist_is_wrong_use(command: Command, world: World) -> None:
    """F1."""
    file = rewritten(world, "[flags]", "[flags]\nuse_MOQ = true")
    ended = command("extract", "--tenant", file)
    assert ended.code == WRONG_USE
    assert "flags.use_MOQ: is not a setting that exists; check the spelling" in ended.stderr
    assert world.exact.statistics["requests"] == 0


def test_a_secret_that_is_missing_is_wrong_use(command: Command, world: World) -> None:
    (world.tenant.secrets_folder / "optiply_password").unlink()
    ended = command("extract", "--tenant", str(world.tenant_file))
    assert ended.code == WRONG_USE
    assert "EXACT_OPTIPLY_SHOP_OPTIPLY_PASSWORD" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("name", ["status", "plan"])
def test_looking_before_anything_ran_is_wrong_use(command: Command, world: World, name: str) -> None:
    ended = command(name, "--tenant", str(world.tenant_file))
    assert ended.code == WRONG_USE
    assert "tenant shop has never run: start with exact-optiply sync --dry-run" in ended.stderr
    assert not world.tenant.warehouse_path.exists()


@pytest.mark.parametrize("name", ["push", "export"])
def test_sending_before_a_transform_is_wrong_use(command: Command, world: World, name: str) -> None:
    ended = command(name, "--tenant", str(world.tenant_file))
    assert ended.code == WRONG_USE
    assert "run exact-optiply transform first" in ended.stderr
    assert world.optiply.traffic.summary()["writes"] == []
    assert world.exact.statistics["writes"] == []


def test_an_option_that_does_not_exist_is_wrong_use(command: Command) -> None:
    ended = command("sync", "--tenant", "shop", "--dryrun")
    assert ended.code == WRONG_USE
    assert "--dryrun" in ended.stderr


def test_a_wrong_secret_fails_the_command_and_says_which(command: Command, world: World) -> None:
    ended = command(
        "extract", "--tenant", str(world.tenant_file), EXACT_OPTIPLY_SHOP_EXACT_CLIENT_SECRET="another"
    )
    assert ended.code == FAILED
    assert "check client_id in the tenant file and secret exact_client_secret" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_check_tells_each_fault_and_fails(command: Command, world: World) -> None:
    good = command("check", "--tenant", str(world.tenant_file))
    assert (good.code, good.stderr) == (OK, "")
    file = rewritten(world, "division = 102030", "division = 999999")
    bad = command("check", "--tenant", file, EXACT_OPTIPLY_SHOP_OPTIPLY_PASSWORD="another")
    assert bad.code == FAILED
    assert "connected, but division 999999 is not among: 102030" in bad.stdout
    assert "Optiply refuses a token" in bad.stdout
    assert "can be written" in bad.stdout


def test_a_stream_that_fails_is_named_and_fails_the_command(command: Command, world: World) -> None:
    item = world.exact.store.rows("items")[0]
    world.exact.store.change("items", item["ID"], {"ItemGroup": "not a guid"})
    ended = command("extract", "items", "suppliers", "--tenant", str(world.tenant_file))
    assert ended.code == FAILED
    assert "failed: stream items: items.ItemGroup" in ended.stdout
    assert "suppliers" in ended.stdout


def test_another_run_of_the_tenant_needs_a_look(command: Command, world: World) -> None:
    with lease(world.tenant.state_folder, "push"):
        ended = command("extract", "--tenant", str(world.tenant_file))
    assert ended.code == NEEDS_A_LOOK
    assert "another run of this tenant is under way: push" in ended.stderr


def test_an_extract_that_read_all_is_well(command: Command, world: World) -> None:
    ended = command("extract", "items", "--tenant", str(world.tenant_file))
    assert ended.code == OK, ended.stderr
    assert "all well" in ended.stdout
    assert world.tenant.published_path.exists()


def test_the_installed_command_ends_with_these_codes_too(process: Command) -> None:
    ended = process("status", "--tenant", "nobody")
    assert (ended.code, ended.stdout) == (WRONG_USE, "")
    assert ended.stderr.startswith("error: no tenant 'nobody'")
