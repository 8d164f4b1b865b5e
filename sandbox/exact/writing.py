"""POST, PUT and DELETE on the entity sets that Exact lets write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from werkzeug import Request, Response

from sandbox.company.company import Row, Value
from sandbox.exact import answers, business
from sandbox.exact.atom import Entry
from sandbox.exact.entity_sets import Collection, EntitySet, entity_sets, path_key, standard_set
from sandbox.exact.refusals import Refused, business_rule, mandatory, not_found
from sandbox.exact.store import Store
from sandbox.exact.write_rules import WriteRule, write_rules
from sandbox.exact.written_body import Written, check_body, read_body

UPDATES = frozenset({"PUT", "MERGE", "PATCH"})  # OData's MERGE goes by PUT's rules


class Writer:
    """Each write is checked and done as one step under the store's lock."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, request: Request, form: answers.Form, entity_set: EntitySet, key: Value) -> Response:
        """201 with the entry, or 204. Raises Refused."""
        rule = write_rules().get(entity_set.path.lower()) if entity_set.family == "standard" else None
        method = "PUT" if request.method in UPDATES else request.method
        if rule is None or method not in rule.methods or (key is None) != (method == "POST"):
            raise Refused(405, f"{request.method} is not supported on {entity_set.path}.")
        if method == "DELETE":
            with self._store.lock:
                self._delete(entity_set, rule, key)
            return Response(status=204)
        raw = read_body(request.headers.get("Content-Type", ""), request.get_data())
        kind: Literal["POST", "PUT"] = "POST" if method == "POST" else "PUT"
        written = check_body(rule, raw, kind)
        with self._store.lock:
            if method == "PUT":
                self._update(entity_set, rule, key, written)
                return Response(status=204)
            row = self._create(entity_set, rule, written)
        return self._created(request, form, entity_set, row)

    def _created(self, request: Request, form: answers.Form, entity_set: EntitySet, row: Row) -> Response:
        """The entry; most of it null unless the request prefers its representation."""
        key = entity_set.key[0]
        shown = row if "return=representation" in request.headers.get("Prefer", "") else {key: row[key]}
        links = tuple(entity_set.collections)
        location = f"{request.base_url}({answers.key_literal(entity_set, row)})"
        one = Entry(entity_set, shown, tuple(entity_set.fields), links)
        return answers.single(form, one, status=201, headers={"Location": location})

    def _create(self, entity_set: EntitySet, rule: WriteRule, written: Written) -> Row:
        if rule.parent is not None:
            return self._add_line(entity_set, rule, written.fields)
        sink = business.sink_of(entity_set.stream)
        business.check_references(self._store, written.fields)
        business.check_unique(self._store, entity_set, written.fields)
        fields = written.fields | sink.rules.header(self._store, written.fields)
        header = business.new_entry(self._store, entity_set, fields)
        lines = [
            (collection, self._new_line(sink, collection, header, line))
            for name, entries in written.lines.items()
            for collection in [entity_set.collections[name]]
            for line in entries
        ]
        header.update(sink.rules.totals(header, [line for _, line in lines]))
        stored = self._store.insert(entity_set.stream, header)
        for number, (collection, line) in enumerate(lines, start=1):
            link = {collection.child_field: stored[collection.parent_field]}
            numbered: Row = {"LineNumber": number} if _has_line_number(collection) else {}
            self._store.insert(collection.stream, line | link | numbered)
        sink.rules.written(self._store, stored, [line for _, line in lines])
        return self._store.find(entity_set.stream, stored[entity_set.key[0]]) or stored

    def _new_line(self, sink: business.Sink, collection: Collection, header: Row, line: Row) -> Row:
        line_set = _line_set(collection)
        business.check_references(self._store, line)
        filled = line | sink.rules.line(self._store, header, line, frozenset(line))
        return business.new_entry(self._store, line_set, filled)

    def _add_line(self, line_set: EntitySet, rule: WriteRule, line: Row) -> Row:
        header_set, collection = _header_of(rule)
        parent = line.get(collection.child_field)
        if parent is None:
            raise mandatory(collection.child_field)
        header = self._store.find(header_set.stream, parent)
        if header is None:
            raise not_found(collection.child_field, parent)
        sink = business.sink_of(header_set.stream)
        stored = self._store.insert(line_set.stream, self._new_line(sink, collection, header, line))
        self._retotal(header_set, collection, parent)
        return stored

    def _update(self, entity_set: EntitySet, rule: WriteRule, key: Value, written: Written) -> None:
        if written.lines:
            raise Refused(400, f"Lines are changed on {rule.path.rpartition('/')[0]}, one by one.")
        row = self._store.find(entity_set.stream, key)
        if row is None:
            raise Refused(404, f"Not found: {entity_set.type_name} {key}.")
        if cleared := next(
            (name for name in rule.required if written.fields.get(name, 1) in (None, "")), None
        ):
            raise mandatory(cleared)
        business.check_references(self._store, written.fields)
        business.check_unique(self._store, entity_set, written.fields, own_key=key)
        after = row | written.fields
        if rule.parent is None:
            filled = business.sink_of(entity_set.stream).rules.header(self._store, after)
        else:
            header_set, collection = _header_of(rule)
            header = self._store.find(header_set.stream, row.get(collection.child_field)) or {}
            filled = business.sink_of(header_set.stream).rules.line(
                self._store, header, after, frozenset(written.fields)
            )
        changed = written.fields | filled
        repeated = business.repeated_fields(self._store, entity_set, row | changed)
        self._store.change(entity_set.stream, key, changed | repeated)
        if rule.parent is not None:
            self._retotal(*_header_of(rule), row.get(_header_of(rule)[1].child_field))

    def _delete(self, entity_set: EntitySet, rule: WriteRule, key: Value) -> None:
        row = self._store.find(entity_set.stream, key)
        if row is None:
            raise Refused(404, f"Not found: {entity_set.type_name} {key}.")
        if rule.parent is None:
            self._store.delete(entity_set.stream, key)
            return
        header_set, collection = _header_of(rule)
        parent = row.get(collection.child_field)
        if len(self._store.children(collection.stream, collection.child_field, parent)) == 1:
            raise business_rule("De laatste regel kan niet worden verwijderd.")
        self._store.delete(entity_set.stream, key)
        self._retotal(header_set, collection, parent)

    def _retotal(self, header_set: EntitySet, collection: Collection, parent: Value) -> None:
        header = self._store.find(header_set.stream, parent)
        if header is not None:
            lines: Sequence[Row] = self._store.children(collection.stream, collection.child_field, parent)
            totals = business.sink_of(header_set.stream).rules.totals(header, lines)
            self._store.change(header_set.stream, parent, totals)


def _line_set(collection: Collection) -> EntitySet:
    found = standard_set(collection.stream)
    assert found is not None  # every collection that can be written has an endpoint of its own
    return found


def _has_line_number(collection: Collection) -> bool:
    return "LineNumber" in _line_set(collection).fields


def _header_of(rule: WriteRule) -> tuple[EntitySet, Collection]:
    """The entity set above a line's rule, and the collection that the line is in."""
    assert rule.parent is not None
    header_set = entity_sets()[path_key(rule.parent)]
    line_stream = entity_sets()[path_key(rule.path)].stream
    collection = next(one for one in header_set.collections.values() if one.stream == line_stream)
    return header_set, collection
