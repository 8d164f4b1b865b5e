"""`/_sandbox/`: how tests make faults and "a change in Exact", and ask what happened. Not part of the API.

GET, POST, DELETE /_sandbox/faults                 the list of rules (see sandbox.faults)
GET, DELETE       /_sandbox/statistics             requests, gaps, concurrency, written bodies
GET, POST         /_sandbox/rows/<stream>          all rows (?Field=value narrows); insert one
PATCH, DELETE     /_sandbox/rows/<stream>?key=..   change fields (renews Modified, Timestamp); delete
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from werkzeug import Request, Response

from extract.exact.catalogue import Stream
from sandbox.company.company import Row, Value
from sandbox.exact import edm
from sandbox.exact.catalogue import catalogue
from sandbox.exact.store import Store, UnknownRow
from sandbox.faults import Faults

PREFIX = "/_sandbox/"


class BadControl(Exception):
    """A control request that makes no sense; the message says why."""


class Control:
    """`statistics` and `forget` read and clear what the server has counted."""

    def __init__(
        self,
        store: Store,
        faults: Faults,
        statistics: Callable[[], dict[str, Any]],
        forget: Callable[[], None],
    ) -> None:
        self._store = store
        self._faults = faults
        self._statistics = statistics
        self._forget = forget

    def answer(self, request: Request) -> Response:
        """JSON, or 400 with `{"error": ..}` for a request that makes no sense."""
        topic, _, rest = request.path.removeprefix(PREFIX).partition("/")
        try:
            if topic == "faults" and not rest:
                return self._answer_faults(request)
            if topic == "statistics" and not rest:
                return self._answer_statistics(request)
            if topic == "rows":
                return self._answer_rows(request, rest)
        except (BadControl, UnknownRow, ValueError, ValidationError) as error:
            return _json({"error": str(error)}, 400)
        return _json({"error": f"no control {request.path}"}, 404)

    def _answer_faults(self, request: Request) -> Response:
        if request.method == "POST":
            rules = _body(request)
            self._faults.set(rules if isinstance(rules, list) else [rules])
        elif request.method == "DELETE":
            self._faults.set([])
        elif request.method != "GET":
            return _json({"error": "GET, POST or DELETE"}, 405)
        return _json(self._faults.status())

    def _answer_statistics(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._forget()
        elif request.method != "GET":
            return _json({"error": "GET or DELETE"}, 405)
        return _json(self._statistics())

    def _answer_rows(self, request: Request, name: str) -> Response:
        if name not in catalogue():
            raise BadControl(f"no stream {name!r}")
        owner = catalogue()[catalogue()[name].rows_of]
        if request.method == "GET":
            wanted = {field: _from_text(owner, field, text) for field, text in request.args.items()}
            rows = self._store.rows(name)
            found = [row for row in rows if all(row.get(field) == value for field, value in wanted.items())]
            return _json([_plain(row) for row in found])
        if request.method == "POST":
            return _json(_plain(self._store.insert(name, _row(owner, _body(request)))), 201)
        if "key" not in request.args:
            raise BadControl("say which row: ?key=..")
        key = _from_text(owner, owner.key[0], request.args["key"])
        if request.method == "PATCH":
            return _json(_plain(self._store.change(name, key, _row(owner, _body(request)))))
        if request.method == "DELETE":
            self._store.delete(name, key)
            return _json({})
        return _json({"error": "GET, POST, PATCH or DELETE"}, 405)


def _body(request: Request) -> Any:
    try:
        return json.loads(request.get_data())
    except ValueError as error:
        raise BadControl(f"the body is no JSON: {error}") from error


def _edm_type(owner: Stream, name: str) -> str:
    for field in owner.fields:
        if field.name == name:
            return field.edm_type
    raise BadControl(f"{owner.name} has no field {name!r}")


def _row(owner: Stream, raw: Any) -> Row:
    if not isinstance(raw, dict):
        raise BadControl("a row is an object of fields")
    return {name: edm.from_request(_edm_type(owner, name), value) for name, value in raw.items()}


def _from_text(owner: Stream, name: str, text: str) -> Value:
    return edm.from_text(_edm_type(owner, name), text)


def _plain(row: Row) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data, ensure_ascii=False), status=status, content_type="application/json")
