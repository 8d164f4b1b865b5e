"""One entity of Optiply beside the ledger: read page by page, so that memory holds ids and sums, not records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any, Literal, NamedTuple

import duckdb
from pydantic.alias_generators import to_camel

from apis.optiply import Resource
from load.ledger.incoming import KEY_SCHEMA, arriving
from load.optiply.entities import Entity
from load.optiply.payloads import ParentMissing, Reference, attributes, decode, references
from load.optiply.plan_rows import optiply_ids
from load.optiply.rebuild import remote_id_of
from load.optiply.values import same_value

DriftKind = Literal["missing", "unknown", "moved", "changed", "twice"]


@dataclass(frozen=True)
class Drift:
    """One record on which Optiply and the ledger disagree.

    missing: in the ledger, not in Optiply. unknown: ours in Optiply, not in the ledger. moved: under another id
    than the ledger's. changed: other values or lines than Optiply accepted. twice: one remote id on several records.
    """

    entity: str
    remote_id: str
    optiply_id: str
    kind: DriftKind
    detail: str


class Lines(NamedTuple):
    """The lines of one record, whatever their order. `mix`: equal for equal lines."""

    number: int = 0
    quantity: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    mix: int = 0

    def and_line(self, line: Mapping[str, Any]) -> Lines:
        product, quantity, value = (
            Decimal(str(line.get(name) or 0)) for name in ("productId", "quantity", "subtotalValue")
        )
        return Lines(
            self.number + 1,
            self.quantity + quantity,
            self.value + value,
            self.mix + hash((product, quantity, value)),
        )

    def __str__(self) -> str:
        return f"{self.number} lines, {self.quantity:f} pieces, {self.value:.2f}"


NO_LINES = Lines()


class Comparison:
    """`standing`: remote id -> ids of the records that carry it, of those that are ours."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, entity: Entity, coupling_id: int) -> None:
        self.connection = connection
        self.entity = entity
        self.coupling_id = coupling_id
        self.standing: dict[str, list[str]] = {}
        self._open = _open(connection, entity.name)
        self._compared = _compared(connection, entity.name)
        self._found: list[Drift] = []
        self._wanted_lines: dict[str, tuple[str, Lines]] = {}  # by the record's id: its remote id, its lines
        self._standing_lines: dict[str, Lines] = {}

    @property
    def has_lines(self) -> bool:
        return bool(self._wanted_lines)

    def read(self, page: Sequence[Resource]) -> None:
        """Compare the records of one page with what the ledger says of them."""
        ours = [
            (remote_id, resource)
            for resource in page
            if (remote_id := remote_id_of(resource, self.coupling_id))
        ]
        for remote_id, resource in ours:
            self.standing.setdefault(remote_id, []).append(resource.id)
        payloads = self._payloads(ours)
        parents = optiply_ids(
            self.connection,
            {each for payload in payloads.values() for each in references(self.entity, payload)},
        )
        for remote_id, resource in ours:
            if resource.id in payloads and (
                detail := self._differs(remote_id, payloads[resource.id], parents, resource)
            ):
                self._found.append(Drift(self.entity.name, remote_id, resource.id, "changed", detail))

    def read_lines(self, page: Iterable[Resource]) -> None:
        """Add up the lines of the records whose lines are known."""
        for resource in page:
            record_id = str(resource.attributes.get(self.entity.nested_in))
            if record_id in self._wanted_lines:
                lines = self._standing_lines.get(record_id, NO_LINES)
                self._standing_lines[record_id] = lines.and_line(resource.attributes)

    def drift(self) -> list[Drift]:
        """All differences by remote id, once everything is read."""
        found = [*self._found, *self._other_lines(), *self._other_ids()]
        return sorted(found, key=lambda each: (each.remote_id, each.kind != "twice"))

    def _payloads(self, ours: Sequence[tuple[str, Resource]]) -> dict[str, dict[str, Any]]:
        """What Optiply accepted last, by its id, of those that stand under the ledger's id and are not open."""
        keys = [{"entity": self.entity.name, "remote_id": remote_id} for remote_id, _ in ours]
        with arriving(self.connection, keys, KEY_SCHEMA):
            rows = self.connection.execute(
                """
                select remote_id, optiply_id, payload from arriving join ledger.records using (entity, remote_id)
                where payload is not null
                """
            ).fetchall()
        known = {(remote_id, optiply_id): payload for remote_id, optiply_id, payload in rows}
        return {
            resource.id: self._of_interest(decode(known[remote_id, resource.id]))
            for remote_id, resource in ours
            if (remote_id, resource.id) in known and remote_id not in self._open
        }

    def _of_interest(self, payload: dict[str, Any]) -> dict[str, Any]:
        if self._compared is None:
            return payload
        return {name: value for name, value in payload.items() if name in self._compared}

    def _differs(
        self,
        remote_id: str,
        payload: Mapping[str, Any],
        parents: Mapping[Reference, str],
        standing: Resource,
    ) -> str:
        """`price 12.50 → 13` for each attribute that Optiply holds otherwise; lines wait for `read_lines`."""
        try:
            wanted = attributes(self.entity, payload, parents)
        except ParentMissing as missing:
            return f"it points at {missing}, which the ledger does not know"
        lines = wanted.pop(to_camel(self.entity.nested), None) if self.entity.nested else None
        if lines is not None:
            self._wanted_lines[standing.id] = (remote_id, reduce(Lines.and_line, lines, NO_LINES))
        return ", ".join(
            f"{name} {value} → {standing.attributes.get(name)}"
            for name, value in wanted.items()
            if not same_value(value, standing.attributes.get(name))
        )

    def _other_lines(self) -> Iterator[Drift]:
        reported = {each.optiply_id for each in self._found}
        for optiply_id, (remote_id, wanted) in self._wanted_lines.items():
            standing = self._standing_lines.get(optiply_id, NO_LINES)
            if standing != wanted and optiply_id not in reported:
                yield Drift(self.entity.name, remote_id, optiply_id, "changed", f"{wanted} → {standing}")

    def _other_ids(self) -> Iterator[Drift]:
        known = self._known_ids()
        for remote_id in (known.keys() | self.standing.keys()) - self._open:
            there = sorted(self.standing.get(remote_id, ()), key=int)
            if len(there) > 1:
                yield Drift(self.entity.name, remote_id, there[0], "twice", f"Optiply ids {', '.join(there)}")
            ours = known.get(remote_id)
            if ours is None:
                yield Drift(self.entity.name, remote_id, there[0], "unknown", "not in the ledger")
            elif ours not in there:
                yield (
                    Drift(self.entity.name, remote_id, there[0], "moved", f"the ledger has id {ours}")
                    if there
                    else Drift(self.entity.name, remote_id, ours, "missing", "not in Optiply")
                )

    def _known_ids(self) -> dict[str, str]:
        rows = self.connection.execute(
            "select remote_id, optiply_id from ledger.records where entity = ?", [self.entity.name]
        ).fetchall()
        return dict(rows)


def _open(connection: duckdb.DuckDBPyConnection, entity: str) -> set[str]:
    rows = connection.execute(
        """
        select remote_id from ledger.intents
        where target = 'optiply' and entity = ? and (outcome is null or outcome = 'unknown')
        """,
        [entity],
    ).fetchall()
    return {remote_id for (remote_id,) in rows}


def _compared(connection: duckdb.DuckDBPyConnection, entity: str) -> set[str] | None:
    """Attributes that the last transform's flags compare (C6); None, all of them: there was no transform yet."""
    try:
        rows = connection.execute(
            "select attribute_name from plan.plan_attributes_sent where entity = ?", [entity]
        ).fetchall()
    except duckdb.CatalogException:
        return None
    return {name for (name,) in rows}
