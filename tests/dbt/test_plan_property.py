"""Any marts against any ledger: a plan carried out leaves nothing to do, and Optiply as it should be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import pytest

from tests.dbt.plan_models import DEFAULTS, OPPOSITES, CompilePlan, PlanModels, read_everything, rows

Record = dict[str, Any]
Account = dict[tuple[str, str], Record]  # what Optiply holds, by entity and remote id

MARTS = {
    "products": "optiply_products",
    "suppliers": "optiply_suppliers",
    "supplierProducts": "optiply_supplier_products",
    "sellOrders": "optiply_sell_orders",
}
# What Optiply documents as nullable (C6), of the attributes we send.
NULLABLE = {"article_code", "ean_code", "delivery_time", "lot_size", "minimum_purchase_quantity", "completed"}
# Which flag leaves which attribute to the people in Optiply (C6), written down a second time on purpose.
LEFT_TO_PEOPLE_BY: Mapping[str, tuple[str, str]] = {
    "map_stockLevel": ("products", "stock_level"),
    "map_product_articleCode": ("products", "article_code"),
    "unit_filter": ("products", "stock_measurement_unit"),
    "map_supplier_mail": ("suppliers", "emails"),
    "sync_leadTime_suppliers": ("suppliers", "delivery_time"),
    "sync_leadTime_supProducts": ("supplierProducts", "delivery_time"),
    "useLOT": ("supplierProducts", "lot_size"),
    "useMOQ": ("supplierProducts", "minimum_purchase_quantity"),
    "map_preferred_supplier": ("supplierProducts", "preferred"),
    "map_purchase_price": ("supplierProducts", "price"),
}

RECORDS_PER_ENTITY = 300
IDS = [f"id-{number}" for number in range(RECORDS_PER_ENTITY)]
TEXTS = ["A", 'B "é" 😀', "C\\d"]
CODES = [None, *TEXTS]
MONEY = [Decimal("0.00"), Decimal("1.50"), Decimal("1.51"), Decimal("9999999.99")]
DAYS = [None, 1, 2]
INSTANTS = ["2024-03-01T00:00:00Z", "2024-03-02T10:30:00Z"]
STATUSES = ["enabled", "disabled"]
TRUTH = [True, False]


def order_lines(random: Random) -> list[Record]:
    return [
        {
            "product_remote_id": product,
            "quantity": random.randint(1, 2),
            "subtotal_value": random.choice(MONEY),
        }
        for product in sorted(random.sample(IDS[:3], random.randint(0, 3)))
    ]


# Few values, so that equal ones are as likely as different ones.
ATTRIBUTES: dict[str, dict[str, Sequence[Any] | Callable[[Random], Any]]] = {
    "products": {
        "name": TEXTS,
        "sku_code": CODES,
        "article_code": CODES,
        "ean_code": CODES,
        "price": [None, *MONEY],
        "unlimited_stock": TRUTH,
        "stock_level": [-1, 0, 1],
        "status": STATUSES,
        "assembled": TRUTH,
        "created_at_remote": [None, *INSTANTS],
        "stock_measurement_unit": CODES,
    },
    "suppliers": {
        "name": TEXTS,
        "emails": [None, [], ["a@x.nl"], ["b@x.nl", "a@x.nl"]],
        "delivery_time": DAYS,
        "ignored": TRUTH,
    },
    "supplierProducts": {
        "product_remote_id": IDS[:5],
        "supplier_remote_id": IDS[:5],
        "name": TEXTS,
        "sku_code": CODES,
        "article_code": CODES,
        "ean_code": CODES,
        "price": [None, *MONEY],
        "lot_size": DAYS,
        "minimum_purchase_quantity": DAYS,
        "delivery_time": DAYS,
        "preferred": [None, *TRUTH],
        "status": STATUSES,
    },
    "sellOrders": {
        "placed": INSTANTS,
        "completed": [None, *INSTANTS],
        "total_value": MONEY,
        "order_lines": order_lines,
    },
}


def some_ids(random: Random) -> list[str]:
    return sorted(remote_id for remote_id in IDS if random.random() < 0.7)


def some_records(random: Random) -> Account:
    return {
        (entity, remote_id): {
            name: values(random) if callable(values) else random.choice(values)
            for name, values in attributes.items()
        }
        for entity, attributes in ATTRIBUTES.items()
        for remote_id in some_ids(random)
    }


def slightly_changed(random: Random, records: Account) -> Account:
    """Half of the records as they are, half with one other attribute, some others besides."""
    changed = {key: dict(record) for key, record in some_records(random).items()}
    for (entity, remote_id), record in records.items():
        if random.random() < 0.8:
            name, values = random.choice(list(ATTRIBUTES[entity].items()))
            other = values(random) if callable(values) else random.choice(values)
            changed[entity, remote_id] = record if random.random() < 0.5 else {**record, name: other}
    return changed


def some_world(random: Random) -> tuple[Account, Account, set[tuple[str, str]], set[str]]:
    """What is desired, what Optiply holds, of which of that only the id is known, and which orders leave."""
    desired = some_records(random)
    account = slightly_changed(random, desired)
    known_by_id_only = {key for key in account if random.random() < 0.2}
    leaving = {remote_id for remote_id in some_ids(random) if ("sellOrders", remote_id) not in desired}
    return desired, account, known_by_id_only, leaving


def as_json(record: Record) -> str:
    """As an earlier run could have written it: nulls or not, floats as floats."""
    return json.dumps(record, default=float)  # a Decimal


def from_json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


class World:
    """A warehouse and the Optiply account it speaks of; `push` carries the plan out as the real push does."""

    def __init__(self, models: PlanModels) -> None:
        self.models = models
        self.connection: duckdb.DuckDBPyConnection = models.warehouse()
        models.build(self.connection)
        read_everything(self.connection)

    def fill(
        self, desired: Account, account: Account, known_by_id_only: set[tuple[str, str]], leaving: set[str]
    ) -> None:
        self.account = {key: dict(record) for key, record in account.items()}
        for table in (*(f"marts.{mart}" for mart in MARTS.values()), "ledger.records"):
            self.connection.execute(f"delete from {table}")
        self.connection.execute("delete from intermediate.int_orders__sell_orders_leaving")
        for entity, mart in MARTS.items():
            self.insert(
                f"marts.{mart}",
                ["remote_id", *ATTRIBUTES[entity]],
                [
                    [remote_id, *record.values()]
                    for (of, remote_id), record in desired.items()
                    if of == entity
                ],
            )
        self.remember(
            [
                (*key, None if key in known_by_id_only else as_json(record), None)
                for key, record in account.items()
            ]
        )
        self.insert(
            "intermediate.int_orders__sell_orders_leaving",
            ["remote_id", "reason"],
            [[remote_id, "cancelled in Exact"] for remote_id in leaving],
        )

    def insert(self, table: str, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
        row = f"({', '.join('?' * len(columns))})"
        self.connection.execute(
            f"insert into {table} ({', '.join(columns)}) values {', '.join([row] * len(values))}",
            [value for one in values for value in one],
        )

    def remember(self, records: Sequence[tuple[str, str, str | None, str | None]]) -> None:
        """Ledger rows of (entity, remote id, payload, payload hash)."""
        self.insert(
            "ledger.records",
            ["entity", "remote_id", "optiply_id", "payload", "payload_hash"],
            [[entity, remote_id, f"{entity} {remote_id}", *state] for entity, remote_id, *state in records],
        )

    def plan(self) -> list[Record]:
        self.models.build(self.connection)
        return list(rows(self.connection, "select * from plan.plan_optiply order by entity, remote_id"))

    def push(self, plan: list[Record]) -> None:
        sent = [row for row in plan if row["blocked_by"] is None]
        for row in sent:
            key = (row["entity"], row["remote_id"])
            if row["operation"] == "update":
                for name, change in from_json(row["changed_attributes"]).items():
                    self.account[key][name] = change["new"]
            else:
                self.account.pop(key, None)
                if row["operation"] != "delete":
                    self.account[key] = from_json(row["payload"])
        # the plan is a table: it still says what was sent
        self.connection.execute(
            "delete from ledger.records using plan.plan_optiply as sent where sent.blocked_by is null "
            "and records.entity = sent.entity and records.remote_id = sent.remote_id"
        )
        self.remember(
            [
                (row["entity"], row["remote_id"], row["payload"], row["payload_hash"])
                for row in sent
                if row["operation"] != "delete"
            ]
        )


def left_to_people(flags: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {pair for flag, pair in LEFT_TO_PEOPLE_BY.items() if flags[flag] in (False, "none")}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("flags", [DEFAULTS, OPPOSITES], ids=["default flags", "opposite flags"])
def test_a_plan_carried_out_leaves_nothing_to_do_and_optiply_as_it_should_be(
    flags: dict[str, Any], seed: int, compile_plan: CompilePlan
) -> None:
    """C6, C7, C8, SO12, SP9, P20, S5: for any desired state and any ledger."""
    world = World(compile_plan(flags))
    desired, account, known_by_id_only, leaving = some_world(Random(seed))
    world.fill(desired, account, known_by_id_only, leaving)
    plan = {(row["entity"], row["remote_id"]): row for row in world.plan()}
    assert {row["operation"] for row in plan.values()} == {"create", "update", "replace", "delete"}
    world.push(list(plan.values()))
    left = {(row["entity"], row["remote_id"]): row for row in world.plan()}

    assert [row for row in left.values() if not str(row["blocked_by"]).startswith("waiting: ")] == []
    for key, row in plan.items():
        assert (row["operation"] == "create") == (key not in account)
        assert (row["optiply_id"] is None) == (row["operation"] == "create")
        check_row(row, desired.get(key, {}))
    for key in account.keys() - desired.keys():
        assert (key not in world.account) == (key[0] == "sellOrders" and key[1] in leaving), key  # C8
    for key in desired.keys() - left.keys():
        if key in world.account:
            check_record(
                world, key, desired[key], account.get(key, {}), plan.get(key, {}), left_to_people(flags)
            )
        else:  # P20, S5, SP9
            assert desired[key].get("status") == "disabled" or desired[key].get("ignored"), key


# What a PATCH cannot change: the lines of an order, the ends of a link whose ends are known (SO12, SP9).
UNPATCHABLE = {"order_lines", "product_remote_id", "supplier_remote_id"}


def check_row(row: Record, desired: Record) -> None:
    if row["operation"] == "create":  # P20, S5
        assert desired.get("status") != "disabled" and not desired.get("ignored"), row
    if row["operation"] == "update":
        changes, payload = from_json(row["changed_attributes"]), from_json(row["payload"])
        if row["reason"] != "known by id only":
            assert not UNPATCHABLE & changes.keys(), row
        for name, change in changes.items():  # C6: a null that clears stands in the payload
            assert name in payload and payload[name] == change["new"], row


def check_record(
    world: World,
    key: tuple[str, str],
    desired: Record,
    before: Record,
    planned: Record,
    off: set[tuple[str, str]],
) -> None:
    """One record in Optiply after the push: what we send is as desired, what people keep is untouched."""
    held = world.account[key]
    for name, value in desired.items():
        if (key[0], name) in off:
            if planned.get("operation") not in ("create", "replace"):
                assert held.get(name) == before.get(name), (key, name)
        elif value is not None:
            assert held[name] == value, (key, name)
        elif name in NULLABLE:
            assert held.get(name) is None, (key, name)
        elif planned.get("operation") not in ("create", "replace"):
            assert held.get(name) == before.get(name), (key, name)
