"""One run at a time per tenant: our own lease, since an orchestrator's idea of "running" outlives a killed process.

The lease is a file lock of the operating system, so it ends with its process, however that ends.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout


class LeaseTaken(Exception):
    """Another run of this tenant is under way; the message says which and since when."""


@contextmanager
def lease(state_folder: Path, command: str, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the tenant's lease. `wait_seconds`: how long to wait for another run; 0 refuses at once."""
    state_folder.mkdir(parents=True, exist_ok=True)
    holder = state_folder / "lease.json"
    lock = FileLock(state_folder / "lease.lock")
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise LeaseTaken(f"another run of this tenant is under way: {_describe(holder)}") from None
    try:
        holder.write_text(
            json.dumps({"command": command, "pid": os.getpid(), "since": datetime.now(UTC).isoformat()}),
            encoding="utf-8",
        )
        yield
    finally:
        lock.release()


def _describe(holder: Path) -> str:
    try:
        content = json.loads(holder.read_text(encoding="utf-8"))
        return f"{content['command']} (process {content['pid']}) since {content['since']}"
    except (OSError, ValueError, KeyError):
        return "it has just begun"
