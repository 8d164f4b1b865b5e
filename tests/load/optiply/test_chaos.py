"""Contract 5 under everything at once. `benchmarks/chaos_push.py` does the same for hundreds of kills."""

from __future__ import annotations

import random
from pathlib import Path

from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock
from tests.load.optiply.chaos import Chaos


def test_kills_at_random_instants_under_faults_lose_nothing_and_double_nothing(
    sandbox: OptiplySandbox, warehouse_path: Path, clock: Clock
) -> None:
    chaos = Chaos(sandbox, warehouse_path, random.Random(5), clock)
    for _ in range(3):
        assert chaos.round(kills=2) == []
    assert chaos.kills > 0
