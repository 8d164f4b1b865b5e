"""The query of a list: filters, sort, page.

`filter[x]=v`, `filter[x][EQ|NEQ|LIKE|LT|LE|GT|GE]=v` (LIKE: `%` stands for anything, case does not count),
`sort=id|-id`, `page[limit]`, `page[offset]`. No public source shows `filter[remoteId]`,
so it is refused here: nothing may depend on it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from sandbox.optiply.refusal import Problem, RefusedError
from sandbox.optiply.resource import row_uuid
from sandbox.optiply.schema import Entity, instant
from sandbox.optiply.store import Row, Store

DEFAULT_LIMIT = 50
MOST = 100
FILTER = re.compile(r"filter\[(\w+)\](?:\[(\w+)\])?")
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq,
    "NEQ": operator.ne,
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
}
NOT_FILTERABLE = {"remoteId", "emails", "lines"}


@dataclass(frozen=True)
class Condition:
    """`value` is typed as the attribute is; for LIKE it is a pattern."""

    attribute: str
    operation: str
    value: Any

    def holds(self, found: Any) -> bool:
        if found is None:
            return self.operation == "NEQ"
        if self.operation == "LIKE":
            return bool(self.value.fullmatch(str(found)))
        return COMPARISONS[self.operation](found, self.value)


@dataclass(frozen=True)
class Query:
    """Conditions all hold. `offset` is a multiple of `limit`."""

    conditions: tuple[Condition, ...]
    descending: bool
    limit: int
    offset: int


def parse(entity: Entity, arguments: Iterable[tuple[str, str]]) -> Query:
    """Raises RefusedError (400) for anything that is not known, typed or allowed."""
    conditions: list[Condition] = []
    descending = False
    limit, offset = DEFAULT_LIMIT, 0
    for key, text in arguments:
        if match := FILTER.fullmatch(key):
            conditions.append(_condition(entity, match[1], match[2] or "EQ", text))
        elif key == "sort" and text in ("id", "-id"):
            descending = text == "-id"
        elif key == "page[limit]" and text.isdecimal() and 1 <= int(text) <= MOST:
            limit = int(text)
        elif key == "page[offset]" and text.isdecimal():
            offset = int(text)
        elif key not in ("accountId", "couplingId"):
            raise _bad(f"{key}={text} is not allowed")
    if offset % limit:
        raise _bad(f"page[offset] {offset} is not a multiple of page[limit] {limit}")
    return Query(tuple(conditions), descending, limit, offset)


def kinds(entity: Entity) -> dict[str, str]:
    """The attributes that can be filtered on, with their kind."""
    own = {a.name: a.kind for a in entity.attributes.values() if a.kind not in NOT_FILTERABLE}
    own.pop("remoteId", None)
    read_only = {"id": "integer", "uuid": "text", "accountId": "integer", "createdFromPublicApi": "boolean"}
    return own | read_only | {"createdAt": "instant", "updatedAt": "instant"}


def select(store: Store, entity: Entity, query: Query) -> tuple[list[Row], bool]:
    """The rows of one page, and whether more follow."""
    with store.lock:
        rows = _candidates(store, entity, query)
        if query.descending:
            rows.reverse()
        matching = (
            row
            for row in rows
            if all(c.holds(_value(store, entity, row, c.attribute)) for c in query.conditions)
        )
        page = list(islice(matching, query.offset, query.offset + query.limit + 1))
    return page[: query.limit], len(page) > query.limit


def _candidates(store: Store, entity: Entity, query: Query) -> list[Row]:
    indexed = store.indexed(entity)
    for condition in query.conditions:
        if condition.operation == "EQ" and condition.attribute in indexed:
            return store.with_value(entity.name, condition.attribute, condition.value)
    return store.rows(entity.name)


def _value(store: Store, entity: Entity, row: Row, attribute: str) -> Any:
    match attribute:
        case "id":
            return row.id
        case "uuid":
            return row_uuid(entity, row)
        case "accountId":
            return store.account_id
        case "createdFromPublicApi":
            return row.from_api
        case "createdAt":
            return row.created
        case "updatedAt":
            return row.updated
    return row.values.get(attribute, entity.attributes[attribute].default)


def _condition(entity: Entity, attribute: str, operation: str, text: str) -> Condition:
    kind = kinds(entity).get(attribute)
    if kind is None:
        raise _bad(f"{entity.name} cannot be filtered on {attribute}")
    if operation == "LIKE" and kind == "text":
        pattern = ".*".join(re.escape(part) for part in text.split("%"))
        return Condition(attribute, operation, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    if operation not in COMPARISONS:
        raise _bad(f"filter[{attribute}][{operation}] is not known")
    value = _typed(kind, text)
    if value is None:
        raise _bad(f"filter[{attribute}]: {text!r} is not a valid {kind}")
    return Condition(attribute, operation, value)


def _typed(kind: str, text: str) -> Any:
    match kind:
        case "boolean":
            return {"true": True, "false": False}.get(text)
        case "instant":
            return instant(text)
        case "integer" | "reference" | "decimal":
            try:
                number = Decimal(text)
            except InvalidOperation:
                return None
            return number if number.is_finite() else None
    return text


def _bad(words: str) -> RefusedError:
    return RefusedError(400, words, [Problem(words)])
