"""Asking Optiply which records stand there, before anything is sent that could stand there already.

`filter[remoteId]` is not documented, so a record is found by its unique pair, or by its remote id among the
records created since our intent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from apis.optiply import OptiplyClient, Resource
from load.optiply.payloads import synced_at

# Optiply's clock stamps createdAt, ours stamped the intent: they may differ by some minutes.
CLOCK_MARGIN = timedelta(minutes=5)


def remote_ids(resource: Resource) -> set[str]:
    """Every remote id a record carries, in our form; other couplings may have put theirs beside ours."""
    found = resource.attributes.get("remoteIdMap")
    values = [*(found.values() if isinstance(found, Mapping) else ()), resource.attributes.get("remoteId")]
    return {as_remote_id(value) for value in values if value}


def as_remote_id(value: Any) -> str:
    """C2: lower case, no braces, however the integration before us wrote it."""
    return str(value).strip().strip("{}").lower()


def created_since(client: OptiplyClient, entity: str, moment: datetime) -> Iterator[Resource]:
    """Records made since `moment` (naive UTC), with a margin for the two clocks."""
    for page in client.list(entity, filters={"createdAt[GE]": synced_at(moment - CLOCK_MARGIN)}):
        yield from page


def find_by_remote_id(
    client: OptiplyClient, entity: str, remote_id: str, *, since: datetime, other_than: str | None = None
) -> Resource | None:
    """The oldest record with this remote id made since then, leaving out the one it replaces."""
    found = [
        resource
        for resource in created_since(client, entity, since)
        if as_remote_id(remote_id) in remote_ids(resource) and resource.id != other_than
    ]
    return min(found, key=lambda resource: int(resource.id), default=None)


def find_reversed(
    client: OptiplyClient, entity: str, unique_by: tuple[str, ...], wanted: Mapping[str, Any]
) -> Resource | None:
    """The record that has our unique pair the other way round."""
    turned = dict(zip(unique_by, (wanted[name] for name in reversed(unique_by)), strict=True))
    return find_by_attributes(client, entity, turned)


def find_by_attributes(client: OptiplyClient, entity: str, wanted: Mapping[str, Any]) -> Resource | None:
    """The record with exactly these attributes, for example the one row of a product and a supplier."""
    for page in client.list(entity, filters={name: str(value) for name, value in wanted.items()}):
        for resource in page:
            # asked again here: a filter that the server overlooks must not make us adopt a stranger
            if all(str(resource.attributes.get(name)) == str(value) for name, value in wanted.items()):
                return resource
    return None


def find_by_id(client: OptiplyClient, entity: str, optiply_id: str) -> Resource | None:
    for page in client.list(entity, filters={"id": optiply_id}):
        for resource in page:
            if resource.id == optiply_id:
                return resource
    return None
