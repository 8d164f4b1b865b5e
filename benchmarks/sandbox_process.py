"""The sandbox servers in a process of their own, so that a benchmark's CPU time and memory are the client's alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from settings.flags import Flags
from settings.tenant import Tenant, load_tenant

CONTROL_SECONDS = 600  # a request may wait for the company's rows to be sorted


@dataclass(frozen=True)
class Served:
    """`tenant`: reads the two servers, into a warehouse in their folder."""

    tenant: Tenant
    exact: str

    def with_flags(self, **flags: Any) -> Tenant:
        return self.tenant.model_copy(update={"flags": Flags.model_validate(flags)})

    def set_faults(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Replace the faults that Exact's server shows."""
        answer = requests.post(f"{self.exact}/_sandbox/faults", json=list(rules), timeout=CONTROL_SECONDS)
        answer.raise_for_status()

    def statistics(self) -> dict[str, Any]:
        """What Exact's server has counted since it was last asked."""
        answer = requests.get(f"{self.exact}/_sandbox/statistics", timeout=CONTROL_SECONDS)
        requests.delete(f"{self.exact}/_sandbox/statistics", timeout=CONTROL_SECONDS)
        counted: dict[str, Any] = answer.json()
        return counted


@contextmanager
def serving_company(size: int, home: Path, *, spacing: float = 0.0) -> Iterator[Served]:
    """`exact-optiply sandbox serve` with a made-up company of so many items, until the block ends."""
    command = [sys.executable, "-m", "cli.main", "sandbox", "serve", "--home", str(home)]
    options = ["--size", str(size), "--spacing", str(spacing), "--day-limit", "1000000"]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Served(load_tenant(ready["tenant"]), ready["exact"])
    finally:
        process.terminate()
        process.wait()
