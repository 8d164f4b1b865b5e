from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox.company import Company
from tests.extract.extract_shop import Shop
from tests.extract.killed_run import STREAMS

ROOT = Path(__file__).resolve().parents[2]
# Opened files until the kill: before the first batch, within dlt's steps, between batches.
KILLS = (1, 120, 300)


def test_a_load_killed_at_any_instant_and_started_again_is_equal_to_an_undisturbed_one(
    open_shop: Callable[..., Shop], company: Company, tmp_path: Path
) -> None:
    calm = open_shop(company)
    calm.with_settings(variant="standard")
    calm.tenant = calm.tenant.model_copy(update={"data_folder": tmp_path / "calm"})
    calm.run(*STREAMS)
    pages = sum(calm.requests().values())

    shop = open_shop(company)
    shop.with_settings(variant="standard")
    killed = 0
    for opens in KILLS:
        child = subprocess.run(
            [sys.executable, "-m", "tests.extract.killed_run", shop.tenant.model_dump_json(), str(opens)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert child.returncode in (0, -signal.SIGKILL), child.stderr
        killed += child.returncode != 0
    reads = shop.run(*STREAMS)

    assert killed >= 2
    assert {read.status for read in reads.values()} == {"complete"}
    assert shop.tables() == calm.tables()
    assert sum(shop.requests().values()) <= pages * (killed + 1)
