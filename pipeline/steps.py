"""The steps of a run as plain functions: extract, transform, push, export, and all of them in order.

Each notes on the `Run` what it did: counts, problems (exit code 1), notices (exit code 3). The command line
and the Prefect flow both call these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import extract.run
import load.exact.export
import load.optiply.push
import load.optiply.verify
from extract.result import ExtractResult, StreamProgress
from extract.wms import catalogue as wms
from load.exact.result import ExportResult
from load.optiply.comparison import DriftKind
from load.optiply.plan_rows import WHOLE_PLAN, require_plan
from load.optiply.result import Notice, PushResult
from load.optiply.verify import VerifyResult
from pipeline.run import Run
from settings.tenant import SettingsError
from warehouse import dbt
from warehouse.connection import connect

STOCK_STREAMS = ("stock_positions",)  # and the warehouse systems whose stock counts
STOCK_MODELS = (
    "stg_exact__stock_positions+,+plan_optiply_stock",
    "stg_wms__montapacking_products+,+plan_optiply_stock",
    "stg_wms__qls_products+,+plan_optiply_stock",
    # the whole plan, as the push before has changed the ledger: a plan made before it would create again, and the
    # invariants, which run on what is built, say so
    "path:dbt_project/models/intermediate/plan",
    "path:dbt_project/models/plan",
)
DRIFT_IN_WORDS: Mapping[DriftKind, str] = {
    "missing": "records are no longer in Optiply",
    "unknown": "records of ours in Optiply are not in the ledger",
    "moved": "records stand in Optiply under another id",
    "changed": "records were changed in Optiply",
    "twice": "remote ids stand on several Optiply records: remove all but one there",
}
# The ledger's statements are small: a second thread of DuckDB costs a third more CPU time and saves nothing.
PUSH_THREADS = 1
NOTICES_SHOWN = 5  # of each entity and kind; `status` and marts.data_quality have all of them


def extract_step(
    run: Run, streams: Sequence[str] = (), *, all_streams: bool = False, complete: bool = False
) -> ExtractResult:
    """Read what changed in Exact and Optiply into raw, all of it when `complete`. A stream that fails holds its
    entities, no more."""
    run.say("extract: reading what changed in Exact and Optiply")
    with run.timed("extract"):
        result = extract.run.run(
            run.tenant,
            run_id=run.run_id,
            as_of=run.as_of,
            streams=streams or None,
            all_streams=all_streams,
            read_whole=complete,
            exact=run.exact,
            optiply=run.optiply,
            report=_page_reporter(run.say),
            now=run.now,
        )
    run.reads = result.reads
    run.wms_requests += result.wms_requests
    if result.outlook:
        run.say(f"extract: {result.outlook}")
    for read in result.reads:
        if read.status == "failed":
            run.problems.append(f"stream {read.stream}: {read.message}")
        elif read.status == "daily_limit":
            run.notices.append(f"stream {read.stream}: {read.message}")
        elif read.message:
            run.say(f"extract: {read.stream}: {read.message}")
    return result


def transform_step(run: Run, *, select: Sequence[str] = (), tests_within: bool = False) -> dbt.DbtResult:
    """`dbt build`: staging, marts, plan and their tests. Raises DbtFailed, and then nothing may be sent."""
    run.say("transform: dbt build")
    with run.timed("transform"):
        result = dbt.build(run.tenant, run.as_of, select=select, tests_within=tests_within, say=run.say)
    if not select:
        with connect(run.tenant.warehouse_path, read_only=True) as connection:
            run.left_out = dict(
                connection.execute(
                    """
                    select entity, count(distinct remote_id) from marts.data_quality
                    where severity = 'left_out' group by entity order by entity
                    """
                ).fetchall()
            )
    return result


def push_step(
    run: Run,
    entities: Sequence[str] = (),
    *,
    allow_mass_delete: bool = False,
    retry_refused: bool = False,
    stock_only: bool = False,
) -> PushResult:
    """Send the plan to Optiply, or of it the stock levels only.

    Raises LedgerMissing in front of an account that the ledger does not know.
    """
    run.say("push: sending the plan to Optiply")
    with run.timed("push"), connect(run.tenant.warehouse_path, threads=PUSH_THREADS) as connection:
        result = load.optiply.push.push(
            connection,
            run.optiply,
            run_id=run.run_id,
            now=run.now,
            workers=run.tenant.optiply.workers,
            entities=entities or None,
            allow_mass_delete=allow_mass_delete,
            retry_refused=retry_refused,
            stock_only=stock_only,
            report=run.say,
        )
    for entity, counts in result.counts.items():
        run.counts["optiply", entity] = counts
    if result.stopped:
        run.problems.append(f"push stopped: {result.stopped}")
    _note(run, "Optiply", result.notices)
    _judge(run, "push", result.has_failed, result.needs_a_look)
    return result


def export_step(run: Run, order_ids: Sequence[str] = (), *, retry_refused: bool = False) -> ExportResult:
    """Bring Optiply's buy orders to Exact, each once."""
    run.say("export: bringing Optiply's buy orders to Exact")
    with run.timed("export"), connect(run.tenant.warehouse_path) as connection:
        result = load.exact.export.export(
            connection,
            run.exact,
            run.optiply,
            run_id=run.run_id,
            now=run.now,
            order_ids=order_ids or None,
            retry_refused=retry_refused,
            report=run.say,
        )
    run.counts["exact", "purchaseOrders"] = result.counts
    if result.stopped:
        (run.notices if result.is_daily_limit else run.problems).append(f"export stopped: {result.stopped}")
    _note(run, "Exact", result.notices)
    _judge(run, "export", result.has_failed, result.needs_a_look)
    return result


