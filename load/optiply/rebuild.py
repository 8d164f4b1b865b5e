"""A lost ledger, filled again from the remote ids that Optiply holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from apis.optiply import OptiplyClient, Resource
from load.ledger import KnownRecord, Ledger, Outcome
from load.optiply.entities import REMEMBERED
from load.optiply.lookup import as_remote_id


@dataclass(frozen=True)
class Duplicate:
    """One remote id on several Optiply records; the first id is the one that the ledger keeps."""

    entity: str
    remote_id: str
    optiply_ids: tuple[str, ...]


@dataclass
class RebuildResult:
    """Per entity: records read, of those with a remote id of ours, and those new or changed in the ledger."""

    read: dict[str, int] = field(default_factory=dict)
    linked: dict[str, int] = field(default_factory=dict)
    remembered: dict[str, int] = field(default_factory=dict)
    duplicates: list[Duplicate] = field(default_factory=list)


def rebuild(
    connection: duckdb.DuckDBPyConnection,
    client: OptiplyClient,
    *,
    coupling_id: int,
    run_id: str,
    now: Callable[[], datetime],
    report: Callable[[str], None] = lambda _: None,
) -> RebuildResult:
    """Read the whole account and write `ledger.records`, with payload NULL: only the ids are known.

    A record that stands in the ledger under the same id keeps its payload. Nothing is ever taken out: one
    that Optiply no longer holds shows itself as 404 and is created again. The rebuild itself is an intent, so
    an account that holds nothing of ours does not stop the next push.
    """
    ledger = Ledger(connection, run_id=run_id)
    intent = ledger.intent("optiply", "account", str(coupling_id), "rebuild", at=now())
    ledger.open([intent])
    result = RebuildResult()
    records: list[KnownRecord] = []
    for entity in REMEMBERED:
        found = _linked(client, entity, coupling_id, result)
        result.linked[entity] = sum(len(ids) for ids in found.values())
        for remote_id, ids in found.items():
            ids.sort(key=int)
            records.append(KnownRecord(entity, remote_id, ids[0]))
            if len(ids) > 1:
                result.duplicates.append(Duplicate(entity, remote_id, tuple(ids)))
        report(f"{entity}: {result.read[entity]} read, {result.linked[entity]} of ours")
    at = now()
    with ledger.transaction():
        for entity in REMEMBERED:
            result.remembered[entity] = ledger.remember(
                [record for record in records if record.entity == entity], at=at
            )
        ledger.write_outcomes([Outcome(intent, "accepted", at)])
    return result


def _linked(
    client: OptiplyClient, entity: str, coupling_id: int, result: RebuildResult
) -> dict[str, list[str]]:
    """Remote id -> Optiply ids of the records that carry it."""
    found: dict[str, list[str]] = {}
    result.read[entity] = 0
    for page in client.list(entity, page_size=100):
        result.read[entity] += len(page)
        for resource in page:
            if remote_id := remote_id_of(resource, coupling_id):
                found.setdefault(remote_id, []).append(resource.id)
    return found


def remote_id_of(resource: Resource, coupling_id: int) -> str | None:
    """The remote id that our coupling gave a record; where Optiply shows no map, its plain `remoteId`."""
    by_coupling = resource.attributes.get("remoteIdMap")
    if isinstance(by_coupling, Mapping) and by_coupling:
        value = by_coupling.get(str(coupling_id))
    else:
        value = resource.attributes.get("remoteId")
    return as_remote_id(value) if value else None
