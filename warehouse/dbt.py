"""dbt as a subprocess: run in-process it would keep the DuckDB file locked after it has finished."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from settings.flags import Flags
from settings.tenant import PROJECT_ROOT, Tenant

# A run tests what leaves: marts, plan and invariants. The tests of the layers below cost a run more than its models
# do, and say nothing that those above would miss; CI and a plain `dbt build` run all of them.
INNER_TESTS = (
    "resource_type:test,path:dbt_project/models/staging",
    "resource_type:test,path:dbt_project/models/intermediate",
)


class DbtFailed(Exception):
    """A model or an `error` test failed, or dbt could not start; the message names the nodes."""


@dataclass(frozen=True)
class DbtResult:
    """What a build did. `warnings`: tests of severity warn that found rows, in dbt's words."""

    nodes: int
    failed: tuple[str, ...]
    warnings: tuple[str, ...]


def dbt_vars(flags: Flags, as_of: date) -> dict[str, Any]:
    """The tenant's flags under the seed's names, as dbt vars."""
    return {**flags.model_dump(mode="json"), "as_of": as_of.isoformat()}


def build(
    tenant: Tenant,
    as_of: date,
    *,
    full_refresh: bool = False,
    select: Sequence[str] = (),
    say: Callable[[str], None] = print,
) -> DbtResult:
    """`dbt build` on the tenant's warehouse, with the tests of what leaves (CI runs the others). Raises DbtFailed."""
    target = tenant.data_folder / "target"
    command = [
        str(Path(sys.executable).parent / "dbt"), "--quiet", "--no-use-colors", "build",
        "--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT),
        "--target-path", str(target), "--log-path", str(tenant.data_folder / "logs"),
        "--exclude-resource-type", "unit_test", "--exclude", *INNER_TESTS,
        "--vars", json.dumps(dbt_vars(tenant.flags, as_of)),
    ]  # fmt: skip
    if full_refresh:
        command.append("--full-refresh")
    if select:
        command += ["--select", *select]
    environment = {
        **os.environ,
        "EXACT_OPTIPLY_WAREHOUSE": str(tenant.warehouse_path),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    tenant.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    results_file = target / "run_results.json"
    results_file.unlink(missing_ok=True)
    finished = subprocess.run(command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True)
    result = _read_results(results_file)
    if finished.returncode != 0:
        said = (finished.stdout + finished.stderr).strip()
        raise DbtFailed(f"dbt build failed ({', '.join(result.failed) or 'before any model ran'}):\n{said}")
    for warning in result.warnings:
        say(f"dbt warns: {warning}")
    return result


def _read_results(path: Path) -> DbtResult:
    if not path.exists():
        return DbtResult(0, (), ())
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    return DbtResult(
        nodes=len(results),
        failed=tuple(_name(r) for r in results if r["status"] in ("error", "fail")),
        warnings=tuple(f"{_name(r)}: {r['message']}" for r in results if r["status"] == "warn"),
    )


def _name(result: dict[str, Any]) -> str:
    return str(result["unique_id"]).split(".")[2]
