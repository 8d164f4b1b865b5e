"""A first load of a whole company and a run without changes: requests, CPU and wall time.

    python -m benchmarks.extract_load                                     # requests and CPU, Atom XML
    python -m benchmarks.extract_load --response-format json
    python -m benchmarks.extract_load --latency 0.3 --spacing 1.01        # wall time

20,000 items make 20,000 sales orders and as many invoices of 3 lines each, 6,600 purchase orders, 360,000 rows.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

import apis.exact
from benchmarks.cpu_parts import CpuParts
from benchmarks.sandbox_process import Served, serving_company
from extract.result import ExtractResult
from extract.run import run
from settings.tenant import Tenant

PREFIX = "GET /api/v1/"


@dataclass
class Measured:
    """One run: its result, the requests that the server counted by path, CPU seconds by part."""

    result: ExtractResult
    requests: Mapping[str, int]
    least_gap: float
    wall_seconds: float
    parts: CpuParts = field(default_factory=CpuParts)

    @property
    def cpu_seconds(self) -> float:
        return float(sum(self.parts.seconds.values()))


def main(
    size: Annotated[int, typer.Option(help="Items of the company.")] = 20_000,
    response_format: Annotated[str, typer.Option(help="xml or json.")] = "xml",
    latency: Annotated[float, typer.Option(help="Seconds that each answer takes longer.")] = 0.0,
    spacing: Annotated[float, typer.Option(help="Seconds between request starts.")] = 0.0,
) -> None:
    """Measure and print; nothing is kept."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving_company(size, Path(folder), spacing=spacing) as served,
    ):
        tenant = served.with_flags(response_format=response_format)
        if latency:
            served.set_faults([{"kind": "latency", "path": "*/api/v1/*", "seconds": latency}])
        typer.echo(f"{size} items, {response_format}, latency {latency} s, spacing {spacing} s")
        for title, number in (("first load", 1), ("run without changes", 2)):
            _print(title, measured_run(served, tenant, f"run-{number}"), spacing)


def measured_run(served: Served, tenant: Tenant, run_id: str) -> Measured:
    """One extraction of the scheduled streams in this process."""
    served.statistics()
    parts, begun = CpuParts(), time.monotonic()
    with parts.measured():
        result = run(tenant, run_id=run_id, as_of=date.today(), exact=apis.exact.connect(tenant))
    wall = time.monotonic() - begun
    counted = served.statistics()
    requests = {name.removeprefix(PREFIX): number for name, number in counted["by_request"].items()}
    return Measured(result, requests, min(counted["gaps"], default=0.0), wall, parts)


def _print(title: str, found: Measured, spacing: float) -> None:
    total, rows = sum(found.requests.values()), max(found.result.rows, 1)
    typer.echo(f"\n{title}: {found.result.status}, {found.result.rows} rows, {total} requests")
    for path, number in found.requests.items():
        typer.echo(f"  {number:5} {path.partition('/')[2]}")
    typer.echo(f"  CPU {found.cpu_seconds:.1f} s, {1000 * found.cpu_seconds / rows:.3f} s per 1,000 rows")
    for part, seconds in found.parts.seconds.items():
        typer.echo(f"    {1000 * seconds / rows:.3f} {part}")
    ratio = f", {found.wall_seconds / (total * spacing):.3f} of requests x spacing" if spacing else ""
    typer.echo(f"  wall {found.wall_seconds:.1f} s{ratio}; least gap {found.least_gap:.3f} s")


if __name__ == "__main__":
    typer.run(main)
