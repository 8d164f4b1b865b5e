"""Buy orders from Optiply to Exact, as purchase orders, warehouse transfers or shop orders, each exactly once (X8).

The intent is committed before the POST. Before any POST, and for every intent that a killed run left open,
Exact is asked for the marker. A look-up that fails sends nothing. The last thing before a POST is a look at
Optiply: an order that is not what was planned any more is not sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

import duckdb

from apis.errors import (
    ApiError,
    DailyLimitReached,
    RecordRefused,
    StopRun,
)
from apis.exact import ExactClient
from apis.exact.odata import Guid
from apis.optiply import OptiplyClient
from load.exact import register
from load.exact.adopt import adopt_lines, adopt_orders
from load.exact.current_orders import CHANGED, why_not_now
from load.exact.link import link
from load.exact.orders import TABLE, BlockedOrder, PlannedOrder, planned_orders
from load.exact.posting import Posting, wanted_of
from load.exact.refusals import explain, in_plain_words
from load.exact.register import Exported
from load.exact.result import ExportResult
from load.exact.standing_orders import (
    Match,
    StandingOrder,
    Wanted,
    find_orders,
    match_lines,
)
from load.ledger import Intent, Ledger, Outcome, naive_utc
from load.optiply.lost_ledger import stop_on_lost_ledger
from load.optiply.plan_rows import require_plan
from load.optiply.result import Notice
from load.optiply.send import IN_FLIGHT_SECONDS, NotConfirmed

ENTITY = "buyOrders"


class OrderDiffers(Exception):
    """An order with our marker and supplier stands in Exact, but it has other items."""


def export(
    connection: duckdb.DuckDBPyConnection,
    exact: ExactClient,
    optiply: OptiplyClient,
    *,
    run_id: str,
    now: Callable[[], datetime],
    order_ids: Sequence[str] | None = None,
    dry_run: bool = False,
    retry_refused: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    report: Callable[[str], None] = lambda _: None,
) -> ExportResult:
    """Export `plan.plan_exact`. `order_ids`: Optiply's ids, None for all of the plan.

    dry_run: reports each body, asks nothing, writes nothing. retry_refused: also what Exact refused before.
    Raises LedgerMissing, PlanMissing, and CredentialsRefused after the ledger is settled.
    """
    require_plan(connection, TABLE)
    ledger = Ledger(connection, run_id=run_id)
    result = ExportResult()
    if not dry_run:
        stop_on_lost_ledger(ledger, optiply)
        result.adopted = adopt_orders(ledger, at=now())
    ready, blocked = planned_orders(connection, retry_refused=retry_refused, order_ids=order_ids)
    _count_blocked(blocked, result)
    if dry_run:
        for order in ready:
            report(
                f"would send Optiply buy order {order.optiply_buy_order_id} to {order.document.path}: {order.payload}"
            )
        return result
    work = _Export(ledger, exact, optiply, now, sleep, report, result)
    try:
        adopt_lines(ledger, optiply, retry_refused=retry_refused, now=now, result=result)
        for unlinked in register.unlinked(ledger, order_ids, retry_refused=retry_refused):
            link(ledger, optiply, unlinked, now=now, result=result)
        work.run(ready, order_ids)
    except DailyLimitReached as limit:
        result.stopped, result.is_daily_limit = limit.message, True
    return result


def _count_blocked(blocked: Sequence[BlockedOrder], result: ExportResult) -> None:
    for order in blocked:
        if order.reason.startswith("refused"):
            result.counts.refused += 1
            result.notices.append(Notice(ENTITY, order.optiply_buy_order_id, "refused", order.reason))
        elif order.reason.startswith("waiting"):
            result.counts.waiting += 1
            result.notices.append(Notice(ENTITY, order.optiply_buy_order_id, "waiting", order.reason))
        else:
            result.counts.held += 1


class _Export:
    """The orders of one run, one after the other: Exact's limits allow no more."""

    def __init__(
        self,
        ledger: Ledger,
        exact: ExactClient,
        optiply: OptiplyClient,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        report: Callable[[str], None],
        result: ExportResult,
    ) -> None:
        self.ledger = ledger
        self.exact = exact
        self.posting = Posting(exact, sleep)
        self.optiply = optiply
        self.now = now
        self.sleep = sleep
        self.report = report
        self.result = result

    def run(self, ready: Sequence[PlannedOrder], order_ids: Sequence[str] | None) -> None:
        """Settle what is open, adopt what stands in Exact, send the rest."""
        open_ones = self.ledger.open_intents("exact", ["create"])
        intents = [intent for intent in open_ones if intent.entity == ENTITY]  # others: load/exact/sinks
        if order_ids is not None:
            asked = set(order_ids)
            intents = [
                intent for intent in intents if PlannedOrder.from_intent(intent).optiply_buy_order_id in asked
            ]
        self._let_arrive(intents)
        left_open = [PlannedOrder.from_intent(intent) for intent in intents]
        orders = [order for order in ready if self._has_counterpart(order)]
        try:
            standing = find_orders(self.exact, _wanted([*left_open, *orders]))
        except StopRun:
            raise
        except ApiError as error:
            self._stop(f"Exact could not be asked which orders it holds, so nothing was sent: {error}")
            return
        done = {
            order.marker
            for intent, order in zip(intents, left_open, strict=True)
            if self._settle(intent, order, standing.get(wanted_of(order), []))
        }
        due = [order for order in orders if order.marker not in done]
        for number, order in enumerate(due, start=1):
            self._export_one(order, standing.get(wanted_of(order), []))
            self.report(f"orders: {number} of {len(due)}")
            if self.result.stopped:
                return

    def _let_arrive(self, intents: Sequence[Intent]) -> None:
        """A POST of a run that was killed a moment ago may still be worked on."""
        if intents:
            newest = max(intent.intended_at for intent in intents)
            age = (naive_utc(self.now()) - newest).total_seconds()
            if 0 <= age < IN_FLIGHT_SECONDS:
                self.sleep(IN_FLIGHT_SECONDS - age)

    def _has_counterpart(self, order: PlannedOrder) -> bool:
        try:
            Guid(order.counterpart_id)
        except ValueError:
            field = order.document.counterpart
            self._refuse(order, f"{field}: the remote id {order.counterpart_id!r} is not a guid of Exact")
            return False
        return True

    def _settle(self, intent: Intent, order: PlannedOrder, standing: Sequence[StandingOrder]) -> bool:
        """Close an intent of an earlier run. True: nothing may be sent for this order in this run."""
        if not standing:
            outcome = Outcome(intent, "failed", self.now(), message="not found in Exact: it is due again")
            self.ledger.settle([outcome])
            return False
        try:
            self._stands(intent, order, standing, was_found=True)
        except OrderDiffers as differs:
            self._settle_refused(intent, order, str(differs))
        return True

    def _export_one(self, order: PlannedOrder, standing: Sequence[StandingOrder]) -> None:
        if not standing and not self._is_as_planned(order):
            return
        intent = self.ledger.intent(
            "exact",
            ENTITY,
            order.marker,
            "create",
            at=self.now(),
            payload=order.as_intent_payload(),
            payload_hash=order.payload_hash,
        )
        self.ledger.open([intent])
        try:
            if standing:  # a ledger that was lost, or an order of the integration before us
                self._stands(intent, order, standing, was_found=True)
            else:
                self._stands(intent, order, [self.posting.post(order)], was_found=False)
        except RecordRefused as refusal:
            self._refused_by_exact(intent, order, refusal)
        except OrderDiffers as differs:
            self._settle_refused(intent, order, str(differs))
        except NotConfirmed as doubt:
            self._unsettled(intent, order, "unknown", doubt)
            self._stop_for(doubt.__cause__)
        except ApiError as error:  # turned away before any work
            self._unsettled(intent, order, "failed", error)
            self._stop_for(error)

    def _is_as_planned(self, order: PlannedOrder) -> bool:
        """Ask Optiply once more. An order that has changed is not refused: the next plan is made of it as it is."""
        if order.optiply_order is None:
            raise ValueError(f"order {order.optiply_buy_order_id} of the plan without its state in Optiply")
        try:
            why_not = why_not_now(self.optiply, order.optiply_buy_order_id, order.optiply_order)
        except StopRun:
            raise
        except ApiError as error:
            self.result.counts.failed += 1
            self._stop(
                f"Optiply could not be asked whether an order still stands, so it was not sent: {error}"
            )
            return False
        if why_not is None:
            return True
        if why_not == CHANGED:
            self.result.counts.waiting += 1
            self.result.notices.append(Notice(ENTITY, order.optiply_buy_order_id, "waiting", why_not))
        else:
            self._notice(order, f"not sent: {why_not}")
        register.write_unsent(self.ledger, order, why_not, at=self.now())
        return False

    def _stands(
        self, intent: Intent, order: PlannedOrder, standing: Sequence[StandingOrder], *, was_found: bool
    ) -> None:
        """The order is in Exact: write it down, then link it. Raises OrderDiffers where it is another one."""
        chosen, match = _best(order, standing)
        if was_found and not match.has_same_items:
            raise OrderDiffers(
                f"Exact holds {order.document.noun} {chosen.order_number} with reference {order.marker} and the "
                f"same {order.document.counterpart}, with other items. Nothing was sent: compare the two, and "
                "change the reference in Exact if it is another order"
            )
        outcome = Outcome(
            intent,
            "accepted",
            self.now(),
            message="found in Exact by its reference" if was_found else None,
            created_id=chosen.exact_id,
        )
        register.write_sent(self.ledger, outcome, order, chosen, match.pairs)
        self.result.counts.created += 1
        self.result.found += was_found
        self._note_differences(order, standing, match)
        exported = Exported(order.sink, order.optiply_buy_order_id, chosen.exact_id)
        link(self.ledger, self.optiply, exported, now=self.now, result=self.result)

    def _note_differences(self, order: PlannedOrder, standing: Sequence[StandingOrder], match: Match) -> None:
        if len(standing) > 1:
            numbers = ", ".join(str(each.order_number) for each in standing)
            self._notice(order, f"Exact holds {len(standing)} orders with its reference: {numbers}")
        if not (match.has_same_items and match.has_same_quantities):
            self._notice(order, "Exact holds other lines or quantities than were sent; Exact's count")

    def _refused_by_exact(self, intent: Intent, order: PlannedOrder, refusal: RecordRefused) -> None:
        words = "; ".join(refusal.messages)
        explanation = explain(words)
        if explanation and explanation.is_existing:
            try:
                if found := self.posting.look_up(order):
                    self._stands(intent, order, found, was_found=True)
                    return
            except OrderDiffers as differs:
                words = f"{words}. {differs}"
            except NotConfirmed as doubt:
                self._unsettled(intent, order, "unknown", doubt)
                self._stop_for(doubt.__cause__)
                return
        self._settle_refused(intent, order, in_plain_words(words), refusal.status)

    def _settle_refused(
        self, intent: Intent, order: PlannedOrder, words: str, status: int | None = None
    ) -> None:
        self.ledger.settle([Outcome(intent, "refused", self.now(), status_code=status, message=words)])
        self._refuse(order, words)

    def _refuse(self, order: PlannedOrder, words: str) -> None:
        self.result.counts.refused += 1
        self.result.notices.append(Notice(ENTITY, order.optiply_buy_order_id, "refused", words))

    def _unsettled(
        self, intent: Intent, order: PlannedOrder, result: Literal["unknown", "failed"], error: Exception
    ) -> None:
        status = getattr(error, "status", None)
        self.ledger.settle([Outcome(intent, result, self.now(), status_code=status, message=str(error))])
        self.result.counts.failed += 1
        self.result.notices.append(Notice(ENTITY, order.optiply_buy_order_id, "failed", str(error)))

    def _stop_for(self, error: BaseException | None) -> None:
        """After an error that the next order would meet as well."""
        if isinstance(error, StopRun):
            raise error
        if isinstance(error, ApiError):
            self._stop(f"Exact could not go on: {error}")

    def _stop(self, why: str) -> None:
        self.result.stopped = why
        self.report(why)

    def _notice(self, order: PlannedOrder, words: str) -> None:
        self.result.notices.append(Notice(ENTITY, order.optiply_buy_order_id, "noted", words))


def _best(order: PlannedOrder, standing: Sequence[StandingOrder]) -> tuple[StandingOrder, Match]:
    """Of several orders with our marker the first that has our items, the same quantities before others."""
    matches = [(each, match_lines(order.lines, each.lines)) for each in standing]
    return max(matches, key=lambda pair: (pair[1].has_same_items, pair[1].has_same_quantities))


def _wanted(orders: Sequence[PlannedOrder]) -> list[Wanted]:
    return list(dict.fromkeys(wanted_of(order) for order in orders))
