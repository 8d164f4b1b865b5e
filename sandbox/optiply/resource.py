"""A stored row as the API shows it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.optiply.schema import Entity
from sandbox.optiply.store import Row, Store

UUIDS = uuid.UUID("0f5ae4a4-6bd7-4c1c-9d65-8c2a7d6a0b11")


def resource(entity: Entity, row: Row, store: Store) -> dict[str, Any]:
    """`{"id": "7", "type": …, "attributes": {…}}`: decimals as text, references as numbers, unset as null."""
    attributes = {
        name: _wire(row.values.get(name, attribute.default), attribute.places)
        for name, attribute in entity.attributes.items()
        if attribute.kind != "lines"
    }
    remote_id = row.values.get("remoteId")
    attributes |= {
        "accountId": store.account_id,
        "uuid": row_uuid(entity, row),
        "createdAt": _milliseconds(row.created),
        "updatedAt": _milliseconds(row.updated),
        "createdFromPublicApi": row.from_api,
        "remoteIdMap": {} if remote_id is None else {str(store.coupling_id): remote_id},
    }
    return {"id": str(row.id), "type": entity.name, "attributes": attributes}


def row_uuid(entity: Entity, row: Row) -> str:
    return str(uuid.uuid5(UUIDS, f"{entity.name}/{row.id}"))


def _wire(value: Any, places: int | None) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}" if places is None else f"{value:.{places}f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
