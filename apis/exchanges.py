"""What went over the wire, for whoever keeps it: bodies and answers, never headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `status` None: there was none, and `error` says why. `seconds`: until the answer
    was read. The access token is taken out of the answer, should a server have repeated it."""

    method: str
    url: str
    request_body: bytes | None
    status: int | None
    answer_body: bytes
    error: str | None
    seconds: float


Observer = Callable[[Exchange], None]
