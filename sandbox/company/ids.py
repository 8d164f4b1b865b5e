"""GUIDs that come out the same every time."""

from __future__ import annotations

import uuid

NAMESPACE = uuid.UUID("8f0b6f5e-58a1-4d0e-9f43-0b7c5a2d6e10")


def guid(kind: str, *parts: object) -> str:
    """The lower-case GUID of one thing, for example `guid("item", 17)`."""
    return str(uuid.uuid5(NAMESPACE, "/".join((kind, *map(str, parts)))))
