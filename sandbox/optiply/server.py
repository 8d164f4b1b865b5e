"""The Optiply API as a strict local server on real HTTP, with faults on demand."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from sandbox import credentials
from sandbox.faults import FaultRule, Faults
from sandbox.optiply import control
from sandbox.optiply.api import CONTENT_TYPE, Answer, Api
from sandbox.optiply.oauth import TokenDesk
from sandbox.optiply.store import Store
from sandbox.traffic import Traffic, Visit
from sandbox.wire import LocalServer, reset_connection

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOKEN_PATH = "/oauth/token"
MAINTENANCE = "<!DOCTYPE html><html><body><h1>We'll be back soon</h1></body></html>"
# Before the work is done: `429` (with Retry-After where the rule has retry_after), `500`, `503`, `401`,
# `html_page` (status 200), `reset_before_work`. After it: `500_after_work`, `empty_body` (status 200),
# `reset_after_work`. `latency` waits `seconds` before anything else.
FAULT_KINDS = (
    "latency", "429", "500", "503", "401", "html_page", "reset_before_work",
    "500_after_work", "empty_body", "reset_after_work",
)  # fmt: skip
FAULT_TEXTS = {
    429: "Too many requests",
    500: "Internal server error",
    503: "Service unavailable",
    401: "expired",
}


class OptiplySandbox(LocalServer):
    """One account, empty at first, on a free port unless `port` is given.

        with OptiplySandbox() as sandbox:
            OptiplyClient(base_url=sandbox.base_url, token_url=sandbox.token_url, …)

    `clock`: seconds since 1970 for token expiry, createdAt, updatedAt. `token_seconds`: lifetime of an access
    token. `sleep` waits out a latency fault. Every field is safe to use while the server runs.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        account_id: int = credentials.OPTIPLY_ACCOUNT_ID,
        coupling_id: int = credentials.OPTIPLY_COUPLING_ID,
        token_seconds: float = 3600.0,
        created_status: int = 201,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(port)
        self.store = Store(account_id, coupling_id, clock)
        self.faults = Faults(FAULT_KINDS)
        self.traffic = Traffic(_label)
        self.desk = TokenDesk(token_seconds, clock)
        self._api = Api(self.store, self.desk, created_status)
        self._control = control.Control(self.store, self.faults, self.traffic)
        self._sleep = sleep

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def token_url(self) -> str:
        return f"{self.url}{TOKEN_PATH}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith(control.PREFIX):
            return _response(self._control.answer(request))(environ, start_response)
        with self.traffic.visit(request.method, request.path) as visit:
            response = self._faulty_answer(request, visit)
            visit.status = response.status_code
        return response(environ, start_response)

    def _faulty_answer(self, request: Request, visit: Visit) -> Response:
        due = {rule.kind: rule for rule in self.faults.due(request.method, request.path)}
        if request.path == TOKEN_PATH:
            visit.is_write = False  # nor are the credentials of its body kept
        else:
            visit.body = _body_of(request)
        if "latency" in due:
            self._sleep(due["latency"].seconds)
        if "reset_before_work" in due:
            reset_connection(request.environ)
        if (before := _instead(due)) is not None:
            return before
        if request.path == TOKEN_PATH:
            response = _response(self.desk.grant(request), "application/json")
        else:
            response = _response(self._api.answer(request))
        if "reset_after_work" in due:
            reset_connection(request.environ)
        if "500_after_work" in due:
            return _response((500, {"message": FAULT_TEXTS[500]}))
        if "empty_body" in due:
            return Response(b"", 200, content_type=CONTENT_TYPE)
        return response


def _instead(due: dict[str, FaultRule]) -> Response | None:
    """The answer of a fault that comes in place of the work."""
    if "html_page" in due:
        return Response(MAINTENANCE, 200, content_type="text/html; charset=utf-8")
    for kind, rule in due.items():
        if kind.isdecimal():
            response = _response((int(kind), {"message": FAULT_TEXTS[int(kind)]}))
            if rule.retry_after is not None:
                response.headers["Retry-After"] = str(rule.retry_after)
            return response
    return None


def _response(answer: Answer | tuple[int, dict[str, Any]], content_type: str = CONTENT_TYPE) -> Response:
    status, body = answer
    if body is None:
        return Response(status=status)
    return Response(json.dumps(body, ensure_ascii=False), status, content_type=content_type)


def _body_of(request: Request) -> Any:
    raw = request.get_data()
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "replace")


def _label(path: str) -> str:
    """`/v1/products/7` -> `/v1/products/{id}`."""
    head, _, last = path.rpartition("/")
    return f"{head}/{{id}}" if last.isdecimal() else path
