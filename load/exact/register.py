"""The export part of the ledger: which Optiply buy order stands in Exact as which document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from load.exact.documents import PURCHASE_ORDERS, SHOP_ORDERS
from load.exact.orders import PlannedLine, PlannedOrder
from load.exact.standing_orders import StandingLine, StandingOrder
from load.ledger import KnownRecord, Ledger, Outcome, naive_utc

LINE_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("optiply_buy_order_line_id", "exact_line_id", "item_id")),
        ("line_number", pa.int32()),
        ("quantity", pa.float64()),
        ("optiply_quantity", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Exported:
    """An export whose Optiply order does not carry the remote ids yet (state `sent`)."""

    sink: str
    optiply_buy_order_id: str
    exact_id: str


def write_sent(
    ledger: Ledger,
    outcome: Outcome,
    planned: PlannedOrder,
    standing: StandingOrder,
    pairs: Sequence[tuple[PlannedLine, StandingLine]],
) -> None:
    """In one transaction: the intent is settled, the export and its lines stand, the records are known (BO7).

    The records of order and lines make sure that what comes back from Exact is recognised, never created.
    """
    order_id = planned.optiply_buy_order_id
    at = naive_utc(outcome.at)
    with ledger.transaction():
        ledger.write_outcomes([outcome])
        ledger.connection.execute(
            """
            insert into ledger.exports (
                optiply_buy_order_id, sink, marker, supplier_remote_id, exact_id, exact_number,
                payload, payload_hash, state, sent_at, linked_at, run_id
            )
            values (?, ?, ?, ?, ?, ?, ?, ?, 'sent', ?, null, ?)
            """,
            [
                order_id,
                planned.sink,
                planned.marker,
                planned.counterpart_id if planned.sink == PURCHASE_ORDERS.sink else None,
                standing.exact_id,
                standing.order_number,
                planned.payload,
                planned.payload_hash,
                at,
                ledger.run_id,
            ],
        )
        _write_lines(ledger, planned, pairs)
        # of an order that became several shop orders (X10) no single one is the order
        is_whole = planned.sink != SHOP_ORDERS.sink
        known = [KnownRecord("buyOrders", standing.exact_id, order_id)] if is_whole else []
        known += [
            KnownRecord("buyOrderLines", theirs.exact_line_id, ours.optiply_buy_order_line_id)
            for ours, theirs in pairs
        ]
        ledger.remember(known, at=at)


def _write_lines(
    ledger: Ledger, order: PlannedOrder, pairs: Sequence[tuple[PlannedLine, StandingLine]]
) -> None:
    held = order.optiply_quantities
    rows: list[dict[str, Any]] = [
        {
            "optiply_buy_order_line_id": planned.optiply_buy_order_line_id,
            "exact_line_id": standing.exact_line_id,
            "item_id": standing.item_id,
            "line_number": standing.line_number,
            "quantity": standing.quantity,
            "optiply_quantity": held.get(planned.optiply_buy_order_line_id),
        }
        for planned, standing in pairs
    ]
    ledger.connection.register("exported_lines", pa.Table.from_pylist(rows, schema=LINE_SCHEMA))
    try:
        ledger.connection.execute(
            """
            insert into ledger.export_lines (
                optiply_buy_order_id, optiply_buy_order_line_id, exact_line_id, line_number, item_id,
                quantity_in_purchase_units, optiply_quantity
            )
            select
                ?, optiply_buy_order_line_id, exact_line_id, line_number, item_id, quantity, optiply_quantity
            from exported_lines
            """,
            [order.optiply_buy_order_id],
        )
    finally:
        ledger.connection.unregister("exported_lines")


def write_unsent(ledger: Ledger, planned: PlannedOrder, why_not: str, *, at: datetime) -> None:
    """Keep why a document was not sent, for `status`: an intent that waits, never a refusal. Once per reason."""
    last = ledger.connection.execute(
        """
        select message from ledger.intents where target = 'exact' and remote_id = ? and operation = 'create'
        order by intended_at desc, rowid desc limit 1
        """,
        [planned.marker],
    ).fetchone()
    if last == (why_not,):
        return
    intent = ledger.intent(
        "exact",
        "buyOrders",
        planned.marker,
        "create",
        at=at,
        payload=planned.as_intent_payload(),
        payload_hash=planned.payload_hash,
    )
    ledger.open([intent])
    ledger.settle([Outcome(intent, "waiting", at, message=why_not)])


def unlinked(ledger: Ledger, order_ids: Sequence[str] | None, *, retry_refused: bool) -> list[Exported]:
    """Exports whose ids Optiply does not carry yet; without those whose link Optiply has refused."""
    rows = ledger.connection.execute(
        """
        select exports.sink, exports.optiply_buy_order_id, exports.exact_id
        from ledger.exports
        where exports.state = 'sent' and ($all or list_contains($order_ids, exports.optiply_buy_order_id))
            and ($retry_refused or not exists (
                from ledger.refusals
                where refusals.target = 'optiply' and refusals.operation = 'link'
                    and refusals.remote_id = exports.exact_id
            ))
        order by try_cast(exports.optiply_buy_order_id as bigint), exports.optiply_buy_order_id, exports.marker
        """,
        {"all": order_ids is None, "order_ids": list(order_ids or ()), "retry_refused": retry_refused},
    ).fetchall()
    return [Exported(*row) for row in rows]


def lines_of(ledger: Ledger, export: Exported) -> list[tuple[str, str]]:
    """(Optiply line id, Exact line id) of an export, in the order of the lines; a shop order is its own line."""
    return ledger.connection.execute(
        """
        select optiply_buy_order_line_id, exact_line_id from ledger.export_lines
        where optiply_buy_order_id = ? and (? or exact_line_id = ?)
        order by line_number
        """,
        [export.optiply_buy_order_id, export.sink != SHOP_ORDERS.sink, export.exact_id],
    ).fetchall()


def remote_id_of_order(ledger: Ledger, export: Exported) -> str | None:
    """The id that the Optiply order is to carry; None while a shop order of it is still to be sent (X10).

    Until then the order must not look as if it stood in Exact, or the rest would never be sent (X1). Of
    several shop orders the order carries the first.
    """
    if export.sink != SHOP_ORDERS.sink:
        return export.exact_id
    row = ledger.connection.execute(
        """
        select min_by(exact_id, marker) from ledger.exports
        where optiply_buy_order_id = $order and not exists (
            from plan.plan_exact
            where plan_exact.optiply_buy_order_id = $order
                and plan_exact.marker not in (select marker from ledger.exports)
        )
        """,
        {"order": export.optiply_buy_order_id},
    ).fetchone()
    return None if row is None else row[0]


def remember_order(ledger: Ledger, export: Exported, remote_id: str, *, at: datetime) -> None:
    """BO7 of an order that became shop orders: it is known by the id that it carries in Optiply."""
    with ledger.transaction():
        ledger.remember([KnownRecord("buyOrders", remote_id, export.optiply_buy_order_id)], at=at)


def write_linked(ledger: Ledger, export: Exported, outcome: Outcome, *, is_gone: bool = False) -> None:
    """The link is done (`linked`), or the order was deleted in Optiply after its export (`gone`, X13)."""
    with ledger.transaction():
        ledger.write_outcomes([outcome])
        ledger.connection.execute(
            "update ledger.exports set state = ?, linked_at = ? where optiply_buy_order_id = ? and exact_id = ?",
            [
                "gone" if is_gone else "linked",
                naive_utc(outcome.at),
                export.optiply_buy_order_id,
                export.exact_id,
            ],
        )
        if is_gone:  # so that the order can come back from Exact as one that Optiply does not hold
            ledger.connection.execute(
                """
                delete from ledger.records
                where (entity = 'buyOrders' and remote_id = ?) or (entity = 'buyOrderLines' and remote_id in (
                    select exact_line_id from ledger.export_lines where optiply_buy_order_id = ?
                ))
                """,
                [export.exact_id, export.optiply_buy_order_id],
            )
