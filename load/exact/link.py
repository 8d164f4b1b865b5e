"""After an export: the Optiply order and its lines get the ids they have in Exact (X7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from apis.errors import ApiError, Gone, RecordRefused, StopRun
from apis.optiply import OptiplyClient
from load.exact import register
from load.exact.register import Exported
from load.exact.result import ExportResult
from load.ledger import Ledger, Outcome
from load.optiply.payloads import synced_at
from load.optiply.result import Notice


def link(
    ledger: Ledger,
    optiply: OptiplyClient,
    export: Exported,
    *,
    now: Callable[[], datetime],
    result: ExportResult,
) -> None:
    """PATCH order and lines; safe to repeat, so an interrupted link is simply done again. Raises StopRun.

    A line that a person has deleted in Optiply since is passed over; an order that is gone ends the link
    (X13).
    """
    order_id = export.optiply_buy_order_id
    for open_one in ledger.open_intents("optiply", ["link"]):
        if open_one.remote_id == export.exact_id:
            ledger.settle([Outcome(open_one, "failed", now(), message="not confirmed: done again")])
    intent = ledger.intent("optiply", "buyOrders", export.exact_id, "link", at=now(), optiply_id=order_id)
    ledger.open([intent])
    stamp = {"remoteDataSyncedToDate": synced_at(intent.intended_at)}
    try:
        if remote_id := register.remote_id_of_order(ledger, export):
            optiply.update("buyOrders", order_id, {"remoteId": remote_id, **stamp})
            register.remember_order(ledger, export, remote_id, at=now())
        for line_id, exact_line_id in register.lines_of(ledger, export):
            try:
                optiply.update("buyOrderLines", line_id, {"remoteId": exact_line_id, **stamp})
            except Gone:
                words = f"line {line_id} was deleted in Optiply after the order was sent"
                result.notices.append(Notice("buyOrders", order_id, "noted", words))
    except Gone as gone:
        words = "deleted in Optiply after it was sent: it comes back from Exact"
        outcome = Outcome(intent, "failed", now(), status_code=gone.status, message=words)
        register.write_linked(ledger, export, outcome, is_gone=True)
        result.notices.append(Notice("buyOrders", order_id, "noted", words))
        return
    except RecordRefused as refusal:
        words = "; ".join(refusal.messages)
        ledger.settle([Outcome(intent, "refused", now(), status_code=refusal.status, message=words)])
        result.counts.refused += 1
        result.notices.append(Notice("buyOrders", order_id, "refused", f"Optiply refused the link: {words}"))
        return
    except StopRun:
        raise
    except ApiError as error:
        ledger.settle([Outcome(intent, "unknown", now(), status_code=error.status, message=str(error))])
        result.counts.failed += 1
        result.notices.append(Notice("buyOrders", order_id, "failed", f"not linked yet: {error}"))
        return
    register.write_linked(ledger, export, Outcome(intent, "accepted", now()))
    result.linked += 1
