"""A shop that changes, a push that is killed, a server that fails: what is left must be the desired state.

The plan is made here as the dbt models make it, from the desired state and the ledger, so that one round takes
a second. Used by the test of a few kills and by `benchmarks/chaos_push.py`.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from pydantic.alias_generators import to_camel

from load.optiply.entities import CASCADES, ENTITIES
from load.optiply.push import push
from sandbox.optiply import OptiplySandbox
from tests.load import killed_run
from tests.load.clients import Clock, optiply_client
from tests.load.plan_tables import PlanTables, md5, product, rows, sell_order, supplier_product
from warehouse.connection import connect
from warehouse.tables import ensure_tables

PLACED = "2026-03-01T00:00:00Z"
# what a server does to a client: refusing, failing before and after the work, losing the answer
FAULTS: list[dict[str, Any]] = [
    {"kind": kind, "probability": 0.02, "seed": seed}
    for seed, kind in enumerate(("500", "503", "reset_before_work", "500_after_work", "reset_after_work"))
]
# Time-outs take real time: the answer comes after the client has given up, the work is done while it waits to ask.
PACE = 0.3
TIME_OUTS = [*FAULTS, {"kind": "latency", "probability": 0.01, "seed": 9, "seconds": 3.0}]
TIMEOUT_SECONDS = 2.0 * PACE
PUSHES_TO_THE_END = 30

Desired = dict[str, dict[str, dict[str, Any]]]


@dataclass
class Shop:
    """What Optiply should hold, by entity and remote id; `change` moves it on by one round."""

    chance: random.Random
    desired: Desired = field(default_factory=lambda: {entity.name: {} for entity in ENTITIES})
    rounds: int = 0

    def change(self) -> None:
        """Creates, updates, deletes and replacements in every entity that knows them."""
        self.rounds += 1
        number = self.rounds
        for index in range(4):
            self.desired["products"][f"p-{number}-{index}"] = product(f"Screw {number} {index}")
        self.desired["suppliers"][f"s-{number}"] = {"name": f"Smit {number}"}
        self._offer(number)
        for index in range(3):
            self.desired["sellOrders"][f"so-{number}-{index}"] = self._sell_order()
        self._buy(number)
        for each in self._some("products", 3):
            each["stock_level"] = self.chance.randrange(1, 1000)
        for each in self._some("supplierProducts", 2):
            each["price"] = self.chance.randrange(1, 1000) / 100
        for remote_id in self._ids("sellOrders", 2):
            self.desired["sellOrders"][remote_id] = self._sell_order()
        for remote_id in self._ids("sellOrders", 1):
            del self.desired["sellOrders"][remote_id]
        for remote_id in self._ids("productCompositions", 1):
            del self.desired["productCompositions"][remote_id]
        for each in self._some("buyOrders", 1):
            each["supplier_remote_id"] = self.chance.choice(list(self.desired["suppliers"]))
        for remote_id in self._ids("buyOrders", 1) if number % 2 == 0 else ():
            self._cancel(remote_id)
        for each in self._some("receiptLines", 1):
            each["quantity"] = self.chance.randrange(1, 50)

    def _offer(self, number: int) -> None:
        supplier = self.chance.choice(list(self.desired["suppliers"]))
        self.desired["supplierProducts"][f"sp-{number}"] = supplier_product(f"p-{number}-0", supplier)
        self.desired["productCompositions"][f"p-{number}-0:p-{number}-1"] = {
            "composed_product_remote_id": f"p-{number}-0",
            "part_product_remote_id": f"p-{number}-1",
            "part_quantity": self.chance.randrange(1, 9),
        }

    def _sell_order(self) -> dict[str, Any]:
        products = self.chance.sample(sorted(self.desired["products"]), 2)
        return sell_order(*((each, self.chance.randrange(1, 9), 1.25) for each in products), placed=PLACED)

    def _buy(self, number: int) -> None:
        order, line = f"bo-{number}", f"bol-{number}"
        supplier = self.chance.choice(list(self.desired["suppliers"]))
        self.desired["buyOrders"][order] = {
            "placed": PLACED,
            "supplier_remote_id": supplier,
            "total_value": 12.5,
        }
        for index in range(2):
            self.desired["buyOrderLines"][f"{line}-{index}"] = {
                "buy_order_remote_id": order,
                "product_remote_id": self.chance.choice(list(self.desired["products"])),
                "quantity": self.chance.randrange(1, 9),
                "subtotal_value": 6.25,
            }
        self.desired["receiptLines"][f"r-{number}"] = {
            "buy_order_line_remote_id": f"{line}-0",
            "quantity": 1,
            "occurred": PLACED,
        }

    def _cancel(self, order: str) -> None:
        gone = {("buyOrders", order)}
        for cascade in CASCADES:
            for remote_id, payload in self.desired[cascade.child].items():
                if (cascade.parent, payload[cascade.key]) in gone:
                    gone.add((cascade.child, remote_id))
        for entity, remote_id in gone:
            del self.desired[entity][remote_id]

    def _ids(self, entity: str, count: int) -> list[str]:
        known = sorted(self.desired[entity])
        return self.chance.sample(known, min(count, len(known)))

    def _some(self, entity: str, count: int) -> Iterator[dict[str, Any]]:
        for remote_id in self._ids(entity, count):
            yield self.desired[entity][remote_id]


def make_plan(connection: duckdb.DuckDBPyConnection, desired: Desired) -> int:
    """Fill `plan.plan_optiply` with the differences between desired state and ledger; how many there are."""
    plan = PlanTables(connection)
    plan.clear()
    records = {
        (row["entity"], row["remote_id"]): row
        for row in rows(
            connection, "select entity, remote_id, optiply_id, payload, payload_hash from ledger.records"
        )
    }
    replaced: set[tuple[str, str]] = set()
    parents = {cascade.child: cascade for cascade in CASCADES}
    count = 0
    for entity in (each.name for each in ENTITIES):
        for remote_id, payload in desired[entity].items():
            record = records.get((entity, remote_id))
            cascade = parents.get(entity)
            follows = cascade is not None and (cascade.parent, payload[cascade.key]) in replaced
            if record is None:
                operation = "create"
            elif follows or _needs_replacement(entity, payload, record):
                operation = "replace"
                replaced.add((entity, remote_id))
            elif record["payload_hash"] != md5(payload):
                operation = "update"
            else:
                continue
            plan.add(
                entity, operation, remote_id, payload,
                optiply_id=record["optiply_id"] if record else None,
                changed=_changed(payload, record) if operation == "update" else (),
            )  # fmt: skip
            count += 1
        for name, remote_id in records:
            if name == entity and remote_id not in desired[entity]:
                plan.add(entity, "delete", remote_id, optiply_id=records[name, remote_id]["optiply_id"])
                count += 1
    return count


def _needs_replacement(entity: str, payload: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """SO12, BO6: lines of a sell order, the supplier of a buy order."""
    key = {"sellOrders": "order_lines", "buyOrders": "supplier_remote_id"}.get(entity)
    if key is None:
        return False
    return record["payload"] is None or bool(json.loads(record["payload"])[key] != payload[key])


def _changed(payload: Mapping[str, Any], record: Mapping[str, Any] | None) -> list[str]:
    accepted = json.loads(record["payload"]) if record and record["payload"] else {}
    return [name for name, value in payload.items() if accepted.get(name) != value]


def differences(sandbox: OptiplySandbox, desired: Desired) -> list[str]:
    """Where Optiply does not hold exactly the desired state: lost, doubled, or with other values."""
    remote_ids = {
        row.id: str(row.values["remoteId"]) for each in ENTITIES for row in sandbox.store.rows(each.name)
    }
    lines: dict[int, Counter[tuple[Any, ...]]] = {}
    for row in sandbox.store.rows("sellOrderLines"):
        key = (
            remote_ids[row.values["productId"]],
            row.values["quantity"],
            float(row.values["subtotalValue"]),
        )
        lines.setdefault(row.values["sellOrderId"], Counter())[key] += 1
    found = []
    for entity in ENTITIES:
        standing = sandbox.store.rows(entity.name)
        times = Counter(str(row.values["remoteId"]) for row in standing)
        found += [f"{entity.name} {each} is lost" for each in desired[entity.name].keys() - times.keys()]
        found += [f"{entity.name} {each} is left over" for each in times.keys() - desired[entity.name].keys()]
        found += [f"{entity.name} {each} stands {count} times" for each, count in times.items() if count > 1]
        for row in standing:
            payload = desired[entity.name].get(str(row.values["remoteId"]), {})
            for name, value in payload.items():
                if name == entity.nested:
                    wanted = Counter(
                        (line["product_remote_id"], line["quantity"], line["subtotal_value"])
                        for line in value
                    )
                    held: Any = lines.get(row.id, Counter())
                elif name in entity.references:
                    wanted, held = (
                        value,
                        remote_ids[row.values[to_camel(name.removesuffix("_remote_id") + "_id")]],
                    )
                else:
                    wanted, held = value, _plain(row.values.get(to_camel(name)), value)
                if wanted != held:
                    found.append(f"{entity.name} {row.values['remoteId']}: {name} is {held}, not {wanted}")
    return found


def _plain(stored: Any, like: Any) -> Any:
    if isinstance(stored, datetime):
        return stored.strftime("%Y-%m-%dT%H:%M:%SZ")
    return float(stored) if isinstance(like, float) else stored


class Killer:
    """SIGKILL at a random instant near a random write of the child."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lock = threading.Lock()
        self.left = 0
        self.kill: Callable[[], None] | None = None

    def arm(self, kill: Callable[[], None], most_writes: int) -> None:
        with self.lock:
            self.left = self.chance.randrange(1, max(2, most_writes))
            self.kill = kill

    def watch(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **options: Any) -> Any:
            with self.lock:
                self.left -= 1
                if self.kill is not None and self.left == 0:
                    threading.Timer(self.chance.uniform(0, 0.03), self.kill).start()
            return work(*arguments, **options)

        return watched


