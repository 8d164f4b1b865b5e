"""The rows of one Optiply account, with the rules that hold between them. Thread-safe, in memory.

Ids are dealt out over all entities together, so that an id of the wrong entity is never right by luck.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.optiply.refusal import Problem, RefusedError
from sandbox.optiply.schema import Entity, checked, entities


@dataclass
class Row:
    """`values` holds what was written, as stored: Decimal, aware UTC datetime, int, bool, str, list."""

    id: int
    values: dict[str, Any]
    created: datetime
    updated: datetime
    from_api: bool


@dataclass
class _Table:
    rows: dict[int, Row] = field(default_factory=dict)
    by_value: dict[str, dict[Any, dict[int, None]]] = field(default_factory=dict)
    by_unique: dict[tuple[Any, ...], int] = field(default_factory=dict)


class Store:
    """`clock` gives seconds since 1970 (UTC) for createdAt, updatedAt."""

    def __init__(
        self, account_id: int, coupling_id: int, clock: Callable[[], float] = time.time, first_id: int = 1001
    ) -> None:
        self.account_id = account_id
        self.coupling_id = coupling_id
        self.lock = threading.RLock()
        self._clock = clock
        self._next_id = first_id
        self._tables = {name: _Table() for name in entities()}
        for name, table in self._tables.items():
            table.by_value = {attribute: {} for attribute in self.indexed(entities()[name])}
        now = self._now()
        self._tables["accounts"].rows[account_id] = Row(account_id, {"name": "Sandbox"}, now, now, False)

    @staticmethod
    def indexed(entity: Entity) -> list[str]:
        """The attributes that are looked up without a walk over all rows."""
        return [a.name for a in entity.attributes.values() if a.indexed or a.kind == "reference"]

    def get(self, entity: str, row_id: int) -> Row:
        row = self._tables[entity].rows.get(row_id)
        if row is None:
            raise RefusedError(404, f"{entity} {row_id} does not exist")
        return row

    def rows(self, entity: str) -> list[Row]:
        """All rows by id."""
        with self.lock:
            return list(self._tables[entity].rows.values())

    def with_value(self, entity: str, attribute: str, value: Any) -> list[Row]:
        """The rows by id whose indexed attribute has the value."""
        with self.lock:
            table = self._tables[entity]
            return [table.rows[row_id] for row_id in sorted(table.by_value[attribute].get(value, ()))]

    def create(self, entity: str, attributes: Mapping[str, Any], *, from_api: bool = True) -> Row:
        """Check and add one row with its nested lines, or none of it.

        Raises RefusedError: 400 (attributes, references, reversed pair), 404 (a reference that says so), 409
        (the unique pair is taken).
        """
        facts = entities()[entity]
        values, problems = checked(facts, attributes, creating=True)
        if problems:
            raise RefusedError(400, "validation failed", problems)
        nested = {
            a.name: values.pop(a.name)
            for a in facts.attributes.values()
            if a.kind == "lines" and a.name in values
        }
        with self.lock:
            self._check_references(facts, values)
            self._check_pair(facts, values)
            for name, lines in nested.items():
                for line in lines:
                    self._check_references(entities()[facts.attributes[name].to], line)
            if entity == "buyOrders":
                self._expect_delivery(values)
            row = self._add(facts, values, from_api)
            for name, lines in nested.items():
                attribute = facts.attributes[name]
                for line in lines:
                    self._add(entities()[attribute.to], {attribute.parent: row.id} | line, from_api)
            return row

    def update(self, entity: str, row_id: int, attributes: Mapping[str, Any]) -> Row:
        """Change some attributes of one row. Raises RefusedError: 400, 404, or as in `create`."""
        facts = entities()[entity]
        with self.lock:
            row = self.get(entity, row_id)
            values, problems = checked(facts, attributes, creating=False)
            problems += [
                Problem(f"{name} cannot be changed", name)
                for name, value in values.items()
                if facts.attributes[name].create_only and value != row.values.get(name)
            ]
            if problems:
                raise RefusedError(400, "validation failed", problems)
            self._check_references(facts, values)
            self._unindex(facts, row)
            row.values |= values
            row.updated = self._now()
            self._index(facts, row)
            return row

    def delete(self, entity: str, row_id: int) -> None:
        """Remove one row and what goes with it. Raises RefusedError: 404, or 409 while others need it."""
        with self.lock:
            leaving = list(self._leaving(entity, self.get(entity, row_id)))
            for name, row in leaving:
                self._unindex(entities()[name], row)
                del self._tables[name].rows[row.id]

    def _leaving(self, entity: str, row: Row) -> Iterator[tuple[str, Row]]:
        for name, facts in entities().items():
            for reference in facts.references:
                if reference.to != entity:
                    continue
                for child in self.with_value(name, reference.name, row.id):
                    if not reference.cascade:
                        raise RefusedError(409, f"{entity} {row.id} is still used by {name} {child.id}")
                    yield from self._leaving(name, child)
        yield entity, row

    def _now(self) -> datetime:
        # whole milliseconds, as shown: a reader who asks for more than what it saw must not see it again
        return datetime.fromtimestamp(int(self._clock() * 1000) / 1000, UTC)

    def _add(self, facts: Entity, values: dict[str, Any], from_api: bool) -> Row:
        now = self._now()
        row = Row(self._next_id, values, now, now, from_api)
        self._next_id += 1
        self._tables[facts.name].rows[row.id] = row
        self._index(facts, row)
        return row

    def _index(self, facts: Entity, row: Row) -> None:
        table = self._tables[facts.name]
        for attribute, index in table.by_value.items():
            index.setdefault(row.values.get(attribute), {})[row.id] = None
        if facts.unique:
            table.by_unique[tuple(row.values[name] for name in facts.unique)] = row.id

    def _unindex(self, facts: Entity, row: Row) -> None:
        table = self._tables[facts.name]
        for attribute, index in table.by_value.items():
            ids = index[row.values.get(attribute)]
            del ids[row.id]
            if not ids:
                del index[row.values.get(attribute)]
        if facts.unique:
            del table.by_unique[tuple(row.values[name] for name in facts.unique)]

    def _check_references(self, facts: Entity, values: Mapping[str, Any]) -> None:
        for reference in facts.references:
            target = values.get(reference.name)
            if target is not None and target not in self._tables[reference.to].rows:
                words = f"{reference.name}: {reference.to} {target} does not exist"
                problem = Problem(words, reference.name)
                raise RefusedError(reference.missing_status, words, [problem])

    def _check_pair(self, facts: Entity, values: Mapping[str, Any]) -> None:
        if not facts.unique:
            return
        pair = tuple(values[name] for name in facts.unique)
        taken = self._tables[facts.name].by_unique
        if facts.unique_reversed and pair == pair[::-1]:
            raise RefusedError(400, "same", [Problem(f"{facts.unique[1]} is the same as {facts.unique[0]}")])
        if pair in taken:
            raise RefusedError(409, f"{facts.name} with this {' and '.join(facts.unique)} exists already")
        if facts.unique_reversed and pair[::-1] in taken:
            raise RefusedError(
                400, "reversed", [Problem(f"the reversed pair exists already in {facts.name}")]
            )

    def _expect_delivery(self, values: dict[str, Any]) -> None:
        days = self.get("suppliers", values["supplierId"]).values.get("deliveryTime")
        if values.get("expectedDeliveryDate") is None and days is not None:
            values["expectedDeliveryDate"] = values["placed"] + timedelta(days=days)
