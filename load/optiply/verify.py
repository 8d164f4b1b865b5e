"""Does Optiply still hold what the ledger says it accepted? People and other integrations change things there.

The whole account is read; nothing is written to Optiply. A repair corrects the ledger only, so that the next plan
sees the difference and the next push mends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import duckdb

from apis.optiply import OptiplyClient, Resource
from load.ledger import KnownRecord, Ledger
from load.optiply.entities import ENTITIES, Entity
from load.optiply.payloads import ParentMissing, attributes, decode, references
from load.optiply.plan_rows import optiply_ids
from load.optiply.rebuild import remote_id_of
from load.optiply.values import same_value

DriftKind = Literal["missing", "unknown", "moved", "changed", "twice"]


@dataclass(frozen=True)
class Drift:
    """One record on which Optiply and the ledger disagree.

    missing: in the ledger, not in Optiply. unknown: ours in Optiply, not in the ledger. moved: under another id
    than the ledger's. changed: other values than Optiply accepted. twice: one remote id on several records.
    """

    entity: str
    remote_id: str
    optiply_id: str
    kind: DriftKind
    detail: str


@dataclass
class VerifyResult:
    """`checked`: records of ours that were read, per entity. `pending`: rows of the plan still to be sent."""

    checked: dict[str, int] = field(default_factory=dict)
    pending: dict[str, int] = field(default_factory=dict)
    drift: list[Drift] = field(default_factory=list)
    repaired: int = 0


@dataclass(frozen=True)
class _Known:
    optiply_id: str
    payload: str | None


def verify(
    connection: duckdb.DuckDBPyConnection,
    client: OptiplyClient,
    *,
    coupling_id: int,
    run_id: str,
    now: Callable[[], datetime],
    repair: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> VerifyResult:
    """Compare every entity. `repair`: the ledger forgets what is missing, learns what is unknown or moved, and no
    longer trusts the payload of what was changed. What stands there twice is only shown.

    Records with an open request are left out: a push asks about those.
    """
    ledger = Ledger(connection, run_id=run_id)
    result = VerifyResult(pending=_pending(connection))
    for entity in ENTITIES:
        standing = _standing(client, entity.name, coupling_id)
        found = list(_compare(connection, entity, standing))
        result.checked[entity.name] = len(standing)
        result.drift += found
        if repair:
            result.repaired += _repair(ledger, found, at=now())
        report(f"{entity.name}: {len(standing)} of ours in Optiply, {len(found)} differ")
    return result


def _pending(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    try:
        return dict(
            connection.execute("select entity, count(*) from plan.plan_pending group by entity").fetchall()
        )
    except duckdb.CatalogException:
        return {}  # no transform yet


def _standing(client: OptiplyClient, entity: str, coupling_id: int) -> dict[str, list[Resource]]:
    """Remote id -> the records that carry it."""
    found: dict[str, list[Resource]] = {}
    for page in client.list(entity):
        for resource in page:
            if remote_id := remote_id_of(resource, coupling_id):
                found.setdefault(remote_id, []).append(resource)
    return found


def _compare(
    connection: duckdb.DuckDBPyConnection, entity: Entity, standing: Mapping[str, list[Resource]]
) -> Iterator[Drift]:
    known = _known(connection, entity.name)
    open_ones = _open(connection, entity.name)
    payloads = {remote_id: decode(each.payload) for remote_id, each in known.items() if each.payload}
    parents = optiply_ids(
        connection, {each for payload in payloads.values() for each in references(entity, payload)}
    )
    for remote_id in sorted((known.keys() | standing.keys()) - open_ones):
        there = sorted(standing.get(remote_id, ()), key=lambda resource: int(resource.id))
        if len(there) > 1:
            ids = ", ".join(resource.id for resource in there)
            yield Drift(entity.name, remote_id, there[0].id, "twice", f"Optiply ids {ids}")
        ours = known.get(remote_id)
        if ours is None:
            yield Drift(entity.name, remote_id, there[0].id, "unknown", "not in the ledger")
            continue
        same = next((resource for resource in there if resource.id == ours.optiply_id), None)
        if same is not None and remote_id in payloads:
            if changed := _changed(entity, payloads[remote_id], parents, same):
                yield Drift(entity.name, remote_id, same.id, "changed", changed)
        elif same is None and there:
            yield Drift(entity.name, remote_id, there[0].id, "moved", f"the ledger has id {ours.optiply_id}")
        elif same is None:
            yield Drift(entity.name, remote_id, ours.optiply_id, "missing", "not in Optiply")


def _changed(
    entity: Entity, payload: Mapping[str, Any], parents: Mapping[Any, str], standing: Resource
) -> str:
    """`price 12.50 → 13` for each attribute that Optiply holds otherwise; lines are not part of a record."""
    own = {key: value for key, value in payload.items() if key != entity.nested}
    try:
        wanted = attributes(entity, own, parents)
    except ParentMissing as missing:
        return f"it points at {missing}, which the ledger does not know"
    return ", ".join(
        f"{name} {value} → {standing.attributes.get(name)}"
        for name, value in wanted.items()
        if not same_value(value, standing.attributes.get(name))
    )


def _known(connection: duckdb.DuckDBPyConnection, entity: str) -> dict[str, _Known]:
    rows = connection.execute(
        "select remote_id, optiply_id, payload from ledger.records where entity = ?", [entity]
    ).fetchall()
    return {remote_id: _Known(optiply_id, payload) for remote_id, optiply_id, payload in rows}


def _open(connection: duckdb.DuckDBPyConnection, entity: str) -> set[str]:
    rows = connection.execute(
        """
        select remote_id from ledger.intents
        where target = 'optiply' and entity = ? and (outcome is null or outcome = 'unknown')
        """,
        [entity],
    ).fetchall()
    return {remote_id for (remote_id,) in rows}


def _repair(ledger: Ledger, found: list[Drift], *, at: datetime) -> int:
    learn = [
        KnownRecord(drift.entity, drift.remote_id, drift.optiply_id)
        for drift in found
        if drift.kind in ("unknown", "moved")
    ]
    with ledger.transaction():
        ledger.forget([(drift.entity, drift.remote_id) for drift in found if drift.kind == "missing"])
        ledger.remember(learn, at=at)
        ledger.distrust([(drift.entity, drift.remote_id) for drift in found if drift.kind == "changed"])
    return sum(drift.kind != "twice" for drift in found)