@dataclass
class Chaos:
    """One account and one warehouse under attack. `kills`: children that died of SIGKILL.

    clock: the server's too. Answers come too late as well where it has a pace.
    """

    sandbox: OptiplySandbox
    warehouse: Path
    chance: random.Random
    clock: Clock
    kills: int = 0

    def __post_init__(self) -> None:
        self.timeout_seconds = TIMEOUT_SECONDS if self.clock.pace else 30.0
        self.client = optiply_client(
            self.sandbox.base_url,
            self.sandbox.token_url,
            self.clock.sleep,
            timeout_seconds=self.timeout_seconds,
        )
        self.shop = Shop(self.chance)
        self.killer = Killer(self.chance)
        for name in ("create", "update", "delete"):
            setattr(self.sandbox.store, name, self.killer.watch(getattr(self.sandbox.store, name)))
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload(["tests.load.killed_run"])
        with connect(self.warehouse) as connection:
            ensure_tables(connection)

    def round(self, kills: int) -> list[str]:
        """Change the shop, push it under faults with so many kills, then to the end; what differs then."""
        self.shop.change()
        self.sandbox.faults.set(TIME_OUTS if self.clock.pace else FAULTS)
        for _ in range(kills):
            with connect(self.warehouse) as connection:
                due = make_plan(connection, self.shop.desired)
            self._push_killed(due)
        for _ in range(PUSHES_TO_THE_END):
            with connect(self.warehouse) as connection:
                due = make_plan(connection, self.shop.desired)
                is_open = rows(connection, "from ledger.intents where outcome is null or outcome = 'unknown'")
                if not due and not is_open:
                    return differences(self.sandbox, self.shop.desired)
                push(connection, self.client, run_id="end", now=self.clock.now, sleep=self.clock.sleep)
        return [f"{due} rows are still due after {PUSHES_TO_THE_END} pushes"]

    def _push_killed(self, due: int) -> None:
        child = self.processes.Process(
            target=killed_run.main,
            args=("push", str(self.warehouse), self.sandbox.base_url, self.sandbox.token_url),
            kwargs={"clock": self.clock, "timeout_seconds": self.timeout_seconds},
        )
        child.start()
        self.killer.arm(child.kill, due)
        child.join()
        self.killer.kill = None
        self.kills += child.exitcode == -9
