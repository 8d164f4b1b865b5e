"""What a test or a person does to the account beside the public API, below `/_sandbox/`.

    GET, POST, PATCH, DELETE /_sandbox/rows/<entity>[/<id>]   rows as if a person had worked in Optiply
    POST                     /_sandbox/buyOrders               {"supplierId", "placed", "lines": [{…}], …}
    GET, PUT, DELETE         /_sandbox/faults                  a list of `sandbox.faults.FaultRule`
    GET, DELETE              /_sandbox/statistics              `sandbox.traffic.Traffic.summary`

Bodies are plain JSON objects of attributes; answers are resources as in the public API. No credentials.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from werkzeug import Request

from sandbox.faults import Faults
from sandbox.optiply.api import Answer, parsed
from sandbox.optiply.refusal import RefusedError
from sandbox.optiply.resource import resource
from sandbox.optiply.schema import entities
from sandbox.optiply.store import Row, Store
from sandbox.traffic import Traffic

PREFIX = "/_sandbox/"


def place_buy_order(
    store: Store, supplier_id: int, placed: str, lines: Sequence[Mapping[str, Any]], **attributes: Any
) -> Row:
    """A buy order with its lines as a person makes one: `createdFromPublicApi` is false, no remoteId.

    `placed`: an instant as text. `lines`: attributes of buyOrderLines without buyOrderId; totalValue is their
    sum unless given. Raises RefusedError; the order is gone again if a line is refused.
    """
    total = sum((Decimal(str(line.get("subtotalValue", 0))) for line in lines), Decimal())
    head = {"totalValue": total, "accountId": store.account_id} | attributes
    head |= {"supplierId": supplier_id, "placed": placed}
    with store.lock:
        order = store.create("buyOrders", head, from_api=False)
        try:
            for line in lines:
                store.create("buyOrderLines", {"buyOrderId": order.id, **line}, from_api=False)
        except RefusedError:
            store.delete("buyOrders", order.id)
            raise
    return order


class Control:
    """The control paths of one server."""

    def __init__(self, store: Store, faults: Faults, traffic: Traffic) -> None:
        self._store = store
        self._faults = faults
        self._traffic = traffic

    def answer(self, request: Request) -> Answer:
        """Status and JSON body, refusals included."""
        match request.method, *request.path.removeprefix(PREFIX).split("/"):
            case "GET", "statistics":
                return 200, self._traffic.summary()
            case "DELETE", "statistics":
                self._traffic.clear()
                return 204, None
            case _, "faults":
                return self._set_faults(request)
        try:
            return self._answer_rows(request)
        except RefusedError as refusal:
            return refusal.status, refusal.body()

    def _set_faults(self, request: Request) -> Answer:
        if request.method in ("PUT", "POST", "DELETE"):
            try:
                self._faults.set([] if request.method == "DELETE" else request.get_json(force=True))
            except ValueError as error:
                return 400, {"message": str(error)}
        return 200, {"faults": self._faults.status(), "kinds": sorted(self._faults.kinds)}

    def _answer_rows(self, request: Request) -> Answer:
        store = self._store
        match request.method, *request.path.removeprefix(PREFIX).split("/"):
            case "POST", "buyOrders":
                body = _object(request)
                if missing := {"supplierId", "placed", "lines"} - set(body):
                    raise RefusedError(400, f"missing: {', '.join(sorted(missing))}")
                row = place_buy_order(
                    store, body.pop("supplierId"), body.pop("placed"), body.pop("lines"), **body
                )
                return 201, {"data": resource(entities()["buyOrders"], row, store)}
            case method, "rows", name, *rest if name in entities() and len(rest) <= 1:
                entity = entities()[name]
                match method, *rest:
                    case ("GET",):
                        return 200, {"data": [resource(entity, row, store) for row in store.rows(name)]}
                    case ("POST",):
                        row = store.create(name, _object(request), from_api=False)
                        return 201, {"data": resource(entity, row, store)}
                    case "GET", row_id:
                        return 200, {"data": resource(entity, store.get(name, _id(row_id)), store)}
                    case "PATCH", row_id:
                        row = store.update(name, _id(row_id), _object(request))
                        return 200, {"data": resource(entity, row, store)}
                    case "DELETE", row_id:
                        store.delete(name, _id(row_id))
                        return 204, None
        raise RefusedError(404, f"{request.method} {request.path} does not exist")


def _id(text: str) -> int:
    if not text.isdecimal():
        raise RefusedError(404, f"{text} is not an id")
    return int(text)


def _object(request: Request) -> dict[str, Any]:
    body = parsed(request.get_data())
    if not isinstance(body, dict):
        raise RefusedError(400, "the body must be an object of attributes")
    return body
