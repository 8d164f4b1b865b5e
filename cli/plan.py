"""`exact-optiply plan`: what a push would send, without sending it."""

from __future__ import annotations

import csv
import json
import sys
from enum import StrEnum
from typing import Annotated, Any

import duckdb
import typer
from rich.markup import escape
from rich.table import Table

from apis.optiply.exact_json import exact_json, parse_exact_json
from cli.console import out
from cli.options import TenantOption
from cli.published import published
from settings.tenant import SettingsError, load_tenant

COLUMNS = (
    "entity", "operation", "remote_id", "optiply_id", "reason", "blocked_by", "changed_attributes", "payload",
)  # fmt: skip
JSON_COLUMNS = ("changed_attributes", "payload")
SHOWN = ("entity", "operation", "remote_id", "changes", "reason", "blocked_by")
SHOWN_VALUE_LENGTH = 40


class Format(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"


def plan(
    tenant: TenantOption,
    entity: Annotated[
        str | None, typer.Option("--entity", "-e", help="Only this one, for example supplierProducts.")
    ] = None,
    output: Annotated[
        Format, typer.Option("--format", help="json and csv carry payloads too.")
    ] = Format.table,
    limit: Annotated[int, typer.Option(min=0, help="Rows to show; 0 shows the summary only.")] = 20,
) -> None:
    """Show what of the last transform's plan is still to be sent: rows to create, update, replace and delete, with
    old and new values, and what is blocked by what.

    Reads the published copy and changes nothing. A new plan: extract, then transform (or sync --dry-run).
    """
    with published(load_tenant(tenant)) as connection:
        if output is Format.table:
            _show_summary(connection, entity)
        rows = _rows(connection, entity, limit)
    if output is Format.json:
        lines = ",\n".join(exact_json(_with_objects(row)) for row in rows)
        sys.stdout.write(f"[\n{lines}\n]\n" if rows else "[]\n")
    elif output is Format.csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    elif rows:
        _show_rows(rows)


def _rows(connection: duckdb.DuckDBPyConnection, entity: str | None, limit: int) -> list[dict[str, Any]]:
    try:
        found = connection.execute(
            f"""
            select {", ".join(COLUMNS)} from plan.plan_pending
            where $entity is null or entity = $entity
            order by blocked_by is null desc, entity, operation, remote_id
            limit $limit
            """,
            {"entity": entity, "limit": limit},
        ).fetchall()
    except duckdb.CatalogException:
        raise SettingsError("there is no plan yet: run exact-optiply transform first") from None
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def _show_summary(connection: duckdb.DuckDBPyConnection, entity: str | None) -> None:
    table = Table("entity", "operation", "to send", "blocked", box=None, title="plan", title_justify="left")
    try:
        counts = connection.execute(
            """
            select entity, operation, count(*) filter (where blocked_by is null), count(blocked_by)
            from plan.plan_pending where $entity is null or entity = $entity
            group by all
            union all
            select replace(sink, '_', ' ') || ' to Exact', operation, count(*) filter (where blocked_by is null),
                count(blocked_by)
            from plan.plan_exact where $entity is null
            group by all
            order by 1, 2
            """,
            {"entity": entity},
        ).fetchall()
    except duckdb.CatalogException:
        raise SettingsError("there is no plan yet: run exact-optiply transform first") from None
    for row in counts:
        table.add_row(*map(str, row))
    out.print(table if counts else "nothing to do: both sides are equal")


def _show_rows(rows: list[dict[str, Any]]) -> None:
    table = Table(*SHOWN, box=None)
    for row in rows:
        shown = {**row, "changes": changes_in_words(row["changed_attributes"])}
        table.add_row(*(escape(str(shown[column] or "")) for column in SHOWN))
    out.print(table)


def changes_in_words(changed_attributes: str | None) -> str:
    """`{"price": {"old": 1.0, "new": 2.0}}` -> `price 1.0 → 2.0`; long values are cut, one change a line."""
    if changed_attributes is None:
        return ""
    changes = json.loads(changed_attributes, parse_float=str)
    return "\n".join(
        f"{name} {_shown(each.get('old'))} → {_shown(each.get('new'))}" for name, each in changes.items()
    )


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_VALUE_LENGTH else f"{text[:SHOWN_VALUE_LENGTH]}…"


def _with_objects(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its JSON texts as JSON."""
    return row | {name: parse_exact_json(row[name]) for name in JSON_COLUMNS if row[name] is not None}