def sync(run: Run, *, dry_run: bool = False) -> None:
    """All steps in order; `dry_run` stops before anything is sent."""
    extract_step(run)
    transform_step(run)
    if not dry_run:
        push_step(run)
        export_step(run)


def stock(run: Run, *, dry_run: bool = False, allow_mass_delete: bool = False) -> None:
    """The quick path between two whole runs: read stock, plan stock, send changed stock levels. It decides with
    all else as the last whole run left it, so there must have been one."""
    if not run.tenant.flags.map_stockLevel:
        raise SettingsError("map_stockLevel is off: no stock level is sent to Optiply")
    with connect(run.tenant.warehouse_path) as connection:
        require_plan(connection, WHOLE_PLAN)
    warehouse_systems = (f"wms.{stream}" for stream in wms.scheduled_streams(run.tenant.flags))
    extract_step(run, (*STOCK_STREAMS, *warehouse_systems))
    # the plans of the other entities are as old as the last whole run: the ledger has moved on since
    transform_step(run, select=STOCK_MODELS, tests_within=True)
    if not dry_run:
        push_step(run, allow_mass_delete=allow_mass_delete, stock_only=True)


def verify_step(run: Run, *, repair: bool = False) -> VerifyResult:
    """Compare Optiply with the ledger; `repair` corrects the ledger, nothing is sent."""
    run.say("verify: comparing Optiply with the ledger")
    with run.timed("verify"), connect(run.tenant.warehouse_path) as connection:
        result = load.optiply.verify.verify(
            connection,
            run.optiply,
            coupling_id=run.tenant.optiply.coupling_id,
            run_id=run.run_id,
            now=run.now,
            repair=repair,
            report=run.say,
        )
    for kind, count in Counter(drift.kind for drift in result.drift).items():
        run.notices.append(f"verify: {count} {DRIFT_IN_WORDS[kind]}")
    if result.repaired:
        run.notices.append(
            f"verify: the ledger is corrected in {result.repaired} places, the next sync mends Optiply"
        )
    return result


def _note(run: Run, receiver: str, notices: Sequence[Notice]) -> None:
    """Say what a person may want to look at, a few of each kind."""
    shown: Counter[tuple[str, str]] = Counter()
    for notice in notices:
        shown[notice.entity, notice.kind] += 1
        if shown[notice.entity, notice.kind] <= _shown_at_most(notice.kind):
            reason = notice.reason.removeprefix(f"{notice.kind}: ")
            run.say(f"  {receiver} {notice.entity} {notice.remote_id} {notice.kind}: {reason}")
    for (entity, kind), count in shown.items():
        if (hidden := count - _shown_at_most(kind)) > 0:
            run.say(f"  {receiver} {entity}: {hidden} more {kind}, see exact-optiply status")


def _shown_at_most(kind: str) -> int:
    """What waits goes on by itself, so that one example says enough."""
    return 1 if kind == "waiting" else NOTICES_SHOWN


def _judge(run: Run, step: str, has_failed: bool, needs_a_look: bool) -> None:
    if has_failed and not any(problem.startswith(step) for problem in run.problems):
        run.problems.append(f"{step}: some requests failed; they are tried again in the next run")
    elif needs_a_look:
        run.notices.append(f"{step}: some rows are refused or held")


def _page_reporter(say: Callable[[str], None]) -> Callable[[StreamProgress], None]:
    """One line per stream that ended with rows, and one for every 25 pages of a long one."""

    def report(progress: StreamProgress) -> None:
        name = f"{progress.source} {progress.stream}"
        if progress.status is not None and progress.rows:
            say(f"  {name}: {progress.rows} rows, {progress.status}")
        elif progress.status is None and progress.pages and progress.pages % 25 == 0:
            say(f"  {name}: {progress.rows} rows so far")

    return report
