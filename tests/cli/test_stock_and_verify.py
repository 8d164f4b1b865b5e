"""`plan`, `push --stock-only` and `ledger verify` at the command line, on a plan made by hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

import apis.optiply
from cli.plan import changes_in_words
from load.optiply.push import push
from pipeline.run import NEEDS_A_LOOK, OK, WRONG_USE, utc_now
from tests.cli.conftest import Command
from tests.load.plan_tables import PlanTables, product
from tests.world import World, open_world
from warehouse.connection import connect
from warehouse.lease import lease
from warehouse.publish import publish
from warehouse.tables import ensure_tables


@pytest.fixture
def pushed(world: World) -> World:
    """One product stands in Optiply; of the plan an update with a long text is still to be sent."""
    with connect(world.tenant.warehouse_path) as connection:
        ensure_tables(connection)
        plan = PlanTables(connection)
        plan.add("products", "create", "p-1", product("Screw [M4]"))
        push(connection, apis.optiply.connect(world.tenant), run_id="first", now=utc_now)
        plan.clear()
        plan.add("products", "update", "p-1", product("Bolt " * 20, price=13), changed=["name", "price"])
        plan.add("suppliers", "create", "s-1", {"name": "Smit"}, blocked_by="held: suppliers (failed)")
        connection.execute(
            """
            create view plan.plan_pending as from plan.plan_optiply;
            create table if not exists plan.plan_exact (sink varchar, operation varchar, blocked_by varchar)
            """
        )
    publish(world.tenant.warehouse_path, world.tenant.published_path)
    world.forget_traffic()
    return world


def test_the_plan_shows_what_changes_from_what_to_what_and_why(command: Command, pushed: World) -> None:
    shown = command("plan", "--tenant", str(pushed.tenant_file)).stdout
    words = " ".join(shown.split())
    assert "price null → 13" in words and "because" in words and "held: suppliers" in words
    assert pushed.written_to_optiply() == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (None, ""),
        ('{"price": {"old": 1.50, "new": 2}}', "price 1.50 → 2"),
        (
            '{"name": {"old": "a", "new": null}, "lot_size": {"old": 1, "new": 2}}',
            "name a → null\nlot_size 1 → 2",
        ),
        ('{"name": {"old": null, "new": "%s"}}' % ("x" * 41), f"name null → {'x' * 40}…"),
        ('{"name": {"old": null, "new": "%s"}}' % ("x" * 40), f"name null → {'x' * 40}"),
    ],
)
def test_a_change_is_told_as_old_and_new(changed: str | None, expected: str) -> None:
    assert changes_in_words(changed) == expected


def test_the_plan_as_json_carries_objects_and_as_csv_texts(command: Command, pushed: World) -> None:
    def rows(*options: str) -> str:
        return command("plan", "--tenant", str(pushed.tenant_file), *options).stdout

    (row,) = json.loads(rows("--format", "json", "--entity", "products"))
    assert row["payload"]["price"] == 13 and row["changed_attributes"]["price"] == {"old": None, "new": 13}
    (line,) = csv.DictReader(io.StringIO(rows("--format", "csv", "--entity", "products")))
    assert json.loads(line["payload"]) == row["payload"]
    assert len(json.loads(rows("--format", "json"))) == 2
    assert len(json.loads(rows("--format", "json", "--limit", "1"))) == 1
    assert rows("--format", "json", "--entity", "buyOrders") == "[]\n"


def test_verify_tells_what_somebody_changed_and_repair_makes_the_ledger_forget_the_payload(
    command: Command, pushed: World
) -> None:
    file = str(pushed.tenant_file)
    assert command("ledger", "verify", "--tenant", file).code == OK
    (row,) = pushed.optiply.store.rows("products")
    pushed.optiply.store.update("products", row.id, {"price": 99})
    assert command("ledger", "verify", "--tenant", file).code == NEEDS_A_LOOK
    payloads = "select payload is null from ledger.records"
    assert pushed.query(payloads) == [(False,)]
    assert command("ledger", "verify", "--tenant", file, "--repair").code == NEEDS_A_LOOK
    assert pushed.query(payloads) == [(True,)]
    assert command("ledger", "verify", "--tenant", file).code == OK
    assert pushed.written_to_optiply() == []


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A tenant that nothing has run for."""
    with open_world(tmp_path_factory.mktemp("idle")) as world:
        yield world


@pytest.mark.parametrize("option", [("--entity", "products"), ("--retry-refused",)])
def test_a_stock_push_takes_no_option_of_a_whole_push(
    command: Command, idle: World, option: tuple[str, ...]
) -> None:
    ended = command("push", "--tenant", str(idle.tenant_file), "--stock-only", *option)
    assert ended.code == WRONG_USE and "leave --entity and --retry-refused out" in ended.stderr


@pytest.mark.parametrize("arguments", [("push",), ("push", "--stock-only"), ("ledger", "verify")])
def test_a_second_push_of_a_tenant_refuses_while_the_first_runs(
    command: Command, idle: World, arguments: tuple[str, ...]
) -> None:
    """Issue 5: two pushes of one tenant at once."""
    with lease(idle.tenant.state_folder, "the first push"):
        ended = command(*arguments, "--tenant", str(idle.tenant_file))
    assert ended.code == NEEDS_A_LOOK and "the first push" in ended.stderr
    assert idle.optiply.traffic.summary()["writes"] == []
