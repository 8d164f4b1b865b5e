"""What each flag changes on the sandbox company: the table at the end of docs/flags.md, measured.

    python -m benchmarks.flag_effects                    all flags; writes the table
    python -m benchmarks.flag_effects --flag useMOQ      prints the row of one flag

A company of `--size` items is read over HTTP and pushed with the default flags; a buy order waits in Optiply. Then
dbt compiles the models for each set of flags, they run on the same raw rows and the same ledger, and the marts are
compared row by row. dbt runs inside this process, on a file of its own: parsed once, it compiles in seconds.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from benchmarks.flag_cases import CASES, ELSEWHERE, Case
from pipeline import steps
from pipeline.run import Run, begin
from sandbox import credentials
from sandbox.company import generate
from sandbox.company.wms_stock import montapacking_products, qls_products
from sandbox.wms import MontapackingSandbox, QlsSandbox
from settings.flags import Flags
from settings.tenant import PROJECT_ROOT, Tenant, WmsSettings
from tests.dbt.slim_project import SCHEMAS, Compiler, Model, create_raw_tables, slim_project
from tests.world import TODAY, World, open_world

PAGE = PROJECT_ROOT / "docs" / "flags.md"
HEADING = "## What each flag changes"
PEOPLE = ("data_quality", "data_quality_overview")  # they change with everything
# what tells the rows of a mart apart: the first of these that it has, with all of the others
KEYS = (
    "remote_id",
    "optiply_buy_order_id",
    "line_remote_id",
    "exact_item_id",
    "product_remote_id",
    "supplier_remote_id",
)
BESIDE = ("entity", "marker", "exact_warehouse_id", "sold_date")
Row = Mapping[str, Any]
Tables = dict[str, dict[str, Row]]


class Warehouse:
    """The models' tables in the warehouse. Only what other SQL or another parent makes different is built again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._built: dict[str, str] = {}

    def forget(self) -> None:
        """The raw rows or the ledger are others now."""
        self._built.clear()

    def tables(self, models: Sequence[Model]) -> Tables:
        """The rows of the marts, and of the plan what the next push would send, by table and key."""
        with duckdb.connect(str(self._path)) as connection:
            if not self._built:
                create_raw_tables(connection)
                for schema in SCHEMAS:
                    connection.execute(f"drop schema if exists {schema} cascade")
                    connection.execute(f"create schema {schema}")
            changed: set[str] = set()
            for model in models:
                if self._built.get(model.name) != model.sql or model.parents & changed:
                    connection.execute(f"create or replace table {model.schema}.{model.name} as {model.sql}")
                    self._built[model.name] = model.sql
                    changed.add(model.name)
            names = [model.name for model in models if model.schema == "marts" and model.name not in PEOPLE]
            found = {name: _keyed(connection, f"marts.{name}") for name in names}
            found["plan"] = _keyed(connection, "(select * from plan.plan_optiply where blocked_by is null)")
        return found


def _keyed(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, Row]:
    rows = connection.execute(f"select to_json(relation) from {relation} as relation").fetchall()
    keyed: dict[str, Row] = {}
    for (text,) in rows:
        row = json.loads(text)
        names = [*[name for name in KEYS if row.get(name)][:1], *BESIDE]
        keyed[json.dumps([row.get(name) for name in names])] = row
    return keyed


def differences(before: Tables, after: Tables) -> Iterator[str]:
    """One phrase per mart that changed: rows that came, went and changed, and in which columns."""
    for name in sorted(before.keys() - {"plan"}):
        old, new = before[name], after[name]
        changed = [key for key in old.keys() & new.keys() if old[key] != new[key]]
        columns = Counter(
            column for key in changed for column in old[key] if old[key][column] != new[key].get(column)
        )
        counts = {"come": len(new.keys() - old.keys()), "go": len(old.keys() - new.keys())}
        phrases = [f"{count} {word}" for word, count in counts.items() if count]
        if changed:
            phrases.append(f"{len(changed)} change: {_example(old, new, sorted(changed), columns)}")
        if phrases:
            yield f"`{name}`: {', '.join(phrases)}"


def _example(old: dict[str, Row], new: dict[str, Row], changed: list[str], columns: Counter[str]) -> str:
    column = columns.most_common(1)[0][0]
    key = next(key for key in changed if old[key][column] != new[key].get(column))
    others = [f"`{name}`" for name, _ in columns.most_common() if name != column]
    also = f" (also {', '.join(others[:3])})" if others else ""
    return f"`{column}` {_shown(old[key][column])} → {_shown(new[key].get(column))}{also}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return (text if len(text) <= 40 else f"{text[:39]}…").replace("|", "\\|")


