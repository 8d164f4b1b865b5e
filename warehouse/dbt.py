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
    warnings: tuple[str, ...]


def dbt_vars(flags: Flags, as_of: date) -> dict[str, Any]:
    """The tenant's flags under the seed's names, as dbt vars."""
    return {**flags.model_dump(mode="json"), "as_of": as_of.isoformat()}


def build(
    tenant: Tenant,
    as_of: date,
    *,
    select: Sequence[str] = (),
    tests_within: bool = False,
    say: Callable[[str], None] = print,
) -> DbtResult:
    """`dbt build` on the tenant's warehouse, with the tests of what leaves (CI runs the others). Raises DbtFailed.

    tests_within: of a selection, run only the tests that ask for nothing beyond it. The others would compare what is
    new with what is not.
    """
    command = [
        str(Path(sys.executable).parent / "dbt"), "--log-format", "json", "--log-level-file", "none", "--no-write-json",
        "build", "--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT),
        "--target-path", str(tenant.data_folder / "target"),
        "--exclude-resource-type", "unit_test", "--exclude", *INNER_TESTS,
        "--vars", json.dumps(dbt_vars(tenant.flags, as_of)),
    ]  # fmt: skip
    if select:
        command += ["--select", *select]
    if tests_within:
        command += ["--indirect-selection", "cautious"]
    environment = {
        **os.environ,
        "EXACT_OPTIPLY_WAREHOUSE": str(tenant.warehouse_path),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    tenant.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    heard = Heard(say)
    with subprocess.Popen(
        command,
        env=environment,
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            heard.hear(line)
    if process.returncode != 0:
        failed = ", ".join(heard.failed) or "before any model ran"
        raise DbtFailed("\n".join([f"dbt build failed ({failed}):", *heard.errors]))
    for warning in heard.warnings:
        say(f"dbt warns: {warning}")
    return DbtResult(heard.nodes, tuple(heard.warnings))


class Heard:
    """What dbt said while it ran: one JSON event per line (its structured logging), other text as it is."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.nodes = 0
        self.failed: list[str] = []
        self.warnings: list[str] = []
        self.errors: list[str] = []
        self._say = say
        self._quarters = 0
        self._total = 0

    def hear(self, line: str) -> None:
        try:
            event = json.loads(line)
            info, data = event["info"], event["data"]
        except (ValueError, TypeError, KeyError):
            # a warning of Python, a crash before dbt's logging stood: nothing else would tell why
            if line.strip():
                self.errors.append(line.rstrip())
            return
        if info["level"] == "error":
            self.errors.append(info["msg"])
        if info["name"] == "ConcurrencyLine":
            self._total = data["node_count"]
        elif info["name"] in ("LogModelResult", "LogTestResult"):
            self._node(data)

    def _node(self, data: dict[str, Any]) -> None:
        self.nodes += 1
        name, status = data["node_info"]["unique_id"].split(".")[2], data["status"].lower()
        if status in ("error", "fail"):
            self.failed.append(name)
        elif status == "warn":
            self.warnings.append(f"{name}: {data['num_failures']} rows")
        quarter = 4 * self.nodes // max(self._total, 1)
        if self._quarters < quarter < 4:
            self._quarters = quarter
            self._say(f"transform: {self.nodes} of {self._total} models and tests")
