"""Orders that stand on both sides already are taken over, never sent (X1, BO7), and so are their lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from apis.errors import ApiError, Gone, RecordRefused, StopRun
from apis.optiply import OptiplyClient
from load.exact.documents import PURCHASE_ORDERS
from load.exact.result import ExportResult
from load.ledger import Intent, KnownRecord, Ledger, Outcome, naive_utc
from load.optiply.payloads import synced_at
from load.optiply.result import Notice
from load.optiply.send import DOWN_AFTER

LINES = "buyOrderLines"


def adopt_orders(ledger: Ledger, *, at: datetime) -> int:
    """Buy orders that carry a remote id without a row of ours. How many."""
    found = ledger.connection.execute(
        """
        select optiply_buy_order_id, remote_id from marts.exact_adopted_orders
        where optiply_buy_order_id not in (select optiply_buy_order_id from ledger.exports)
        order by optiply_buy_order_id
        """
    ).fetchall()
    if not found:
        return 0
    moment = naive_utc(at)
    with ledger.transaction():
        ledger.connection.execute(
            """
            insert into ledger.exports (
                optiply_buy_order_id, sink, marker, exact_id, state, sent_at, linked_at, run_id
            )
            select optiply_buy_order_id, ?, optiply_buy_order_id, remote_id, 'adopted', null, ?, ?
            from marts.exact_adopted_orders
            where optiply_buy_order_id not in (select optiply_buy_order_id from ledger.exports)
            """,
            [PURCHASE_ORDERS.sink, moment, ledger.run_id],
        )
        ledger.remember(
            [KnownRecord("buyOrders", remote_id, order_id) for order_id, remote_id in found], at=at
        )
    return len(found)


def adopt_lines(
    ledger: Ledger,
    optiply: OptiplyClient,
    *,
    retry_refused: bool,
    now: Callable[[], datetime],
    result: ExportResult,
) -> None:
    """Give the lines of `marts.exact_adopted_lines` their remote id in Optiply, then know them. Raises StopRun.

    A line that is gone in Optiply or refused there is noted once; one that could not be reached is tried in the
    next run, and when Optiply is down so are all that are left. To PATCH a line again is harmless, so what was left
    open is simply done again.
    """
    rows = ledger.connection.execute(
        """
        select optiply_buy_order_id, optiply_buy_order_line_id, exact_line_id from marts.exact_adopted_lines
        where not exists (
            from ledger.records
            where records.entity = $lines and (
                records.remote_id = exact_adopted_lines.exact_line_id
                or records.optiply_id = exact_adopted_lines.optiply_buy_order_line_id
            )
        ) and not exists (
            -- a create of this line may have arrived: the push looks first
            from ledger.intents
            where intents.target = 'optiply' and intents.entity = $lines and intents.operation <> 'link'
                and intents.remote_id = exact_adopted_lines.exact_line_id
                and (intents.outcome is null or intents.outcome = 'unknown')
        ) and ($retry_refused or not exists (
            from ledger.refusals
            where refusals.target = 'optiply' and refusals.entity = $lines and refusals.operation = 'link'
                and refusals.remote_id = exact_adopted_lines.exact_line_id
        ))
        order by try_cast(optiply_buy_order_line_id as bigint), optiply_buy_order_line_id
        """,
        {"lines": LINES, "retry_refused": retry_refused},
    ).fetchall()
    left_open: dict[str, list[Intent]] = {}
    for each in ledger.open_intents("optiply", ["link"]) if rows else ():
        if each.entity == LINES:
            left_open.setdefault(each.remote_id, []).append(each)
    unanswered = 0
    for order_id, line_id, exact_line_id in rows:
        before = left_open.get(exact_line_id, [])
        is_answered = _adopt_line(ledger, optiply, order_id, line_id, exact_line_id, before, now, result)
        unanswered = 0 if is_answered else unanswered + 1
        if unanswered == DOWN_AFTER:
            return


def _adopt_line(
    ledger: Ledger,
    optiply: OptiplyClient,
    order_id: str,
    line_id: str,
    exact_line_id: str,
    left_open: list[Intent],
    now: Callable[[], datetime],
    result: ExportResult,
) -> bool:
    """False: Optiply did not answer, the link stays open."""
    # a hash that no row of the plan has: a refused link is no refusal of what the plan may want of the line
    intent = ledger.intent(
        "optiply", LINES, exact_line_id, "link", at=now(), optiply_id=line_id, payload_hash="link"
    )
    ledger.open([intent])
    if left_open:  # not before: with none open, a push would create the line that may be linked already
        ledger.settle(
            [Outcome(each, "failed", now(), message="not confirmed: done again") for each in left_open]
        )
    stamp = synced_at(intent.intended_at)
    try:
        optiply.update(LINES, line_id, {"remoteId": exact_line_id, "remoteDataSyncedToDate": stamp})
    except Gone as gone:
        words = f"line {line_id} was deleted in Optiply: it comes back from Exact"
        ledger.settle([Outcome(intent, "failed", now(), status_code=gone.status or 404, message=words)])
        result.notices.append(Notice("buyOrders", order_id, "noted", words))
    except RecordRefused as refusal:
        words = "; ".join(refusal.messages)
        ledger.settle([Outcome(intent, "refused", now(), status_code=refusal.status, message=words)])
        result.counts.refused += 1
        notice = Notice("buyOrders", order_id, "refused", f"Optiply refused to link line {line_id}: {words}")
        result.notices.append(notice)
    except StopRun:
        raise
    except ApiError as error:
        ledger.settle([Outcome(intent, "unknown", now(), status_code=error.status, message=str(error))])
        result.counts.failed += 1
        result.notices.append(Notice("buyOrders", order_id, "failed", f"line {line_id}: {error}"))
        return False
    else:
        with ledger.transaction():
            ledger.write_outcomes([Outcome(intent, "accepted", now())])
            ledger.remember([KnownRecord(LINES, exact_line_id, line_id)], at=now())
        result.linked += 1
    return True
