"""The documents of the plan, ready to be sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from load.exact.documents import DOCUMENTS, PURCHASE_ORDERS, Document
from load.ledger import Intent

TABLE = "plan_exact"


@dataclass(frozen=True)
class PlannedLine:
    """One line as sent. quantity: in purchase units; in item units where nothing is bought."""

    optiply_buy_order_line_id: str
    item_id: str
    quantity: float


@dataclass(frozen=True)
class PlannedOrder:
    """One Optiply buy order, or one line of it (X10), as a document of Exact.

    payload: JSON text of the POST's body. counterpart_id: see `Document`. optiply_order: JSON text, what the
    order was in Optiply when it was planned; None on an order of an earlier run. An intent carries body and
    lines together: an order that has left the plan since can still be recognised and its lines linked.
    """

    sink: str
    optiply_buy_order_id: str
    marker: str
    counterpart_id: str
    payload: str
    payload_hash: str | None
    lines: tuple[PlannedLine, ...]
    optiply_order: str | None = None

    @property
    def optiply_quantities(self) -> dict[str, float]:
        """What Optiply held of each line when the order was planned, by the line's id; empty where unknown."""
        order = json.loads(self.optiply_order or '{"lines": []}')
        return {line["id"]: line["quantity"] for line in order["lines"] if line["quantity"] is not None}

    @property
    def document(self) -> Document:
        return DOCUMENTS[self.sink]

    @property
    def body(self) -> dict[str, Any]:
        return _object(json.loads(self.payload))

    def as_intent_payload(self) -> str:
        return json.dumps(
            {
                "sink": self.sink,
                "optiply_buy_order_id": self.optiply_buy_order_id,
                "body": self.body,
                "lines": [asdict(line) for line in self.lines],
                "optiply_order": self.optiply_order,
            }
        )

    @classmethod
    def from_intent(cls, intent: Intent) -> PlannedOrder:
        """The order that an intent was about. Raises ValueError or KeyError for a payload of another form."""
        content = _object(json.loads(intent.payload or "null"))
        body = _object(content["body"])
        document = DOCUMENTS[content.get("sink", PURCHASE_ORDERS.sink)]
        return cls(
            sink=document.sink,
            optiply_buy_order_id=content.get("optiply_buy_order_id", intent.remote_id),
            marker=body[document.marker],
            counterpart_id=body[document.counterpart],
            payload=json.dumps(body),
            payload_hash=intent.payload_hash,
            lines=tuple(PlannedLine(**line) for line in content["lines"]),
            optiply_order=content.get("optiply_order"),
        )


@dataclass(frozen=True)
class BlockedOrder:
    """An order that is not sent, with the plan's reason."""

    optiply_buy_order_id: str
    reason: str


def sendable(*, retry_refused: bool) -> str:
    """SQL condition on a row of the plan. What we refuse ourselves (X12) is never sent."""
    reasons = ["blocked_by is null", "starts_with(blocked_by, 'open intent')"]
    if retry_refused:
        reasons.append("(refused_reason is null and starts_with(blocked_by, 'refused'))")
    return f"({' or '.join(reasons)})"


def planned_orders(
    connection: duckdb.DuckDBPyConnection, *, retry_refused: bool, order_ids: Sequence[str] | None
) -> tuple[list[PlannedOrder], list[BlockedOrder]]:
    """The orders to send, by their numbers, and those the plan holds back.

    An order that the ledger has exported since the plan was made is in neither.
    """
    condition = sendable(retry_refused=retry_refused)
    rows = connection.execute(
        f"""
        select
            {condition} and operation = 'create', blocked_by,
            sink, optiply_buy_order_id, marker, counterpart_id, payload, payload_hash, lines, optiply_order
        from plan.{TABLE}
        where marker not in (select marker from ledger.exports)
            and ($all or list_contains($order_ids, optiply_buy_order_id))
        order by try_cast(optiply_buy_order_id as bigint), optiply_buy_order_id, marker
        """,
        {"all": order_ids is None, "order_ids": list(order_ids or ())},
    ).fetchall()
    ready = [
        PlannedOrder(sink, order_id, marker, counterpart, payload, payload_hash, _lines(lines), optiply_order)
        for is_ready, _, sink, order_id, marker, counterpart, payload, payload_hash, lines, optiply_order in rows
        if is_ready
    ]
    blocked = [BlockedOrder(row[3], row[1]) for row in rows if not row[0]]
    return ready, blocked


def _lines(text: str) -> tuple[PlannedLine, ...]:
    return tuple(
        PlannedLine(
            line["optiply_buy_order_line_id"],
            str(line["item_id"]).lower(),
            float(line["quantity"]),
        )
        for line in json.loads(text)
    )


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("the body of a document is a JSON object")
    return value
