"""Buy orders of Optiply, an export that is killed, two servers that fail: each order must stand in Exact once.

Used by the test of a few kills and by `benchmarks/export_chaos.py`.
"""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from load.exact.export import export
from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox
from tests.load import killed_run
from tests.load.clients import Clock, exact_client, optiply_client
from tests.load.exact.conftest import BOLT, SCREW, SERVICE, BuyOrders
from tests.load.optiply.chaos import Killer
from tests.load.plan_tables import PlanTables, rows
from warehouse.connection import connect
from warehouse.tables import ensure_tables

OUR_REFUSAL = "order a multiple of 6 of B-BOLT, not 7"
# what the servers do to a client: failing before and after the work, losing the answer
EXACT_FAULTS: list[dict[str, Any]] = [
    {"kind": kind, "method": method, "probability": 0.05, "seed": seed, "path": path}
    for path in ("*/PurchaseOrders", "*/WarehouseTransfers", "*/ShopOrders")
    for seed, (kind, method) in enumerate(
        (("reset_after_work", "POST"), ("reset_before_work", "POST"), ("cut_body", "POST"), ("503", "GET"))
    )
]
OPTIPLY_FAULTS: list[dict[str, Any]] = [
    {"kind": kind, "method": "PATCH", "probability": 0.05, "seed": seed}
    for seed, kind in enumerate(("503", "reset_after_work"))
]
EXPORTS_TO_THE_END = 10


class ExportChaos:
    """One account, one division and one warehouse under attack. `kills`: children that died of SIGKILL."""

    def __init__(
        self,
        exact: ExactSandbox,
        optiply: OptiplySandbox,
        warehouse: Path,
        chance: random.Random,
        clock: Clock,
        *,
        orders: int,
    ) -> None:
        self.exact, self.optiply, self.warehouse, self.chance = exact, optiply, warehouse, chance
        self.clock = clock
        self.kills = 0
        self.orders: dict[str, list[tuple[str, float]]] = {}
        self.unsendable: set[str] = set()
        self.killer = Killer(chance)
        optiply.store.update = self.killer.watch(optiply.store.update)  # type: ignore[method-assign]
        answer = exact._api.answer
        watched = self.killer.watch(answer)
        exact._api.answer = lambda request: (watched if request.method == "POST" else answer)(request)  # type: ignore[method-assign]
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload(["tests.load.killed_run"])
        with connect(warehouse) as connection:
            ensure_tables(connection)
            buy_orders = BuyOrders(optiply, PlanTables(connection))
            for number in range(orders):
                self._place(buy_orders, number)

    def _place(self, buy_orders: BuyOrders, number: int) -> None:
        """One order in 50 holds an item that Exact refuses, one in 10 is refused by ourselves."""
        lines = [
            (self.chance.choice((SCREW, BOLT)), float(self.chance.randrange(1, 9)))
            for _ in range(self.chance.randrange(1, 4))
        ]
        if number % 50 == 7:
            order_id = buy_orders.place(*lines, (SERVICE, 1.0))
        elif number % 10 == 3:
            blocked = f"refused: {OUR_REFUSAL}"
            order_id = buy_orders.place(*lines, refused_reason=OUR_REFUSAL, blocked_by=blocked)
        else:
            self.orders[buy_orders.place(*lines)] = lines
            return
        self.unsendable.add(order_id)

    def kill_one(self) -> None:
        """An export in a process of its own, under faults, killed near a random write."""
        self.exact.faults.set(EXACT_FAULTS)
        self.optiply.faults.set(OPTIPLY_FAULTS)
        self._plan_again()
        urls = (self.optiply.base_url, self.optiply.token_url, self.exact.base_url, self.exact.token_url)
        child = self.processes.Process(target=killed_run.main, args=("export", str(self.warehouse), *urls))
        child.start()
        self.killer.arm(child.kill, 12)
        child.join()
        self.killer.kill = None
        self.kills += child.exitcode == -9

    def _plan_again(self) -> None:
        """What Exact has refused stays refused until it changes: the plan model's part."""
        with connect(self.warehouse) as connection:
            connection.execute(
                """
                update plan.plan_exact set blocked_by = 'refused: Exact said no'
                where marker in (select remote_id from ledger.refusals where target = 'exact')
                """
            )

    def end(self) -> list[str]:
        """Export to the end without faults; what differs then from the orders of Optiply."""
        self.exact.faults.set([])
        self.optiply.faults.set([])
        optiply = optiply_client(self.optiply.base_url, self.optiply.token_url, self.clock.sleep)
        exact = exact_client(
            self.exact.base_url,
            self.exact.token_url,
            self.warehouse.parent,
            self.clock.seconds,
            self.clock.sleep,
        )
        for _ in range(EXPORTS_TO_THE_END):
            self._plan_again()
            with connect(self.warehouse) as connection:
                export(connection, exact, optiply, run_id="end", now=self.clock.now, sleep=self.clock.sleep)
                unlinked = rows(connection, "from ledger.exports where state = 'sent'")
                exported = rows(connection, "from ledger.exports")
            if not unlinked and len(exported) == len(self.orders):
                break
        return list(self._differences())

    def _differences(self) -> Iterator[str]:
        standing = self.exact.store.rows("purchase_orders")
        times = Counter(str(order["YourRef"]) for order in standing)
        for order_id, lines in self.orders.items():
            if times[order_id] != 1:
                yield f"order {order_id} stands {times[order_id]} times"
                continue
            (order,) = (each for each in standing if each["YourRef"] == order_id)
            held = self.exact.store.children(
                "purchase_order_lines", "PurchaseOrderID", order["PurchaseOrderID"]
            )
            if sorted((each["Item"], each["QuantityInPurchaseUnits"]) for each in held) != sorted(lines):
                yield f"order {order_id} has other lines"
            row = self.optiply.store.get("buyOrders", int(order_id))
            if row.values["remoteId"] != order["PurchaseOrderID"]:
                yield f"order {order_id} carries {row.values['remoteId']} in Optiply"
            linked = {
                str(each.values["remoteId"])
                for each in self.optiply.store.with_value("buyOrderLines", "buyOrderId", int(order_id))
            }
            if linked != {str(each["ID"]) for each in held}:
                yield f"lines of order {order_id} carry other ids in Optiply"
        yield from (f"order {each} cannot be sent, and stands" for each in self.unsendable & times.keys())
        with connect(self.warehouse) as connection:
            refused = rows(connection, "select remote_id, message from ledger.refusals")
            ours = rows(
                connection, "select marker, blocked_by from plan.plan_exact where refused_reason is not null"
            )
        explained = {row["remote_id"] for row in refused if "tick Purchase" in row["message"]} | {
            row["marker"] for row in ours
        }
        yield from (f"order {each} is not explained" for each in self.unsendable - explained)
