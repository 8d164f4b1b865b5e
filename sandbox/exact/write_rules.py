"""What may be written where: the facts of `apis/exact/write_endpoints.json` as frozen rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

COLLECTION = "Collection("


@dataclass(frozen=True)
class WriteRule:
    """One path. `post`, `put`: Edm type by field; a type `Collection(path)` holds lines of that path."""

    path: str
    methods: frozenset[str]
    required: tuple[str, ...]
    post: Mapping[str, str]
    put: Mapping[str, str]
    read_only: frozenset[str]
    parent: str | None
    parent_key: str | None


@cache
def write_rules() -> Mapping[str, WriteRule]:
    """All rules by path in lower case."""
    text = (files("apis.exact") / "write_endpoints.json").read_text(encoding="utf-8")
    return {path.lower(): _rule(path, facts) for path, facts in json.loads(text).items()}


def collection_path(edm_type: str) -> str | None:
    """`Collection(purchaseorder/PurchaseOrderLines)` -> the path; None for a plain type."""
    return edm_type[len(COLLECTION) : -1] if edm_type.startswith(COLLECTION) else None


def _rule(path: str, facts: Mapping[str, Any]) -> WriteRule:
    return WriteRule(
        path=path,
        methods=frozenset(facts["methods"]),
        required=tuple(facts["required"]),
        post=facts["post"],
        put=facts["put"],
        read_only=frozenset(facts["read_only"]),
        parent=facts.get("parent"),
        parent_key=facts.get("parent_key"),
    )