class Laboratory:
    """One warehouse, and the tables that it holds under any flags."""

    def __init__(self, folder: Path, warehouse: Path) -> None:
        self._compiler = Compiler(slim_project(folder))
        self._warehouse = Warehouse(warehouse)
        self._known: dict[str, Tables] = {}

    def tables(self, flags: Mapping[str, Any]) -> Tables:
        Flags.model_validate_json(json.dumps(flags))
        key = json.dumps(flags, sort_keys=True)
        if key not in self._known:
            self._known[key] = self._warehouse.tables(self._compiler.models(flags))
        return self._known[key]

    def forget(self) -> None:
        """The raw rows or the ledger are others now."""
        self._warehouse.forget()
        self._known.clear()

    def row(self, case: Case) -> str:
        """The line of docs/flags.md for one flag."""
        before = self.tables(case.beside)
        flags = {**case.beside, **case.together, case.flag: case.value}
        after = self.tables(flags)
        default = Flags.model_validate(case.beside).model_dump(mode="json")[case.flag]
        beside = f" (with {', '.join(f'`{name}`' for name in case.beside)})" if case.beside else ""
        effects = "; ".join(differences(before, after)) or "nothing in the marts"
        return (
            f"| `{case.flag}`{beside} | {_shown(default)} | {_shown(case.value)} | {effects} "
            f"| {len(before['plan'])} → {len(after['plan'])} |"
        )


def table(
    laboratory: Laboratory, cases: Sequence[Case], switches: Mapping[str, str], size: int
) -> Iterator[str]:
    """`switches`: the lines measured before the first push, by flag."""
    yield HEADING
    yield (
        f"Measured by `python -m benchmarks.flag_effects` on the sandbox company of {size} items, synchronised with\n"
        "the default flags: rows of the marts that change, come and go with one flag, and how many rows the next push\n"
        "would then send. An example is one row's value before and after. Switches (which entities are sent at\n"
        "all) are measured before the first push, when everything is still to be sent: without products nothing that\n"
        "names one can be sent either (PC6, SO11, BO3).\n"
    )
    yield "| flag | before | after | rows changed | to send |"
    yield "|---|---|---|---|---|"
    for case in cases:
        line = switches[case.flag] if case.is_switch else laboratory.row(case)
        typer.echo(line)
        yield line
    yield ""
    yield f"Not in the marts: {', '.join(f'`{name}` ({what})' for name, what in ELSEWHERE.items())}."


def one_run(world: World) -> AbstractContextManager[Run]:
    """Half an hour after the one before, as the world's own runs."""
    world.at += timedelta(minutes=30)
    return begin(world.tenant, "flag effects", say=lambda _: None, now=lambda: world.at)


def reading_all_stock(tenant: Tenant, montapacking: MontapackingSandbox, qls: QlsSandbox) -> Tenant:
    """The tenant with both warehouse systems, so that their stock is in raw; what counts it is the flags of a case."""
    wms = WmsSettings(
        montapacking_base_url=montapacking.base_url,
        qls_base_url=qls.base_url,
        qls_company_id=credentials.QLS_COMPANY_ID,
    )
    flags = tenant.flags.model_copy(update={"sync_stock_montapacking": True, "sync_stock_qls": True})
    return tenant.model_copy(update={"wms": wms, "flags": flags})


def main(
    flag: Annotated[list[str] | None, typer.Option(help="Only these flags, printed.")] = None,
    size: Annotated[int, typer.Option(min=40, help="Items of the company.")] = 200,
) -> None:
    """Measure what the flags change."""
    cases = [case for case in CASES if flag is None or case.flag in flag]
    with (
        tempfile.TemporaryDirectory() as home,
        tempfile.TemporaryDirectory() as folder,
        open_world(Path(home), company := generate(size, TODAY)) as world,
        MontapackingSandbox(montapacking_products(company)) as montapacking,
        QlsSandbox(qls_products(company)) as qls,
    ):
        world.tenant = reading_all_stock(world.tenant, montapacking, qls)
        laboratory = Laboratory(Path(folder), world.tenant.warehouse_path)
        with one_run(world) as run:
            steps.extract_step(run, all_streams=True)
            switches = {case.flag: laboratory.row(case) for case in cases if case.is_switch}
            laboratory.forget()  # so that the plan in the warehouse is that of the default flags
            laboratory.tables({})
            steps.push_step(run)
        world.place_order()
        with one_run(world) as run:
            steps.extract_step(run, all_streams=True)
        laboratory.forget()
        lines = list(table(laboratory, cases, switches, size))
    if flag is None:
        text = PAGE.read_text(encoding="utf-8").split(HEADING)[0].rstrip()
        PAGE.write_text(f"{text}\n\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
