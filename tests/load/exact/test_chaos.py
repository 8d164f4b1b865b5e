"""X8 under everything at once. `benchmarks/export_chaos.py` does the same for 200 orders and 50 kills."""

from __future__ import annotations

import random
from pathlib import Path

from sandbox.exact.server import ExactSandbox
from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock
from tests.load.exact.chaos import ExportChaos


def test_exports_killed_at_random_instants_under_faults_order_each_order_once(
    exact_sandbox: ExactSandbox, sandbox: OptiplySandbox, warehouse_path: Path, clock: Clock
) -> None:
    chaos = ExportChaos(exact_sandbox, sandbox, warehouse_path, random.Random(6), clock, orders=8)
    for _ in range(2):
        chaos.kill_one()
    assert chaos.end() == []
    assert chaos.kills > 0
