"""A process killed at the wrong moment leaves no duplicate behind."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

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


@pytest.mark.parametrize("after_writes", [3])
def test_a_push_killed_between_request_and_outcome_makes_no_duplicate(
    world: World, after_writes: int
) -> None:
    """X8's sibling for Optiply: open intents are settled by asking before anything is sent again."""
    with begin(world.tenant, "plan", say=lambda _: None) as run:
        steps.extract_step(run)
        steps.transform_step(run)
    killed(world, after_writes, "push")
    assert len(world.optiply.store.rows("products")) >= after_writes
    for _ in range(2):
        assert world.sync().exit_code != FAILED
    for entity in ("products", "suppliers", "supplierProducts", "sellOrders"):
        remote_ids = [row.values["remoteId"] for row in world.optiply.store.rows(entity)]
        assert len(remote_ids) == len(set(remote_ids)), entity
    assert world.query("select count(*) from plan.plan_optiply where blocked_by is null") == [(0,)]


def test_an_export_killed_after_the_order_was_made_makes_no_second_order(world: World) -> None:
    """X8."""
    world.sync()
    order_id = world.place_order()
    with begin(world.tenant, "plan", say=lambda _: None) as run:
        steps.extract_step(run)
        steps.transform_step(run)
    killed(world, 1, "export")
    assert len(world.orders_in_exact(order_id)) == 1
    for _ in range(2):
        assert world.sync().exit_code != FAILED
    assert len(world.orders_in_exact(order_id)) == 1
    assert world.query("select state from ledger.exports") == [("linked",)]
