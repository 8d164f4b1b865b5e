"""From a plan's payload (snake_case, remote ids) to the attributes of a JSON:API request (camelCase, ids)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pydantic.alias_generators import to_camel

from apis.optiply.exact_json import exact_json, parse_exact_json
from load.optiply.entities import Entity

REMOTE_ID_SUFFIX = "_remote_id"


class Reference(NamedTuple):
    """Another record, by the remote id we know it under."""

    entity: str
    remote_id: str


class ParentMissing(Exception):
    """A payload points at records that Optiply does not hold yet."""

    def __init__(self, missing: list[Reference]) -> None:
        self.missing = missing
        super().__init__(", ".join(f"{entity} {remote_id}" for entity, remote_id in missing))


def decode(payload: str) -> dict[str, Any]:
    """The payload text of a plan row as a dict, its decimals exact; anything but a JSON object is a ValueError."""
    content = parse_exact_json(payload)
    if not isinstance(content, dict):
        raise ValueError(f"a payload is a JSON object, not {type(content).__name__}")
    return content


def without(payload: str, attributes: Collection[str]) -> str:
    """The payload text without the keys of these attributes (Optiply's names)."""
    kept = {key: value for key, value in decode(payload).items() if to_camel(key) not in attributes}
    return exact_json(kept)


def changed_values(changed_attributes: str) -> dict[str, Any]:
    """`{"price": {"old": 1, "new": 2}}` -> `{"price": 2}`; None clears (C6)."""
    return {name: change.get("new") for name, change in decode(changed_attributes).items()}


def references(entity: Entity, payload: Mapping[str, Any]) -> Iterator[Reference]:
    """Every record the payload points at, those of its lines too."""
    for key, parent in entity.references.items():
        if payload.get(key) is not None:
            yield Reference(parent, payload[key])
    for line in payload.get(entity.nested) or () if entity.nested else ():
        for key, parent in entity.nested_references.items():
            if line.get(key) is not None:
                yield Reference(parent, line[key])


def attributes(
    entity: Entity, payload: Mapping[str, Any], optiply_ids: Mapping[Reference, str]
) -> dict[str, Any]:
    """Optiply's attributes of a payload or of part of it. Raises ParentMissing, before anything is sent."""
    missing = sorted({reference for reference in references(entity, payload) if reference not in optiply_ids})
    if missing:
        raise ParentMissing(missing)
    found = _translate(payload, entity.references, optiply_ids)
    if entity.nested and entity.nested in payload:
        found[to_camel(entity.nested)] = [
            _translate(line, entity.nested_references, optiply_ids) for line in payload[entity.nested]
        ]
    return found


def _translate(
    payload: Mapping[str, Any], parents: Mapping[str, str], optiply_ids: Mapping[Reference, str]
) -> dict[str, Any]:
    translated = {}
    for key, value in payload.items():
        if key in parents:
            name = to_camel(key.removesuffix(REMOTE_ID_SUFFIX) + "_id")
            # a foreign key is a number on the wire, the id on top is text
            translated[name] = None if value is None else int(optiply_ids[Reference(parents[key], value)])
        elif key != "remote_id":
            translated[to_camel(key)] = value
    return translated


def synced_at(moment: datetime) -> str:
    """remoteDataSyncedToDate; `moment` is naive UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
