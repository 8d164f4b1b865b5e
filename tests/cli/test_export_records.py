"""`exact-optiply export SINK --from`: records of a file or a table, through the command (X11)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.export import NOT_KNOWN
from pipeline.run import NEEDS_A_LOOK, OK, WRONG_USE
from tests.cli.conftest import Command
from tests.load.plan_tables import PlanTables
from tests.world import World
from warehouse.connection import connect
from warehouse.publish import publish
from warehouse.tables import ensure_tables


def test_records_go_to_exact_once_and_each_is_accounted_for(
    command: Command, world: World, tmp_path: Path
) -> None:
    """A file, then a table, then both again; a dry run before that sends nothing; one that is refused is told."""
    file = tmp_path / "items.jsonl"
    records = [{"id": "N-1", "Description": "Nieuw"}, {"id": "N-2"}]
    file.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    tenant = ("--tenant", str(world.tenant_file))
    with connect(world.tenant.warehouse_path) as connection:
        connection.execute("create table main.suppliers as select '900' as id, 'Nieuw BV' as \"Name\"")

    assert command("extract", "warehouses", *tenant).code == OK  # a dry run reads the published copy
    world.forget_traffic()
    shown = command("export", "Items", "--from", str(file), "--dry-run", *tenant)
    assert 'would send Items::N-1 to logistics/Items: {"body": {"Code": "N-1"' in shown.stdout
    assert "Items::N-2 refused: Description is mandatory" in shown.stdout
    assert world.exact.statistics["requests"] == 0

    sent = command("export", "Items", "--from", str(file), *tenant)
    assert sent.code == NEEDS_A_LOOK
    assert "N-2" in sent.stderr and "Description is mandatory" in sent.stderr
    assert command("export", "Suppliers", "--from", "main.suppliers", *tenant).code == OK
    command("export", "Items", "--from", str(file), *tenant)
    assert [row["Description"] for row in world.exact.store.rows("items") if row["Code"] == "N-1"] == [
        "Nieuw"
    ]
    assert [row["IsSupplier"] for row in world.exact.store.rows("accounts") if row["Name"] == "Nieuw BV"] == [
        True
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Items",), "records of a file need both"),
        (("--from", "x.jsonl"), "records of a file need both"),
        (("Item", "--from", "x.jsonl"), "no sink 'Item': there are BuyOrders"),
        (("Items", "--from", "x.jsonl", "--order", "1"), "--order chooses among Optiply's buy orders"),
        (("Items", "--from", "x.jsonl"), "x.jsonl cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_is_sent(
    command: Command, world: World, arguments: tuple[str, ...], words: str
) -> None:
    ended = command("export", *arguments, "--tenant", str(world.tenant_file))
    assert ended.code == WRONG_USE
    assert words in " ".join(ended.stderr.split())
    assert world.exact.statistics["writes"] == []


def test_orders_that_are_asked_for_are_told_how_they_stand(command: Command, world: World) -> None:
    """One that was exported long ago, and one that nobody knows: neither passes in silence."""
    with connect(world.tenant.warehouse_path) as connection:
        ensure_tables(connection)
        PlanTables(connection)
        connection.execute(
            """
            create table marts.export_status as
            select
                '7' as optiply_buy_order_id, '7' as marker, 'sent' as state, '40000061' as exact_number, null as reason
            """
        )
    publish(world.tenant.warehouse_path, world.tenant.published_path)
    tenant = ("--tenant", str(world.tenant_file))
    assert command("export", "--dry-run", *tenant).stdout == "nothing would be sent\n"
    asked = command("export", "--dry-run", "--order", "99", "--order", "7", *tenant)
    assert asked.stdout.splitlines() == ["7 sent 40000061", f"99 {NOT_KNOWN}"]
    assert command("export", "--order", "7", *tenant).code == OK
    ended = command("export", "--order", "99", "--order", "7", *tenant)
    assert (ended.code, world.exact.statistics["writes"]) == (NEEDS_A_LOOK, [])
    assert f"export: 99 {NOT_KNOWN}" in " ".join((ended.stdout + ended.stderr).split())
