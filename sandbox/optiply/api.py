"""The public API: one request in, one answer out. What the wire does to it is not known here."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import urlencode

from werkzeug import Request

from sandbox.optiply import query, schema
from sandbox.optiply.oauth import TokenDesk
from sandbox.optiply.refusal import Problem, RefusedError
from sandbox.optiply.resource import resource
from sandbox.optiply.schema import Entity
from sandbox.optiply.store import Store

CONTENT_TYPE = "application/vnd.api+json"
PREFIX = "/v1/"
Answer = tuple[int, dict[str, Any] | None]


class Api:
    """`created_status`: no public source says whether a POST is answered with 200 or 201."""

    def __init__(self, store: Store, desk: TokenDesk, created_status: int = 201) -> None:
        self._store = store
        self._desk = desk
        self._created_status = created_status

    def answer(self, request: Request) -> Answer:
        """Status and JSON body (None: no body). Every refusal comes back as an answer."""
        try:
            return self._answer(request)
        except RefusedError as refusal:
            return refusal.status, refusal.body()

    def _answer(self, request: Request) -> Answer:
        self._desk.check(request)
        if request.mimetype != CONTENT_TYPE:
            raise RefusedError(415, f"Content-Type must be {CONTENT_TYPE}")
        entity, row_id = _target(request.path)
        if request.method == "GET":
            return self._list(entity, request) if row_id is None else self._show(entity, row_id)
        if request.method not in _methods(entity, row_id):
            raise RefusedError(405, f"{request.method} is not allowed on {request.path}")
        self._check_write(request)
        if row_id is None:
            row = self._store.create(entity.name, _attributes(entity, request))
            return self._created_status, {"data": resource(entity, row, self._store)}
        if request.method == "PATCH":
            row = self._store.update(entity.name, row_id, _attributes(entity, request, row_id))
            return 200, {"data": resource(entity, row, self._store)}
        self._store.delete(entity.name, row_id)
        return 204, None

    def _show(self, entity: Entity, row_id: int) -> Answer:
        return 200, {"data": resource(entity, self._store.get(entity.name, row_id), self._store)}

    def _list(self, entity: Entity, request: Request) -> Answer:
        arguments = list(request.args.items(multi=True))
        account = request.args.get("filter[accountId]", request.args.get("filter[accountId][EQ]"))
        if account is None:
            _refuse("filter[accountId] is required")
        if account != str(self._store.account_id):
            raise RefusedError(403, f"no access to account {account}")
        asked = query.parse(entity, arguments)
        rows, more = query.select(self._store, entity, asked)
        links: dict[str, str] = {}
        if more:
            kept = [(key, value) for key, value in arguments if not key.startswith("page[")]
            page = [("page[limit]", asked.limit), ("page[offset]", asked.offset + asked.limit)]
            links["next"] = f"{request.base_url}?{urlencode([*kept, *page])}"
        return 200, {"data": [resource(entity, row, self._store) for row in rows], "links": links}

    def _check_write(self, request: Request) -> None:
        for name, own in (("accountId", self._store.account_id), ("couplingId", self._store.coupling_id)):
            given = request.args.get(name)
            if given is None:
                _refuse(f"the query parameter {name} is required")
            if given != str(own):
                raise RefusedError(403, f"no access to {name} {given}")


def _target(path: str) -> tuple[Entity, int | None]:
    parts = path.removeprefix(PREFIX).split("/")
    entity = schema.entities().get(parts[0]) if path.startswith(PREFIX) else None
    if entity is None or len(parts) > 2 or (len(parts) == 2 and not parts[1].isdecimal()):
        raise RefusedError(404, f"{path} does not exist")
    return entity, int(parts[1]) if len(parts) == 2 else None


def _methods(entity: Entity, row_id: int | None) -> set[str]:
    if row_id is None:
        return {"POST"}
    return {"PATCH", "DELETE"} if entity.delete else {"PATCH"}


def _attributes(entity: Entity, request: Request, row_id: int | None = None) -> dict[str, Any]:
    """The attributes of a JSON:API body `{"data": {"type": …, "attributes": {…}}}`."""
    body = parsed(request.get_data())
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(body, dict) or set(body) != {"data"} or not isinstance(data, dict):
        _refuse('the body must be {"data": {…}}')
    if unknown := set(data) - {"type", "attributes"} - ({"id"} if row_id is not None else set()):
        _refuse(f"data must not hold {', '.join(sorted(unknown))}")
    if row_id is not None and data.get("id", str(row_id)) != str(row_id):
        _refuse("data.id is not the id of the path")
    if data.get("type") != entity.name:
        _refuse(f"data.type must be {entity.name}")
    attributes = data.get("attributes")
    if not isinstance(attributes, dict) or not attributes:
        _refuse("data.attributes must be an object that is not empty")
    return attributes


def parsed(raw: bytes) -> Any:
    """JSON with decimals kept exact; RefusedError (400) where it is none."""
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError:
        _refuse("the body is not JSON")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse(words: str) -> NoReturn:
    raise RefusedError(400, words, [Problem(words)])
