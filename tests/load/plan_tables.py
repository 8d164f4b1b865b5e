"""Plan tables filled by hand, in the columns of docs/design.md, and a look at what a push or export left."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

PLAN_COLUMNS = """
    entity varchar, operation varchar, remote_id varchar, optiply_id varchar, payload varchar,
    payload_hash varchar, changed_attributes varchar, reason varchar, blocked_by varchar
"""
EXPORT_COLUMNS = """
    sink varchar, optiply_buy_order_id varchar, marker varchar, counterpart_id varchar, payload varchar,
    lines varchar, payload_hash varchar, optiply_order varchar, refused_reason varchar, refused_rule varchar,
    operation varchar, blocked_by varchar
"""


def text(payload: Mapping[str, Any] | None) -> str | None:
    return None if payload is None else json.dumps(payload, sort_keys=True, ensure_ascii=False)


def md5(payload: Mapping[str, Any] | None) -> str | None:
    content = text(payload)
    return None if content is None else hashlib.md5(content.encode()).hexdigest()


def product(name: str, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "stock_level": 5, "price": 12.5, "unlimited_stock": False, **attributes}


def supplier_product(product_id: str, supplier_id: str, **attributes: Any) -> dict[str, Any]:
    keys = {"product_remote_id": product_id, "supplier_remote_id": supplier_id}
    return {"name": "Screw by the box", "lot_size": 6, "price": 1.25, **keys, **attributes}


def sell_order(*lines: tuple[str, int, float], **attributes: Any) -> dict[str, Any]:
    return {
        "placed": "2026-03-01T00:00:00Z",
        "total_value": sum(value for _, _, value in lines),
        "order_lines": [
            {"product_remote_id": product_id, "quantity": quantity, "subtotal_value": value}
            for product_id, quantity, value in lines
        ],
        **attributes,
    }


class PlanTables:
    """The plan of one warehouse; `clear` before the next plan."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        connection.execute("create schema if not exists plan; create schema if not exists marts")
        connection.execute(f"create table if not exists plan.plan_optiply ({PLAN_COLUMNS})")
        connection.execute(f"create table if not exists plan.plan_exact ({EXPORT_COLUMNS})")
        connection.execute(
            "create table if not exists plan.plan_optiply_gone"
            " (entity varchar, remote_id varchar, optiply_id varchar)"
        )
        connection.execute(
            "create table if not exists marts.exact_adopted_orders (optiply_buy_order_id varchar, remote_id varchar)"
        )
        connection.execute(
            "create table if not exists marts.exact_adopted_lines"
            " (optiply_buy_order_id varchar, optiply_buy_order_line_id varchar, exact_line_id varchar)"
        )

    def clear(self) -> None:
        self.connection.execute("delete from plan.plan_optiply")
        self.connection.execute("delete from plan.plan_exact")
        self.connection.execute("delete from plan.plan_optiply_gone")

    def add(
        self,
        entity: str,
        operation: str,
        remote_id: str,
        payload: Mapping[str, Any] | None = None,
        *,
        optiply_id: str | None = None,
        changed: Sequence[str] = (),
        blocked_by: str | None = None,
    ) -> None:
        changes = {name: {"old": None, "new": (payload or {})[name]} for name in changed}
        self.connection.execute(
            "insert into plan.plan_optiply values (?, ?, ?, ?, ?, ?, ?, 'because', ?)",
            [
                entity,
                operation,
                remote_id,
                optiply_id,
                text(payload),
                md5(payload),
                json.dumps(changes) if changes else None,
                blocked_by,
            ],
        )

    def add_gone(self, entity: str, remote_id: str, optiply_id: str) -> None:
        self.connection.execute(
            "insert into plan.plan_optiply_gone values (?, ?, ?)", [entity, remote_id, optiply_id]
        )

    def add_order(
        self,
        order_id: str,
        supplier_id: str,
        lines: Sequence[tuple[str, str, float]],
        *,
        optiply_order: Mapping[str, Any] | None = None,
        blocked_by: str | None = None,
        refused_reason: str | None = None,
    ) -> None:
        """lines: (Optiply line id, item id, quantity in purchase units)."""
        body = {
            "OrderDate": "2026-03-01T00:00:00",
            "ReceiptDate": "2026-03-09T00:00:00",
            "Supplier": supplier_id,
            "YourRef": order_id,
            "PurchaseOrderLines": [
                {"Item": item_id, "QuantityInPurchaseUnits": quantity, "ReceiptDate": "2026-03-09T00:00:00"}
                for _, item_id, quantity in lines
            ],
        }
        self.add_document(
            "purchase_orders",
            order_id,
            order_id,
            supplier_id,
            body,
            lines,
            optiply_order=optiply_order,
            blocked_by=blocked_by,
            refused_reason=refused_reason,
        )

    def add_document(
        self,
        sink: str,
        order_id: str,
        marker: str,
        counterpart_id: str,
        body: Mapping[str, Any],
        lines: Sequence[tuple[str, str, float]],
        *,
        optiply_order: Mapping[str, Any] | None = None,
        blocked_by: str | None = None,
        refused_reason: str | None = None,
    ) -> None:
        """lines: (Optiply line id, item id, quantity)."""
        matched = [
            {"optiply_buy_order_line_id": line_id, "item_id": item_id, "quantity": quantity}
            for line_id, item_id, quantity in lines
        ]
        self.connection.execute(
            "insert into plan.plan_exact values (?, ?, ?, ?, ?, ?, ?, ?, ?, null, 'create', ?)",
            [
                sink,
                order_id,
                marker,
                counterpart_id,
                json.dumps(body),
                json.dumps(matched),
                md5(body),
                text(optiply_order),
                refused_reason,
                blocked_by,
            ],
        )


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found = connection.execute(sql)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def records(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """(entity, remote id) -> Optiply's id, of the whole ledger."""
    return {
        (row["entity"], row["remote_id"]): row["optiply_id"]
        for row in rows(connection, "from ledger.records")
    }


def outcomes(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str | None]]:
    """(operation, remote id, outcome) of every intent, in the order they were made."""
    return connection.execute(
        "select operation, remote_id, outcome from ledger.intents order by intended_at, rowid"
    ).fetchall()
