"""A process killed at the wrong moment leaves no duplicate behind."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline import steps
from pipeline.run import FAILED, begin

if TYPE_CHECKING:
    from tests.world import World

# The command, in a process that kills itself as soon as the nth answer to a write has arrived and before
# anything can be written down about it: the moment between a request and its outcome.
KILLED_AFTER_ANSWER = """
import os, signal, sys
import requests.sessions
left = int(sys.argv.pop(1))
send = requests.sessions.Session.send
def send_then_die(self, request, **keywords):
    global left
    answer = send(self, request, **keywords)
    if request.method in ("POST", "PATCH", "DELETE") and "token" not in request.url:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return answer
requests.sessions.Session.send = send_then_die
from cli.main import run
run()
"""


def killed(world: World, after_writes: int, *command: str) -> None:
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            KILLED_AFTER_ANSWER,
            str(after_writes),
            *command,
            "--tenant",
            str(world.tenant_file),
        ],
        capture_output=True,
        text=True,
    )
    assert process.returncode == -9, process.stderr


def test_a_failing_stream_a_killed_push_and_a_killed_export(world: World) -> None:
    """One world, one misfortune after the other; in the end both sides hold everything once."""
    a_stream_that_fails_holds_its_entities_and_the_rest_goes_on(world)
    a_push_killed_between_request_and_outcome_makes_no_duplicate(world)
    an_export_killed_after_the_order_was_made_makes_no_second_order(world)


def a_stream_that_fails_holds_its_entities_and_the_rest_goes_on(world: World) -> None:
    """C10: stock levels that could not be read hold the products, and with them what needs products."""
    world.exact.faults.set([{"kind": "cut_body", "path": "*/sync/Inventory/StockPositions"}])
    run = world.sync()
    assert run.exit_code == FAILED
    assert run.problems[0].startswith("stream stock_positions:")
    held = Counter(entity for (entity,) in world.query(
        "select entity from plan.plan_optiply where blocked_by like 'held: stock_positions%'"
    ))  # fmt: skip
    assert held["products"] > 0
    assert world.optiply.store.rows("products") == []
    assert len(world.optiply.store.rows("suppliers")) > 0
    world.exact.faults.set([])


def a_push_killed_between_request_and_outcome_makes_no_duplicate(world: World) -> None:
    """X8's sibling for Optiply: open intents are settled by asking before anything is sent again."""
    planned(world)
    killed(world, 3, "push")
    assert len(world.optiply.store.rows("products")) >= 3
    with begin(world.tenant, "push", say=lambda _: None, now=lambda: world.at) as run:
        steps.push_step(run)
    assert run.exit_code != FAILED
    for entity in ("products", "suppliers", "supplierProducts", "sellOrders"):
        remote_ids = [row.values["remoteId"] for row in world.optiply.store.rows(entity)]
        assert len(remote_ids) == len(set(remote_ids)) > 0, entity


def an_export_killed_after_the_order_was_made_makes_no_second_order(world: World) -> None:
    """X8."""
    order_id = world.place_order()
    planned(world)
    killed(world, 1, "export")
    assert len(world.orders_in_exact(order_id)) == 1
    for _ in range(2):
        assert world.sync().exit_code != FAILED
    assert len(world.orders_in_exact(order_id)) == 1
    assert world.query("select state from ledger.exports") == [("linked",)]
    assert world.query("select count(*) from plan.plan_pending where blocked_by is null") == [(0,)]


def planned(world: World) -> None:
    """Extracted and decided, nothing sent."""
    world.at += timedelta(minutes=30)
    with begin(world.tenant, "plan", say=lambda _: None, now=lambda: world.at) as run:
        steps.extract_step(run)
        steps.transform_step(run)
