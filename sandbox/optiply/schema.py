"""The entities of `entities.toml`, and the check of written attributes against them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sandbox.optiply.refusal import Problem

Kind = Literal["text", "boolean", "integer", "decimal", "instant", "emails", "reference", "lines"]

ENTITIES_FILE = Path(__file__).with_name("entities.toml")
# The form that browsers accept (WHATWG), with a dot in the domain and no empty label.
EMAIL = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@([a-z0-9-]+\.)+[a-z]{2,}", re.ASCII | re.I
)
INT64 = 2**63 - 1


@dataclass(frozen=True)
class Attribute:
    """One attribute that may be written; what the fields mean is told at the top of `entities.toml`."""

    name: str
    kind: Kind
    required: bool = False
    nullable: bool = False
    create_only: bool = False
    cascade: bool = False
    indexed: bool = False
    to: str = ""
    parent: str = ""
    default: Any = None
    values: tuple[str, ...] = ()
    max_length: int | None = None
    min: float | None = None
    max: float | None = None
    places: int | None = None
    digits: int | None = None
    missing_status: int = 400


@dataclass(frozen=True)
class Entity:
    """`unique`: attributes that no two rows share. `unique_reversed`: nor with their values swapped."""

    name: str
    delete: bool
    attributes: Mapping[str, Attribute]
    unique: tuple[str, ...] = ()
    unique_reversed: bool = False

    @property
    def references(self) -> tuple[Attribute, ...]:
        return tuple(attribute for attribute in self.attributes.values() if attribute.kind == "reference")


@cache
def entities() -> Mapping[str, Entity]:
    """All entities by name, in the order of the file."""
    return {
        name: Entity(
            name=name,
            delete=facts["delete"],
            unique=tuple(facts.get("unique", ())),
            unique_reversed=facts.get("unique_reversed", False),
            attributes={
                key: _attribute(key, rules) for key, rules in (facts["attributes"] | _EVERYWHERE).items()
            },
        )
        for name, facts in tomllib.loads(ENTITIES_FILE.read_text(encoding="utf-8")).items()
    }


_EVERYWHERE: dict[str, dict[str, Any]] = {
    "remoteId": {"kind": "text", "max_length": 255},
    "remoteDataSyncedToDate": {"kind": "instant"},
}


def _attribute(name: str, rules: dict[str, Any]) -> Attribute:
    return Attribute(name=name, **(rules | {"values": tuple(rules.get("values", ()))}))


def checked(
    entity: Entity, given: Mapping[str, Any], *, creating: bool
) -> tuple[dict[str, Any], list[Problem]]:
    """The attributes as stored values (decimals as Decimal, instants as aware UTC datetime) and what is wrong
    with them. Unknown attributes, missing ones on create, wrong types and limits are problems; references
    are checked for their type only."""
    values: dict[str, Any] = {}
    problems = [
        Problem(f"{name} is required", name)
        for name, attribute in entity.attributes.items()
        if creating and attribute.required and name not in given
    ]
    for name, value in given.items():
        attribute = entity.attributes.get(name)
        if attribute is None:
            problems.append(Problem(f"{name} is not an attribute of {entity.name}", name))
        elif value is None and not attribute.nullable:
            problems.append(Problem(f"{name} must not be null", name))
        elif value is None:
            values[name] = None
        elif attribute.create_only and not creating and attribute.kind == "lines":
            problems.append(Problem(f"{name} can be written on creation only", name))
        else:
            values[name], found = _stored(attribute, value)
            problems.extend(found)
    return values, problems


def _stored(attribute: Attribute, value: Any) -> tuple[Any, list[Problem]]:
    match attribute.kind:
        case "text":
            stored, wrong = value, _text_problem(attribute, value)
        case "boolean":
            stored, wrong = value, None if isinstance(value, bool) else "must be true or false"
        case "integer" | "reference":
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            stored = value
            wrong = _limit_problem(attribute, Decimal(value)) if is_whole else "must be a whole number"
        case "decimal":
            is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            stored = Decimal(str(value)) if is_number else value
            wrong = _decimal_problem(attribute, stored) if is_number else "must be a number"
        case "instant":
            stored = instant(value)
            wrong = None if stored else "must be an instant such as 2024-01-31T00:00:00Z"
        case "emails":
            return value, _email_problems(attribute.name, value)
        case "lines":
            return _stored_lines(attribute, value)
    return stored, [Problem(f"{attribute.name} {wrong}", attribute.name)] if wrong else []


def _text_problem(attribute: Attribute, value: Any) -> str | None:
    if not isinstance(value, str):
        return "must be a text"
    if attribute.required and not value.strip():
        return "must not be empty"
    if attribute.values and value not in attribute.values:
        return f"must be one of {', '.join(attribute.values)}"
    if attribute.max_length is not None and len(value) > attribute.max_length:
        return f"must have at most {attribute.max_length} characters"
    return None


def _limit_problem(attribute: Attribute, value: Decimal) -> str | None:
    most = INT64 if attribute.max is None else attribute.max
    if value > Decimal(str(most)):
        return f"must be at most {most}"
    least = -INT64 if attribute.min is None else attribute.min
    return f"must be at least {least}" if value < Decimal(str(least)) else None


def _decimal_problem(attribute: Attribute, value: Decimal) -> str | None:
    if not value.is_finite():
        return "must be a number"
    if (wrong := _limit_problem(attribute, value)) is not None:
        return wrong
    if attribute.digits is not None and abs(value) >= Decimal(10) ** attribute.digits:
        return f"must have at most {attribute.digits} digits before the point"
    if attribute.places is not None and value != round(value, attribute.places):
        return f"must have at most {attribute.places} decimals"
    return None


def instant(value: Any) -> datetime | None:
    """An ISO 8601 date and time with its zone as UTC; None for anything else."""
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.astimezone(UTC) if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _email_problems(name: str, value: Any) -> list[Problem]:
    if not isinstance(value, list) or not all(isinstance(address, str) for address in value):
        return [Problem(f"{name} must be a list of texts", name)]
    return [
        Problem(f"{address} is not a valid address", name, as_meta=True)
        for address in value
        if not EMAIL.fullmatch(address)
    ]


def _stored_lines(attribute: Attribute, value: Any) -> tuple[list[dict[str, Any]], list[Problem]]:
    entity = entities()[attribute.to]
    if not isinstance(value, list) or not all(isinstance(line, dict) for line in value):
        return [], [Problem(f"{attribute.name} must be a list of objects", attribute.name)]
    lines: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, line in enumerate(value):
        # the parent's id is not known yet; 0 stands for it in the check
        stored, found = checked(entity, {attribute.parent: 0} | line, creating=True)
        if attribute.parent in line:
            found.append(Problem(f"{attribute.parent} is given by the order", attribute.parent))
        del stored[attribute.parent]
        lines.append(stored)
        problems.extend(Problem(p.text, f"{attribute.name}/{number}/{p.attribute}", p.as_meta) for p in found)
    return lines, problems
