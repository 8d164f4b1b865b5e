"""`dbt build` and `dbt docs generate` as an analyst or CI types them: from the root, on a new file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FINE = {"success", "pass", "no-op"}  # no-op: exposures


def dbt(folder: Path, *arguments: str) -> None:
    finished = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"), "--quiet", "--log-level-file", "none", *arguments,
            "--target-path", str(folder / "target"),
        ],
        cwd=ROOT,
        env={**os.environ, "EXACT_OPTIPLY_WAREHOUSE": str(folder / "warehouse.duckdb")},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.timeout(1200)
def test_a_new_file_is_built_with_every_unit_test_and_data_test_and_documented(tmp_path: Path) -> None:
    def artifact(name: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((tmp_path / "target" / name).read_text(encoding="utf-8"))
        return content

    dbt(tmp_path, "build")
    results = artifact("run_results.json")["results"]
    assert [result["unique_id"] for result in results if result["status"] not in FINE] == []
    kinds = Counter(result["unique_id"].split(".")[0] for result in results)
    manifest = artifact("manifest.json")
    assert kinds["unit_test"] == len(manifest["unit_tests"]) > 0
    assert kinds["model"] > 0
    assert kinds["test"] > 0

    dbt(tmp_path, "docs", "generate", "--no-compile")
    tables = artifact("catalog.json")["nodes"]
    undescribed = [
        f"{node['name']}.{column}"
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        for column in ["", *tables[unique_id]["columns"]]
        if not (node["columns"].get(column, {}) if column else node).get("description")
    ]
    assert undescribed == []
