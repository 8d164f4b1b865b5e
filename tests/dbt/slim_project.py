"""The project's models without its tests: parsed in a fifth of the time, compiled under any flags."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from settings.tenant import PROJECT_ROOT
from tests.world import TODAY

SCHEMAS = ("staging", "intermediate", "marts", "plan")


class Model(NamedTuple):
    """`parents`: the names of the models that it reads."""

    schema: str
    name: str
    sql: str
    parents: frozenset[str]


def slim_project(folder: Path) -> Path:
    """The project without hooks, tests and contracts, which dbt parses in a fifth of the time. The SQL is the same."""
    shutil.copytree(PROJECT_ROOT / "dbt_project" / "macros", folder / "dbt_project" / "macros")
    for file in (PROJECT_ROOT / "dbt_project" / "models").rglob("*"):
        if file.suffix == ".sql" or file.name.endswith("__sources.yml"):
            copy = folder / file.relative_to(PROJECT_ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    project = yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    project["models"]["exact_optiply"]["marts"].pop("+contract")
    project.pop("on-run-start")
    (folder / "dbt_project" / "tests").mkdir()
    (folder / "dbt_project.yml").write_text(json.dumps(project), encoding="utf-8")
    profile = {"type": "duckdb", "path": str(folder / "warehouse.duckdb"), "threads": 2}
    profiles = {project["profile"]: {"target": "local", "outputs": {"local": profile}}}
    (folder / "profiles.yml").write_text(json.dumps(profiles), encoding="utf-8")
    return folder


class Compiler:
    """The models' SQL under any flags, from one parse."""

    def __init__(self, project: Path) -> None:
        self._where = ["--project-dir", str(project), "--profiles-dir", str(project)]
        self._manifest: Manifest = self._done(dbtRunner().invoke(["--quiet", "parse", *self._where]))

    def models(self, flags: Mapping[str, Any]) -> list[Model]:
        """All models, parents first."""
        variables = json.dumps({**flags, "as_of": TODAY.isoformat()})
        runner = dbtRunner(manifest=self._manifest.deepcopy())
        command = ["--quiet", "compile", "--no-introspect", *self._where, "--vars", variables]
        nodes = {result.node.unique_id: result.node for result in self._done(runner.invoke(command)).results}
        done: dict[str, Model] = {}
        while len(done) < len(nodes):
            for name, node in nodes.items():
                if all(parent in done for parent in node.depends_on.nodes if parent in nodes):
                    parents = frozenset(
                        parent.split(".")[2] for parent in node.depends_on.nodes if parent in nodes
                    )
                    done[name] = Model(node.schema, node.name, node.compiled_code, parents)
        return list(done.values())

    @staticmethod
    def _done(outcome: dbtRunnerResult) -> Any:
        if not outcome.success:
            raise RuntimeError(f"dbt failed: {outcome.exception}")
        return outcome.result


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Those that were not read, empty, as the project's hook makes them."""
    for file in (PROJECT_ROOT / "dbt_project" / "models" / "staging").rglob("*__sources.yml"):
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]:
            schema = source.get("schema", source["name"])
            connection.execute(f"create schema if not exists {schema}")
            for table in source["tables"]:
                columns = ", ".join(
                    f'"{column["name"]}" {column["data_type"]}' for column in table["columns"]
                )
                connection.execute(f"create table if not exists {schema}.{table['name']} ({columns})")
