"""Exact Online on loopback: tokens, limits, faults and traffic around the API itself."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug import Request, Response

from sandbox import credentials
from sandbox.company.company import Company
from sandbox.exact import answers, sabotage
from sandbox.exact.api import PREFIX as API_PREFIX
from sandbox.exact.api import Api
from sandbox.exact.control import PREFIX as CONTROL_PREFIX
from sandbox.exact.control import Control
from sandbox.exact.limits import ErrorQuota, Limits
from sandbox.exact.refusals import Refused
from sandbox.exact.store import Store
from sandbox.exact.tokens import TokenRefused, TokenService
from sandbox.faults import FaultRule, Faults
from sandbox.traffic import Traffic, Visit
from sandbox.wire import RESET_AFTER, LocalServer, reset_connection

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOKEN_PATH = "/api/oauth2/token"
AUTHORIZE_PATH = "/api/oauth2/auth"
KEY = re.compile(r"\([^()]*\)")


def endpoint_of(path: str) -> str:
    """`/api/v1/1/logistics/Items(guid'..')` -> `/api/v1/1/logistics/Items`: one name for all keys."""
    return KEY.sub("", path)


class ExactSandbox(LocalServer):
    """A context manager that serves a company as Exact Online does.

        with ExactSandbox(company) as exact:
            requests.post(exact.token_url, ...)

    `clock`: seconds since the epoch. `minute_limit`, `day_limit`: calls allowed, None for no limit.
    `error_quota`: 4xx answers per endpoint and hour before it is blocked (Exact: 10), None for never.
    `unlicensed`: path prefixes that the licence lacks, such as `sync/Manufacturing/`. `port` 0: a free one.
    `other_divisions`: what the user may see besides the company; `store` and the control paths know that one only.
    `sleep` carries out the latency faults.
    """

    def __init__(
        self,
        company: Company,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        minute_limit: int | None = 60,
        day_limit: int | None = 5000,
        error_quota: int | None = None,
        unlicensed: Collection[str] = (),
        other_divisions: Collection[Company] = (),
        client_id: str = credentials.EXACT_CLIENT_ID,
        client_secret: str = credentials.EXACT_CLIENT_SECRET,
        refresh_token: str = credentials.EXACT_REFRESH_TOKEN,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.store = Store(company, clock)
        self.tokens = TokenService(
            client_id=client_id, client_secret=client_secret, refresh_token=refresh_token, clock=clock
        )
        self.faults = Faults(sabotage.KINDS)
        self._limits = Limits(minute=minute_limit, day=day_limit, clock=clock)
        self._quota = ErrorQuota(most=error_quota, clock=clock)
        self._traffic = Traffic(endpoint_of)
        self._token_traffic = Traffic(endpoint_of)
        self._api = Api(self.store, clock, unlicensed)
        self._other_apis = {
            one.division: Api(Store(one, clock), clock, unlicensed) for one in other_divisions
        }
        for division in self._other_apis:
            self.store.insert("divisions", {"Code": division, "Description": f"Division {division}"})
        self._control = Control(self.store, self.faults, lambda: self.statistics, self.forget)
        self._clock = clock
        self._sleep = sleep

    @property
    def base_url(self) -> str:
        """Without a closing slash."""
        return self.url

    @property
    def token_url(self) -> str:
        return f"{self.base_url}{TOKEN_PATH}"

    @property
    def statistics(self) -> dict[str, Any]:
        """What `Traffic.summary` tells of the API's requests, and `token_requests`: those by status."""
        return self._traffic.summary() | {"token_requests": self._token_traffic.summary()["by_status"]}

    def forget(self) -> None:
        """Begin the statistics again."""
        self._traffic.clear()
        self._token_traffic.clear()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        response: Response | None
        if request.path.startswith(CONTROL_PREFIX):
            response = self._control.answer(request)
        elif request.path.startswith(API_PREFIX):
            with self._traffic.visit(request.method, request.path) as visit:
                response = self._with_faults(request, visit, self._answer_api)
        elif request.path in (TOKEN_PATH, AUTHORIZE_PATH):
            with self._token_traffic.visit(request.method, request.path) as visit:
                response = self._with_faults(request, visit, self._answer_oauth)
        else:
            response = Response("Not found", status=404, content_type="text/plain")
        if response is None:
            reset_connection(environ)  # out here, so that the visit is counted before the client notices
        return response(environ, start_response)

    def _with_faults(
        self, request: Request, visit: Visit, answer: Callable[[Request], Response]
    ) -> Response | None:
        """The answer, or None where the connection is to be reset."""
        if request.path.startswith(API_PREFIX):
            visit.body = request.get_data(as_text=True)
        rules = self.faults.due(request.method, request.path)
        if _has(rules, "reset_before_work"):
            return None
        if _has(rules, "token_death"):
            self.tokens.revoke_access()  # good for nothing until the client has renewed it
        try:
            response = sabotage.before_work(rules, self._limits, self._sleep) or answer(request)
        except Refused as refused:
            response = answers.refusal(refused, is_json="json" in request.headers.get("Accept", ""))
        if _has(rules, "reset_after_work"):
            return None
        response = sabotage.after_work(rules, response)
        if _has(rules, "reset_within_body"):
            request.environ[RESET_AFTER].append(len(response.get_data()) // 2)
            return response  # without a status in the statistics, as it never arrives whole
        visit.status = response.status_code
        return response

    def _answer_api(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        endpoint = endpoint_of(request.path)
        headers: dict[str, str] = {}
        try:
            if scheme.lower() != "bearer" or not self.tokens.accepts(token.strip()):
                raise Refused(401, "Unauthorized", {"WWW-Authenticate": "Bearer"})
            headers = self._limits.take()
            self._quota.check(endpoint)
            response = self._api_of(request).answer(request)
        except Refused as refused:
            self._quota.note(endpoint, refused.status)
            raise Refused(refused.status, refused.message, headers | refused.headers) from refused
        response.headers.update(headers)
        return response

    def _api_of(self, request: Request) -> Api:
        division = request.path.removeprefix(API_PREFIX).partition("/")[0]
        return self._other_apis.get(int(division), self._api) if division.isdigit() else self._api

    def _answer_oauth(self, request: Request) -> Response:
        try:
            if request.path == AUTHORIZE_PATH:
                return self._authorize(request)
            if request.method != "POST":
                raise TokenRefused("invalid_request", "use POST", 405)
            return _json(self.tokens.answer(request.form), 200)
        except TokenRefused as refused:
            return _json({"error": refused.error, "error_description": refused.description}, refused.status)

    def _authorize(self, request: Request) -> Response:
        """Signs in at once, as the person would, and sends the browser back with code and state."""
        redirect_uri = request.args.get("redirect_uri", "")
        if request.args.get("response_type") != "code" or not redirect_uri:
            raise TokenRefused("invalid_request", "response_type=code and redirect_uri are mandatory")
        code = self.tokens.authorize(request.args.get("client_id", ""), redirect_uri)
        back = {"code": code} | ({"state": request.args["state"]} if "state" in request.args else {})
        separator = "&" if "?" in redirect_uri else "?"
        return Response(status=302, headers={"Location": f"{redirect_uri}{separator}{urlencode(back)}"})


def _has(rules: Iterable[FaultRule], kind: str) -> bool:
    return any(rule.kind == kind for rule in rules)


def _json(data: dict[str, str], status: int) -> Response:
    return Response(
        json.dumps(data),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
