"""One page of an entity set: which rows, in which order, and how to ask for the next page.

Rows come in the order of the key, as the real server pages; on sync endpoints that is the row version.
A page that is full has a next link, also when nothing follows it.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.company.company import Row, Value
from sandbox.exact.edm import literal
from sandbox.exact.entity_sets import EntitySet
from sandbox.exact.odata_query import Query
from sandbox.exact.refusals import Refused
from sandbox.exact.store import Store

SortKey = tuple[Any, ...]


@dataclass(frozen=True)
class Page:
    """`next_options`: the query options of the next page; `count`: of all rows that match, if asked for."""

    rows: list[Row]
    next_options: Mapping[str, str] | None = None
    count: int | None = None


@dataclass
class Reader:
    """Keeps each entity set's rows in key order until one of them changes."""

    store: Store
    _sorted: dict[str, tuple[tuple[int, ...], list[SortKey], list[Row]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self, entity_set: EntitySet, query: Query, among: list[Row] | None = None) -> Page:
        """The page that the query asks for, of all rows or of those given.

        Refused (400) where the `$skiptoken` does not fit.
        """
        order = [(name, False) for name in entity_set.key]
        keys, rows = self._in_key_order(entity_set) if among is None else _in_order(among, order)
        if query.orderby:
            order = [*query.orderby, *order]
            keys, rows = _in_order(rows, order)
        count = sum(1 for row in rows if _matches(query, row)) if query.with_count else None
        start = 0
        if query.skiptoken is not None:
            start = bisect_right(keys, _token_key(query.skiptoken, order, entity_set))
        elif query.above is not None:
            start = bisect_right(keys, _sort_key({"Timestamp": query.above}, order))
        room = entity_set.page_size if query.top is None else min(entity_set.page_size, query.top)
        page: list[Row] = []
        to_skip = query.skip
        for position in range(start, len(rows)):
            if len(page) == room:
                break
            if _matches(query, rows[position]):
                if to_skip:
                    to_skip -= 1
                else:
                    page.append(rows[position])
        full = len(page) == entity_set.page_size and (query.top is None or query.top > len(page))
        return Page(page, _next_options(query, page, order, entity_set) if full else None, count)

    def count(self, entity_set: EntitySet, query: Query) -> int:
        """The number of rows that match, for `/$count`."""
        return sum(1 for row in self._in_key_order(entity_set)[1] if _matches(query, row))

    def children(self, entity_set: EntitySet, row: Row, name: str) -> list[Row]:
        """The rows of one of the entry's collections."""
        collection = entity_set.collections[name]
        value = row.get(collection.parent_field)
        return (
            self.store.children(collection.stream, collection.child_field, value) if value is not None else []
        )

    def _in_key_order(self, entity_set: EntitySet) -> tuple[list[SortKey], list[Row]]:
        order = [(name, False) for name in entity_set.key]
        with self.store.lock:
            revisions = tuple(self.store.revision(source.stream) for source in entity_set.sources)
            with self._lock:
                known = self._sorted.get(entity_set.path)
            if known is None or known[0] != revisions:
                rows = [row for source in entity_set.sources for row in self.store.rows(source.stream)]
                known = (revisions, *_in_order(rows, order))
                with self._lock:
                    self._sorted[entity_set.path] = known
        return known[1], known[2]


def sync_timestamp(store: Store, stream: str, modified: datetime) -> int:
    """A row version below those of all rows modified at that time or later: where `gt` may start."""
    later = [
        timestamp
        for row in store.rows(stream)
        if isinstance(when := row.get("Modified"), datetime)
        and when >= modified
        and isinstance(timestamp := row["Timestamp"], int)
    ]
    return min(later) - 1 if later else store.last_timestamp()


def _in_order(rows: list[Row], order: list[tuple[str, bool]]) -> tuple[list[SortKey], list[Row]]:
    """The rows sorted, and their sort keys."""
    pairs = sorted(((_sort_key(row, order), row) for row in rows), key=lambda pair: pair[0])
    return [key for key, _ in pairs], [row for _, row in pairs]


def _matches(query: Query, row: Row) -> bool:
    return query.filter is None or query.filter.matches(row)


class _Descending:
    """A value that sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and other.value == self.value

    __hash__ = None  # type: ignore[assignment]


def _sort_key(row: Mapping[str, Value], order: list[tuple[str, bool]]) -> SortKey:
    return tuple(_sortable(row.get(name), descending) for name, descending in order)


def _sortable(value: Value, descending: bool) -> Any:
    ranked = (value is not None, value if value is not None else 0)  # null first, as SQL Server sorts
    return _Descending(ranked) if descending else ranked


def _token_key(token: tuple[Value, ...], order: list[tuple[str, bool]], entity_set: EntitySet) -> SortKey:
    if len(token) != len(order):
        raise Refused(400, f"The number of keys specified in $skiptoken does not fit {entity_set.path}.")
    key = tuple(_sortable(value, descending) for value, (_, descending) in zip(token, order, strict=True))
    for value, (name, _) in zip(token, order, strict=True):
        if value is not None and type(value) not in _python_types(entity_set.fields[name]):
            raise Refused(400, f"$skiptoken does not fit the type of '{name}'.")
    return key


def _python_types(edm_type: str) -> tuple[type, ...]:
    if edm_type in ("Byte", "Int16", "Int32", "Int64", "Double"):
        return (int, float)
    return {"DateTime": (datetime,), "Boolean": (bool,)}.get(edm_type, (str,))


def _next_options(
    query: Query, page: list[Row], order: list[tuple[str, bool]], entity_set: EntitySet
) -> dict[str, str]:
    options = {name: value for name, value in query.options.items() if name not in ("$skip", "$skiptoken")}
    if query.top is not None:
        options["$top"] = str(query.top - len(page))
    last = page[-1]
    options["$skiptoken"] = ",".join(literal(entity_set.fields[name], last.get(name)) for name, _ in order)
    return options
