"""A warehouse system as a local server on real HTTP: credentials, faults and traffic around a list of products."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from sandbox.faults import FaultRule, Faults
from sandbox.traffic import Traffic, Visit
from sandbox.wire import LocalServer, reset_connection

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTROL = "/_sandbox/"
MAINTENANCE = "<!DOCTYPE html><html><body><h1>Onderhoud</h1></body></html>"
# All of them stand in place of the work but `cut_body`, which spoils its answer, and `latency`, which comes before.
FAULT_KINDS = (
    "latency", "400", "401", "404", "429", "500", "503", "599", "html_page", "empty_body", "cut_body", "reset",
)  # fmt: skip

Product = dict[str, Any]


class WmsSandbox(LocalServer):
    """The part that both have in common. `products` may be changed while it serves, under `lock`.

    `username`, `password`: what it accepts. `page_size`: products on a page. `sleep` waits out a latency fault.
    """

    def __init__(
        self,
        products: Sequence[Product],
        *,
        username: str,
        password: str,
        page_size: int,
        port: int = 0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(port)
        self.products = list(products)
        self.lock = threading.Lock()
        self.faults = Faults(FAULT_KINDS)
        self.traffic = Traffic(lambda path: path)
        self._credentials = (username, password)
        self._page_size = page_size
        self._sleep = sleep

    @property
    def base_url(self) -> str:
        return self.url

    def answer(self, request: Request) -> Response:
        """The API's own answer to an authorised request."""
        raise NotImplementedError

    def page(self, offset: int) -> list[Product]:
        """The products of the page that begins there; none below 0."""
        with self.lock:
            return self.products[offset : offset + self._page_size] if offset >= 0 else []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith(CONTROL):
            return self._control(request)(environ, start_response)
        with self.traffic.visit(request.method, request.path) as visit:
            response = self._answered(request, visit)
        if response is None:
            reset_connection(environ)  # out here, so that the visit is counted before the client notices
        return response(environ, start_response)

    def _answered(self, request: Request, visit: Visit) -> Response | None:
        due = {rule.kind: rule for rule in self.faults.due(request.method, request.path)}
        if "latency" in due:
            self._sleep(due["latency"].seconds)
        if "reset" in due:
            return None
        response = _instead(due) or self._authorised(request)
        if "cut_body" in due:
            body = response.get_data()
            response.set_data(body[: len(body) * 6 // 10])
        visit.status = response.status_code
        return response

    def _authorised(self, request: Request) -> Response:
        given = request.authorization
        if given is None or given.type != "basic" or (given.username, given.password) != self._credentials:
            return json_response({"Message": "Authorization has been denied for this request."}, 401)
        if request.method != "GET":
            return json_response({"Message": "only GET is served"}, 405)
        return self.answer(request)

    def _control(self, request: Request) -> Response:
        """GET, PUT, POST, DELETE `faults`; GET, DELETE `statistics`; GET, PUT `products` (the whole list)."""
        what = request.path.removeprefix(CONTROL)
        try:
            if what == "statistics":
                if request.method == "DELETE":
                    self.traffic.clear()
                return json_response(self.traffic.summary())
            if what == "faults":
                if request.method != "GET":
                    self.faults.set([] if request.method == "DELETE" else request.get_json(force=True))
                return json_response({"faults": self.faults.status(), "kinds": sorted(self.faults.kinds)})
            if what == "products":
                with self.lock:
                    if request.method == "PUT":
                        self.products = _products(request.get_json(force=True))
                    return json_response(self.products)
        except ValueError as error:
            return json_response({"message": str(error)}, 400)
        return json_response({"message": f"{request.path} does not exist"}, 404)


def json_response(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")


def _products(body: Any) -> list[Product]:
    if not isinstance(body, list) or not all(isinstance(product, dict) for product in body):
        raise ValueError("the body must be a list of products")
    return body


def _instead(due: dict[str, FaultRule]) -> Response | None:
    if "html_page" in due:
        return Response(MAINTENANCE, 200, content_type="text/html; charset=utf-8")
    if "empty_body" in due:
        return Response(b"", 200, content_type="application/json")
    for kind, rule in due.items():
        if kind.isdecimal():
            response = json_response({"Message": f"fault {kind}"}, int(kind))
            if rule.retry_after is not None:
                response.headers["Retry-After"] = str(rule.retry_after)
            return response
    return None
