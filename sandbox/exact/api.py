"""`/api/v1/...`: finds what a path means and answers it. Knows no tokens, limits or faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime

from werkzeug import Request, Response

from sandbox.company.company import Row, Value
from sandbox.exact import answers
from sandbox.exact.edm import datetime_text
from sandbox.exact.entity_sets import EntitySet, entity_sets, path_key, standard_set
from sandbox.exact.odata_filter import literals
from sandbox.exact.odata_query import parse_query
from sandbox.exact.reading import Reader, sync_timestamp
from sandbox.exact.refusals import NOT_IN_LICENCE, Refused
from sandbox.exact.store import Store
from sandbox.exact.writing import Writer

PREFIX = "/api/v1/"
RESOURCE = re.compile(r"(?P<path>[^()]+)(?:\((?P<key>[^()]*)\))?(?:/(?P<tail>\$?\w+))?")
SYNC_TIMESTAMP = "read/sync/sync/synctimestamp"


class Api:
    """`unlicensed`: path prefixes, such as `sync/Manufacturing/`, that the licence lacks (403)."""

    def __init__(self, store: Store, clock: Callable[[], float], unlicensed: Collection[str] = ()) -> None:
        self._store = store
        self._clock = clock
        self._reader = Reader(store)
        self._writer = Writer(store)
        self._unlicensed = tuple(prefix.strip("/").lower() for prefix in unlicensed)

    def answer(self, request: Request) -> Response:
        """Raises Refused."""
        path = self._resource_path(request)
        if any(path.lower() == one or path.lower().startswith(f"{one}/") for one in self._unlicensed):
            raise Refused(403, NOT_IN_LICENCE)
        form = answers.form_of(request, self._clock())
        if path.lower() == SYNC_TIMESTAMP:
            return self._sync_timestamp(request, form)
        match = RESOURCE.fullmatch(path)
        entity_set = entity_sets().get(path_key(match["path"])) if match else None
        if match is None or entity_set is None:
            tailed = self._with_tail(path)
            if tailed is None:
                raise Refused(404, f"Resource not found for the segment '{path.rpartition('/')[2]}'.")
            entity_set, tail = tailed
            if tail != "$count":
                raise Refused(404, f"Resource not found for the segment '{tail}'.")
            return self._count(request, entity_set)
        key = self._key(entity_set, match["key"]) if match["key"] is not None else None
        if request.method != "GET":
            return self._writer.answer(request, form, entity_set, key)
        if key is None:
            return self._feed(request, form, entity_set)
        row = self._row(entity_set, key)
        if match["tail"] is not None:
            return self._collection(request, form, entity_set, row, match["tail"])
        query = parse_query(entity_set, list(request.args.items(multi=True)))
        return answers.single(form, answers.entry_of(entity_set, row, query, self._reader))

    def _resource_path(self, request: Request) -> str:
        """The path behind the division. 501 where a division is given and none belongs, 403 for another's."""
        first, _, rest = request.path.removeprefix(PREFIX).strip("/").partition("/")
        if not first.isdigit():
            path = f"{first}/{rest}"
            entity_set = entity_sets().get(path_key(path.split("(")[0]))
            if entity_set is None or entity_set.has_division:
                raise Refused(404, "Not found: the path needs a division.")
            return path
        if (known := entity_sets().get(path_key(rest))) is not None and not known.has_division:
            raise Refused(501, "Not implemented: this resource takes no division.")
        if int(first) != self._store.division:
            raise Refused(403, f"Forbidden: no access to division {first}.")
        return rest

    def _with_tail(self, path: str) -> tuple[EntitySet, str] | None:
        head, _, tail = path.rpartition("/")
        entity_set = entity_sets().get(path_key(head)) if head else None
        return (entity_set, tail) if entity_set else None

    def _feed(self, request: Request, form: answers.Form, entity_set: EntitySet) -> Response:
        if entity_set.path == "current/Me":
            self._set_clock_of_user()
        query = parse_query(entity_set, list(request.args.items(multi=True)))
        page = self._reader.page(entity_set, query)
        return answers.feed(form, entity_set, query, page, self._reader)

    def _count(self, request: Request, entity_set: EntitySet) -> Response:
        if request.method != "GET" or entity_set.family == "sync":
            raise Refused(405, f"$count is not supported on {entity_set.path}.")
        pairs = [pair for pair in request.args.items(multi=True) if pair[0] == "$filter"]
        select = [] if entity_set.family == "standard" else [("$select", entity_set.key[0])]
        count = self._reader.count(entity_set, parse_query(entity_set, [*pairs, *select]))
        return Response(str(count), content_type="text/plain;charset=utf-8")

    def _collection(
        self, request: Request, form: answers.Form, entity_set: EntitySet, row: Row, name: str
    ) -> Response:
        """`PurchaseOrders(guid'..')/PurchaseOrderLines`: what a deferred link leads to."""
        collection = entity_set.collections.get(name)
        child_set = standard_set(collection.stream) if collection else None
        if collection is None or child_set is None:
            raise Refused(404, f"Resource not found for the segment '{name}'.")
        query = parse_query(child_set, list(request.args.items(multi=True)))
        page = self._reader.page(child_set, query, self._reader.children(entity_set, row, name))
        return answers.feed(form, child_set, query, page, self._reader)

    def _key(self, entity_set: EntitySet, text: str) -> Value:
        """The first field's value of a key in parentheses; the other fields of a key do not tell rows apart
        for anybody who reads by ID."""
        if entity_set.family != "standard":
            raise Refused(404, f"Single entries are not served by {entity_set.path}.")
        first = text.split(",")[0]
        name, equals, value = first.partition("=")
        if equals and name.strip() != entity_set.key[0]:
            raise Refused(400, f"'{name.strip()}' is not the key of {entity_set.name}.")
        return literals(value if equals else first)[0]

    def _row(self, entity_set: EntitySet, key: Value) -> Row:
        row = self._store.find(entity_set.stream, key)
        if row is None:
            raise Refused(404, f"Not found: {entity_set.type_name} {key}.")
        return row

    def _sync_timestamp(self, request: Request, form: answers.Form) -> Response:
        """`?modified=datetime'..'&endPoint='Items'`: a start value for `Timestamp gt`."""
        try:
            modified = literals(request.args["modified"])[0]
            end_point = literals(request.args["endPoint"])[0]
        except KeyError as missing:
            raise Refused(400, f"The parameter {missing} is mandatory.") from missing
        if not isinstance(modified, datetime):
            raise Refused(400, "The parameter modified is no datetime.")
        wanted = [
            one
            for one in entity_sets().values()
            if one.family == "sync" and str(end_point).lower() in (one.name.lower(), one.path.lower())
        ]
        if not wanted:
            raise Refused(400, f"Unknown endPoint '{end_point}'.")
        value = min(sync_timestamp(self._store, source.stream, modified) for source in wanted[0].sources)
        values: dict[str, tuple[str, Value]] = {
            "EndPoint": ("String", str(end_point)),
            "Modified": ("DateTime", modified),
            "TimeStampAsBigInt": ("Int64", value),
        }
        return answers.function_result(form, "SyncTimestamp", values)

    def _set_clock_of_user(self) -> None:
        me = self._store.rows("me")[0]
        self._store.change(
            "me",
            me["UserID"],
            {
                "ServerTime": datetime_text(self._store.now()),  # Edm.String in the reference
                "ServerUtcOffset": self._store.utc_offset().total_seconds(),
                "CurrentDivision": self._store.division,
            },
        )
