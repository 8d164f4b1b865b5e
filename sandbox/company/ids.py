"""GUIDs that come out the same every time."""

from __future__ import annotations

import hashlib
import uuid

NAMESPACE = uuid.UUID("8f0b6f5e-58a1-4d0e-9f43-0b7c5a2d6e10")
_SEED = hashlib.sha1(NAMESPACE.bytes)
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def guid(kind: str, *parts: object) -> str:
    """The lower-case GUID of one thing, for example `guid("item", 17)`.

    It is `uuid.uuid5(NAMESPACE, "item/17")`, which took a third of the time of a large company to make.
    """
    digest = _SEED.copy()
    digest.update("/".join((kind, *map(str, parts))).encode())
    text = digest.hexdigest()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"
