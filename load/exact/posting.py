"""One document of an order to Exact, and nothing else in its place (X8): POST, look up, read back."""

from __future__ import annotations

from collections.abc import Callable

from apis.errors import ApiError, OutcomeUnknown, RecordRefused
from apis.exact import ExactClient
from load.exact.orders import PlannedOrder
from load.exact.standing_orders import StandingOrder, Wanted, find_orders, read_order
from load.optiply.send import IN_FLIGHT_SECONDS, NotConfirmed


class Posting:
    """Sends orders of one run, one request at a time."""

    def __init__(self, exact: ExactClient, sleep: Callable[[float], None]) -> None:
        self.exact = exact
        self.sleep = sleep

    def post(self, order: PlannedOrder) -> StandingOrder:
        """The order as Exact holds it, however many requests it takes.

        Raises NotConfirmed where nobody knows, RecordRefused, and ApiError where it was turned away before any work.
        """
        doubt: OutcomeUnknown | None = None
        for _ in range(2):
            try:
                entry = self.exact.create(order.document.path, order.body)
            except OutcomeUnknown as error:
                doubt = error
                found = self.look_up(order)
                if found is None:
                    self.sleep(IN_FLIGHT_SECONDS)
                    found = self.look_up(order)
                if found:
                    return found[0]
                continue
            except RecordRefused:
                raise
            except ApiError as error:
                if doubt:
                    raise NotConfirmed(f"{doubt}; then {error}") from error
                raise
            return self._read_back(order, str(entry.get(order.document.key) or ""))
        raise NotConfirmed(f"sent twice, not found in Exact: {doubt}")

    def look_up(self, order: PlannedOrder) -> list[StandingOrder] | None:
        """What stands in Exact under the order's marker; None: nothing. Raises NotConfirmed: not to be asked."""
        try:
            return find_orders(self.exact, [wanted_of(order)]).get(wanted_of(order))
        except ApiError as error:
            raise NotConfirmed(f"the look-up failed: {error}") from error

    def _read_back(self, order: PlannedOrder, exact_id: str) -> StandingOrder:
        """BO7: the baseline is what Exact made of it."""
        try:
            found = read_order(self.exact, order.document, exact_id) if exact_id else None
        except ApiError as error:
            raise NotConfirmed(f"sent, but it could not be read back: {error}") from error
        if found is None:
            by_marker = self.look_up(order)
            if not by_marker:
                raise NotConfirmed("sent, but Exact does not show it yet")
            found = by_marker[0]
        return found


def wanted_of(order: PlannedOrder) -> Wanted:
    """What the order's document is recognised by in Exact."""
    return Wanted(order.sink, order.marker, order.counterpart_id.lower())
