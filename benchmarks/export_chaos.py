"""Buy orders through the whole job: exports killed with SIGKILL under faults, then Exact's changes back in Optiply.

    python -m benchmarks.export_chaos --orders 200 --kills 50 [--transfers]

Three of four orders are bought (with --transfers: moved to another warehouse), one of four is made. Each order that
can be sent must stand in Exact once, in purchase units where it is bought and without the lines that people took out
of it, each other must be explained. After goods have come in parts, gone back, lines changed and orders were cancelled,
on two days, and people have deleted orders and lines in Optiply, it must show the same numbers, and one more run must
write nothing. Ends with 1 at a difference.
"""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.export_child import export_once
from benchmarks.export_scenario import (
    company,
    delete_in_optiply,
    exported_differences,
    place_orders,
    returned_differences,
    take_lines_out,
    work_in_exact,
)
from benchmarks.internal_scenario import (
    TRANSFER_FLAGS,
    internal_exported_differences,
    internal_returned_differences,
    place_internal,
    work_on_internal,
)
from pipeline import steps
from pipeline.run import begin
from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox
from tests.load.exact.chaos import EXACT_FAULTS, OPTIPLY_FAULTS
from tests.load.optiply.chaos import Killer
from tests.world import World, world_of
from warehouse.connection import connect

DOCUMENT_STREAMS = ("purchase_orders", "manufacturing_shop_orders", "warehouse_transfers")
WRITES_A_KILL = 24  # a child dies at one of so many writes


def main(
    orders: Annotated[int, typer.Option(min=40, help="How many buy orders.")] = 200,
    kills: Annotated[int, typer.Option(min=0, help="How many kills at most.")] = 50,
    seed: Annotated[int, typer.Option(help="Of all that is left to chance here.")] = 0,
    flags: Annotated[list[str] | None, typer.Option("--flag", help="name=value of a tenant's flag.")] = None,
    transfers: Annotated[bool, typer.Option(help="Move between warehouses instead of buying.")] = False,
) -> None:
    """Place, export under attack, receive and change in Exact, compare."""
    begun = time.monotonic()
    given = {"export_BOLine_price": "true", "use_production_orders": "true"}
    given |= TRANSFER_FLAGS if transfers else {}
    given |= dict(flag.split("=", 1) for flag in flags or ())
    with (
        tempfile.TemporaryDirectory() as folder,
        ExactSandbox(company(), minute_limit=None, day_limit=100_000) as exact,
        OptiplySandbox() as optiply,
    ):
        world = world_of(Path(folder), exact, optiply, given)
        chance = random.Random(seed)
        _said(world, "1. master data", dry_run=False)
        bought = place_orders(world, 0 if transfers else orders - orders // 4, chance)
        internal = place_internal(world, orders // 4, chance, is_made=True)
        internal += place_internal(world, orders - orders // 4 if transfers else 0, chance, is_made=False)
        _said(world, "2. the orders are read and planned", dry_run=True)
        bought = take_lines_out(world, bought)
        killed = _attack(world, kills, chance)
        world.at += timedelta(days=1)  # what people have deleted in Optiply is missed by the nightly read
        _said(world, "3. the rest is exported", dry_run=False)
        _end_with([*exported_differences(world, bought), *internal_exported_differences(world, internal)])
        gone: set[str] = set()
        for turn in (0, 1):
            if turn == 0:
                work_in_exact(world, bought)
            gone |= work_on_internal(world, internal, turn)
            world.at += timedelta(days=1)  # a transfer that is gone is missed by the nightly read
            _said(world, f"{4 + turn}. Exact's changes come back", dry_run=False)
            _end_with(list(returned_differences(world, bought)))
            _end_with(list(internal_returned_differences(world, internal, gone)))
            if turn == 0:
                delete_in_optiply(world, bought)
        standing = len(world.optiply.store.rows("buyOrders"))
        _end_with([] if standing == orders - len(gone) else [f"{standing} orders stand in Optiply"])
        world.forget_traffic()
        _said(world, "6. nothing is left to do", dry_run=False)
        written = [*world.written_to_optiply(), *world.exact.statistics["writes"]]
        _end_with([f"one more run wrote {written}"] if written else [])
        refused = sum(order.why_not is not None for order in bought)
        refused += sum(not order.is_sendable for order in internal)
        typer.echo(
            f"{killed} kills: {orders - refused} orders stand in Exact once each, {refused} are refused and explained, "
            f"{len(gone)} were cancelled; Optiply shows Exact's numbers ({time.monotonic() - begun:.0f} s)"
        )


def _said(world: World, what: str, *, dry_run: bool) -> None:
    if dry_run:
        with begin(world.tenant, "plan", say=lambda _: None, now=lambda: world.at) as run:
            steps.sync(run, dry_run=True)
    else:
        run = world.sync()
    typer.echo(f"{what}: {'; '.join([*run.problems, *run.notices]) or 'all well'}", err=True)
    _end_with(run.problems)


def _attack(world: World, kills: int, chance: random.Random) -> int:
    """Exports in processes of their own, under faults, each killed near a random write. How many died."""
    killer = Killer(chance)
    answer, update = world.exact._api.answer, world.optiply.store.update
    watched = killer.watch(answer)
    world.exact._api.answer = lambda request: (watched if request.method == "POST" else answer)(request)  # type: ignore[method-assign]
    world.optiply.store.update = killer.watch(update)  # type: ignore[method-assign]
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["benchmarks.export_child"])
    world.exact.faults.set(EXACT_FAULTS)
    world.optiply.faults.set(OPTIPLY_FAULTS)
    killed = tries = 0
    while killed < kills and tries < 4 * kills:
        tries += 1
        child: Any = processes.Process(target=export_once, args=(str(world.tenant_file),))
        child.start()
        killer.arm(child.kill, WRITES_A_KILL)
        child.join()
        killer.kill = None
        killed += child.exitcode == -9
        _leave_refused_alone(world)
        standing = sum(len(world.exact.store.rows(stream)) for stream in DOCUMENT_STREAMS)
        typer.echo(f"{killed} kills, {standing} documents in Exact", err=True)
    world.exact.faults.set([])
    world.optiply.faults.set([])
    world.exact._api.answer, world.optiply.store.update = answer, update  # type: ignore[method-assign]
    return killed


def _leave_refused_alone(world: World) -> None:
    """What Exact has refused stays refused until it changes: the plan's part, which no dbt run does in between."""
    with connect(world.tenant.warehouse_path) as connection:
        connection.execute(
            """
            update plan.plan_exact set blocked_by = 'refused: Exact said no'
            where marker in (select remote_id from ledger.refusals where target = 'exact')
            """
        )


def _end_with(found: Sequence[str]) -> None:
    if found:
        typer.echo("\n".join(found))
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
