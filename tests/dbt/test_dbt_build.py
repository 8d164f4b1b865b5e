"""`dbt build` as an analyst or CI types it: from the root, on a file that does not exist yet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FINE = {"success", "pass", "no-op"}  # no-op: exposures


@pytest.mark.timeout(1200)
def test_dbt_build_passes_on_a_new_file_with_every_unit_test_and_data_test(tmp_path: Path) -> None:
    finished = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"), "--quiet", "--log-level-file", "none", "build",
            "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"),
        ],
        cwd=ROOT,
        env={**os.environ, "EXACT_OPTIPLY_WAREHOUSE": str(tmp_path / "warehouse.duckdb")},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
    results = json.loads((tmp_path / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    assert [result["unique_id"] for result in results if result["status"] not in FINE] == []
    kinds = Counter(result["unique_id"].split(".")[0] for result in results)
    manifest = json.loads((tmp_path / "target" / "manifest.json").read_text(encoding="utf-8"))
    assert kinds["unit_test"] == len(manifest["unit_tests"]) > 0
    assert kinds["model"] > 0
    assert kinds["test"] > 0
