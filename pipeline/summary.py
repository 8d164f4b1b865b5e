"""What a run did, for a person: one table per entity, the streams read, requests, seconds, what needs a look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extract.result import Source
from pipeline.run import FAILED, NEEDS_A_LOOK, OK, Run

# The streams whose rows are an entity's records; the others only add to them.
MAIN_STREAMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("optiply", "products"): ("items",),
    ("optiply", "productCompositions"): ("assembly_bill_of_material_materials", "bill_of_materials"),
    ("optiply", "suppliers"): ("suppliers",),
    ("optiply", "supplierProducts"): ("supplier_products",),
    ("optiply", "sellOrders"): ("sales_invoices", "sales_orders"),
    ("optiply", "buyOrders"): ("purchase_orders", "assembly_orders", "manufacturing_shop_orders"),
    ("optiply", "buyOrderLines"): ("purchase_order_lines",),
    ("optiply", "receiptLines"): ("goods_receipt_lines", "purchase_return_lines"),
    ("exact", "purchaseOrders"): ("buy_orders",),
}
COLUMNS = (
    "read",
    "created",
    "updated",
    "replaced",
    "deleted",
    "refused",
    "waiting",
    "held",
    "failed",
    "unchanged",
)
SOURCES: Mapping[Source, str] = {"exact": "Exact", "optiply": "Optiply", "wms": "warehouse systems"}
VERDICTS = {OK: "all well", FAILED: "failed in part", NEEDS_A_LOOK: "done, but something needs a look"}


@dataclass(frozen=True)
class Summary:
    """`rows`: ("products to Optiply", counts in the order of COLUMNS); an entity of which there is none is left
    out."""

    rows: tuple[tuple[str, tuple[int, ...]], ...]
    lines: tuple[str, ...]
    verdict: str


def summarise(run: Run) -> Summary:
    counted = (
        (
            f"{entity} to {target.title()}",
            (_read(run, target, entity), *(getattr(count, column) for column in COLUMNS[1:])),
        )
        for (target, entity), count in run.counts.items()
    )
    rows = tuple((name, numbers) for name, numbers in counted if any(numbers))
    usage = run.usage
    room = (
        f", {usage.exact_day_remaining} of {usage.exact_day_limit} left for today"
        if usage.exact_day_remaining is not None and usage.exact_day_limit is not None
        else ""
    )
    seconds = ", ".join(f"{step} {taken:.1f} s" for step, taken in run.timings.items())
    lines = (
        *_reads(run),
        *_left_out(run),
        f"requests: Exact {usage.exact_requests}{room}; Optiply {usage.optiply_requests}"
        + (f"; warehouse systems {run.wms_requests}" if run.wms_requests else ""),
        f"time: {seconds}",
        *(f"failed: {problem}" for problem in run.problems),
        *(f"look at: {notice}" for notice in run.notices),
    )
    return Summary(rows, lines, VERDICTS[run.exit_code])


def _read(run: Run, target: str, entity: str) -> int:
    source = "exact" if target == "optiply" else "optiply"
    streams = MAIN_STREAMS.get((target, entity), ())
    return sum(read.rows for read in run.reads if read.source == source and read.stream in streams)


def _reads(run: Run) -> tuple[str, ...]:
    """What was read, source by source; streams without a new row are left out."""
    lines = []
    for source, name in SOURCES.items():
        reads = [read for read in run.reads if read.source == source]
        if reads:
            filled = ", ".join(f"{read.stream} {read.rows}" for read in reads if read.rows) or "nothing new"
            lines.append(f"read from {name} ({len(reads)} streams): {filled}")
    return tuple(lines)


def _left_out(run: Run) -> tuple[str, ...]:
    """How many records stay behind, and where each stands with its rule and reason (C9)."""
    if not run.left_out:
        return ()
    counted = ", ".join(f"{entity} {count}" for entity, count in run.left_out.items())
    return (f"left out, wholly or in part, each with its reason in marts.data_quality: {counted}",)


def markdown_summary(run: Run) -> str:
    """The same as a Markdown page, for a Prefect artifact."""
    summary = summarise(run)
    header = ("entity", *COLUMNS)
    table = [
        f"| {' | '.join(header)} |",
        f"|{'---|' * len(header)}",
        *(f"| {name} | {' | '.join(map(str, numbers))} |" for name, numbers in summary.rows),
    ]
    title = f"# {run.tenant.name}: {summary.verdict} (run {run.run_id})"
    return "\n".join([title, "", *table, "", *(f"- {line}" for line in summary.lines), ""])
