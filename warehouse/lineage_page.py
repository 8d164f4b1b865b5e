"""docs/lineage.md: what is made of what, drawn from dbt's manifest.

    dbt parse && python -m warehouse.lineage_page target/manifest.json

Models are drawn by topic, which is the folder they lie in: all of them in one picture would show nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from settings.tenant import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "lineage.md"
INTRODUCTION = """# Lineage

Written by `python -m warehouse.lineage_page` from dbt's manifest. Do not edit by hand. `dbt docs generate` and
`dbt docs serve` show every model by itself. Not drawn: `deletions` (the rows that Exact deleted) and `runs`, which
every topic reads.

"""
EVERYWHERE = {"deletions", "runs"}


def place(node: Mapping[str, Any]) -> str | None:
    """Where a node stands in the picture; None where it is not drawn."""
    if node["resource_type"] == "exposure":
        return f"exposure: {node['name']}"
    if node["resource_type"] == "source":
        return str(node["source_name"])
    if node["resource_type"] != "model":
        return None
    layer, topic = Path(node["path"]).parts[:2]
    if layer == "marts":
        return f"marts: {topic}"
    return f"staging: {topic}" if layer == "staging" else topic if layer == "intermediate" else "plan"


def arrows(manifest: Mapping[str, Any]) -> set[tuple[str, str]]:
    """(from, to) of every place that another is made of."""
    nodes = {**manifest["nodes"], **manifest["sources"], **manifest["exposures"]}
    found: set[tuple[str, str]] = set()
    for name, node in nodes.items():
        for parent in manifest["parent_map"].get(name, ()):
            start, end = place(nodes[parent]), place(node)
            if start and end and start != end and not {start, end} & EVERYWHERE:
                found.add((start, end))
    return found


def picture(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a Mermaid flowchart."""
    edges = sorted(arrows(manifest))
    ids = {name: f"n{number}" for number, name in enumerate(sorted({end for edge in edges for end in edge}))}
    yield "```mermaid"
    yield "flowchart LR"
    for name, short in ids.items():
        yield f'    {short}["{name}"]'
    for start, end in edges:
        yield f"    {ids[start]} --> {ids[end]}"
    yield "```"


def page(manifest: Mapping[str, Any]) -> str:
    return INTRODUCTION + "\n".join(picture(manifest)) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), encoding="utf-8")
