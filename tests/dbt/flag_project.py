"""A dbt project of the flag macros alone, so that a question to them takes seconds, not the whole project."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

# The answer stands on a line of its own among dbt's log lines.
MARK = "ANSWER "
MACROS = """
{% macro flag_problems(cases) %}
    {% set problems = [] %}
    {% for name, value in cases %}{% do problems.append(flag_problem(name, value)) %}{% endfor %}
    {% do print('ANSWER ' ~ tojson(problems)) %}
{% endmacro %}

{% macro rendered() %}
    {% do print('ANSWER ' ~ tojson({
        'as_of': as_of() | trim,
        'started': run_started_at.isoformat(),
        'literals': [flag_sql('stock_warehouse_ids') | trim, flag_sql('bo_completed_status') | trim],
        'unit_factors': modules.re.sub('\\\\s+', ' ', unit_factors_rows()) | trim,
        'assortments': assortments_rows() | trim,
    })) %}
{% endmacro %}

{% macro flag_names() %}{% do print('ANSWER ' ~ tojson(flag_rules().keys() | list)) %}{% endmacro %}
"""


def project_variables() -> dict[str, Any]:
    """The vars of the real dbt_project.yml."""
    content = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    variables: dict[str, Any] = content["vars"]["exact_optiply"]
    return variables


@dataclass(frozen=True)
class Outcome:
    return_code: int
    output: str

    @property
    def answer(self) -> Any:
        line = next(line for line in self.output.splitlines() if line.startswith(MARK))
        return json.loads(line.removeprefix(MARK))


class FlagProject:
    """`folder` is filled with the project. Each call runs dbt once, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "macros").mkdir()
        shutil.copytree(ROOT / "dbt_project/macros/flags", folder / "macros/flags")
        (folder / "macros/questions.sql").write_text(MACROS, encoding="utf-8")
        project = {
            "name": "exact_optiply",
            "profile": "flags",
            "macro-paths": ["macros"],
            "on-run-start": ["{{ check_flags() }}"],
            "vars": {"exact_optiply": project_variables()},
        }
        output = {"type": "duckdb", "path": "flags.duckdb"}
        profile = {"flags": {"target": "local", "outputs": {"local": output}}}
        (folder / "dbt_project.yml").write_text(json.dumps(project), encoding="utf-8")
        (folder / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")

    def ask(
        self,
        macro: str,
        arguments: Mapping[str, Any] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Outcome:
        return self._dbt(
            ["run-operation", macro, "--args", json.dumps(arguments or {})], variables, quiet=["--quiet"]
        )

    def run(self, variables: Mapping[str, Any]) -> Outcome:
        return self._dbt(["run"], variables)

    def _dbt(
        self, command: Sequence[str], variables: Mapping[str, Any] | None, quiet: Sequence[str] = ()
    ) -> Outcome:
        given = ["--vars", json.dumps(variables)] if variables else []
        done = subprocess.run(
            [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *quiet, *command, *given],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout + done.stderr)
