"""The moving parts of one extraction: readers in threads, one batch, one dlt pipeline per source system, and one
for the streams of Exact that are read from the beginning again: they go to `raw_exact_reread` until they are
complete.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from types import TracebackType

from apis.errors import (
    ApiError,
    CredentialsRefused,
    DailyLimitReached,
    NotAvailable,
    RequestRefused,
)
from extract.adoption import adopt, keep_gone
from extract.batch import Batch, BatchSize
from extract.columns import FieldTypeError
from extract.day_budget import NoRoomLeft
from extract.exact.catalogue import Variant
from extract.exact.catalogue import catalogue as exact_catalogue
from extract.exact.divisions_read import DivisionsRead
from extract.exact.endpoint_read import ExactRead, reread_of
from extract.optiply.resource_read import MOST_LOOKED_UP, OptiplyRead
from extract.planning import DIVISIONS, SIDE_DATASET, Planner
from extract.progress_log import ProgressLog
from extract.raw_pipeline import StreamBatch
from extract.reading import EndpointRead, PageArrived, ReadEnded, Readers
from extract.rereads import RENUMBERED, history, keep_requests, read_by_row_version
from extract.result import Source, Status
from extract.scope import Scope
from extract.table_shape import exact_table, wms_table
from extract.wms.product_read import DATASET as WMS_SIDE_DATASET
from extract.wms.product_read import ProductRead
from extract.wms.replacement import EmptyList, replace_rows
from warehouse.runs import naive

SOURCES: tuple[Source, ...] = ("exact", "optiply", "wms")
WORKERS = 6  # Exact's spacing sets the pace; this many hide a latency of several seconds
log = logging.getLogger(__name__)


class Extraction:
    """A context around `read`. `credentials_refused`: what stopped the run; raise it when all is stored."""

    def __init__(self, scope: Scope, progress: ProgressLog, batch_size: BatchSize) -> None:
        self.credentials_refused: CredentialsRefused | None = None
        self._scope = scope
        self._progress = progress
        self._stack = ExitStack()
        self._plan = Planner(scope, progress, self._stack)
        self._batch = Batch(batch_size, time.monotonic)
        self._read_to_the_end: list[EndpointRead] = []
        self._broken: set[Source] = set()

    def __enter__(self) -> Extraction:
        self._readers = self._stack.enter_context(Readers(WORKERS))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    @property
    def outlook(self) -> str:
        """What runs like this one need of Exact's day, in words; empty when nothing of Exact was read."""
        return self._plan.outlook

    def read(self, wanted: Mapping[Source, Iterable[str]]) -> None:
        """Read the streams by source and name, and store what they bring."""
        plan = self._plan
        plan.open_pipelines(source for source, streams in wanted.items() if streams)
        with plan.warehouse_open():
            self._start(wanted)
        self._consume()
        self._tidy_up()

    def _start(self, wanted: Mapping[Source, Iterable[str]]) -> None:
        plan = self._plan
        exact = plan.usable("exact", wanted["exact"])
        optiply = plan.usable("optiply", wanted["optiply"])
        product_reads = plan.product_reads(plan.usable("wms", wanted["wms"]))
        variants = plan.available_variants(exact)
        past = plan.history("exact")
        if DIVISIONS in variants and len(variants) > 1:
            self._readers.start(plan.exact_reads({DIVISIONS: variants.pop(DIVISIONS)}))
            self._consume()  # it tells whether the row versions of the others still hold
        plan.plan_rereads(variants, past)
        again = {name for source, name in plan.reasons if source == "exact"}
        reads = plan.exact_reads({name: v for name, v in variants.items() if name not in again})
        rereads = plan.exact_reads({name: v for name, v in variants.items() if name in again}, SIDE_DATASET)
        shortage = plan.budget.shortage(len(reads) + sum(map(plan.pages_held, rereads)))
        if shortage is not None:
            self._readers.stop("exact", shortage)
        optiply_reads = plan.optiply_reads(optiply, plan.history("optiply"))
        self._readers.start([*reads, *rereads, *optiply_reads, *product_reads])

    def _consume(self) -> None:
        """Take and store what the reads under way bring, until the last has ended."""
        while self._readers.is_active:
            event = self._readers.next_event(self._batch.seconds_left)
            if isinstance(event, PageArrived) and event.read.source not in self._broken:
                self._progress.arrived(event.read, event.page)
                self._batch.add(event)
            elif isinstance(event, ReadEnded):
                self._end(event)
            if self._batch.is_due:
                self._store()
        self._store()

    def _end(self, event: ReadEnded) -> None:
        read, error = event.read, event.error
        if isinstance(read, DivisionsRead) and read.refused:
            self._plan.keep_refused_divisions(read)
        if error is None:
            self._read_to_the_end.append(read)  # complete when its last page is stored
            return
        if event.was_started and not isinstance(error, NoRoomLeft):
            self._progress.count_request(read)  # the one that failed brought no page
        if isinstance(error, RequestRefused) and isinstance(read, ExactRead) and read.question.lines:
            self._readers.start(self._plan.apart(read))
            return
        if isinstance(error, NotAvailable) and isinstance(read, ExactRead):
            self._readers.start(self._plan.next_endpoints(read, _words(error)))
            return
        if isinstance(error, CredentialsRefused):
            self.credentials_refused = self.credentials_refused or error
            for source in SOURCES:  # the other side's rows would be of no use alone
                self._readers.stop(source, error)
        status: Status = "daily_limit" if isinstance(error, DailyLimitReached) else "failed"
        if isinstance(error, NotAvailable) and read.source == "exact":
            status = "unavailable"
        words = _words(error)
        for stream in read.streams:
            self._progress.end(
                read.source, stream, status, words if event.was_started else f"not read: {words}"
            )

    def _store(self) -> None:
        """Write what waits; streams that were read to their end are complete then."""
        if not self._batch.is_empty or self._read_to_the_end:
            with self._plan.warehouse_open():
                self._write()

    def _write(self) -> None:
        waiting = self._batch.take()
        for dataset, pipeline in self._plan.pipelines.items():
            source = pipeline.source
            if source in self._broken:
                continue
            try:
                pipeline.write(waiting.get(dataset, {}))
            except (
                Exception
            ) as error:  # whatever dlt or DuckDB raises: nothing of this source can be stored now
                log.exception("storing %s failed", source)
                self._break(source, error, f"could not be stored: {_words(error)}")
        for read in self._read_to_the_end:
            for stream in read.streams:
                self._finish(read, stream)
        self._read_to_the_end.clear()

    def _break(self, source: Source, error: Exception, words: str) -> None:
        """Nothing more of the source is stored in this run, so none of its streams that are left is complete."""
        self._broken.add(source)
        self._readers.stop(source, error)
        self._progress.end_open(source, "failed", words)

    def _finish(self, read: EndpointRead, stream: str) -> None:
        """What is left to do once all rows of a read are stored."""
        if read.source not in self._broken:
            try:
                if isinstance(read, OptiplyRead) and read.is_whole:
                    self._mark_gone(read)
                elif isinstance(read, ExactRead) and read.dataset == SIDE_DATASET:
                    self._adopt(read, stream)
                elif isinstance(read, ExactRead):
                    self._drop_replaced_rows(stream, read.variant)
                elif isinstance(read, ProductRead):
                    self._replace(stream, read)
            except EmptyList as error:  # nothing is broken: it is not believed
                self._progress.end(read.source, stream, "failed", str(error))
            except Exception as error:  # dlt's or DuckDB's: the old rows stay, the next run does it again
                log.exception("putting %s in place failed", stream)
                words = f"could not be put in place: {_words(error)}"
                self._progress.end(read.source, stream, "failed", words)
                self._break(read.source, error, f"not put in place, as {stream} {words}")
        bookmark = self._plan.pipelines[f"raw_{read.source}"].bookmark(stream, read.variant)
        self._progress.complete(read.source, stream, bookmark)

    def _drop_replaced_rows(self, stream: str, variant: Variant) -> None:
        if exact_catalogue()[stream].set_key:
            older_than = self._plan.pipelines["raw_exact"].bookmark(stream, variant).older_than
            if older_than is not None:
                self._plan.pipelines["raw_exact"].remove_replaced_rows(stream, older_than)

    def _replace(self, stream: str, read: ProductRead) -> None:
        """Put a whole product list in place of the one before."""
        with self._plan.pipelines["raw_wms"].connection() as connection:
            replace_rows(connection, wms_table(read.stream), f"raw_wms.{stream}", f"{read.dataset}.{stream}")

    def _mark_gone(self, read: OptiplyRead) -> None:
        """Mark the records that Optiply does not hold any more."""
        name, reason = read.stream.name, self._plan.reasons["optiply", read.stream.name]
        if len(read.missing) > MOST_LOOKED_UP:
            words = f"{len(read.missing)} records did not come, too many to believe: none is marked as gone"
            self._progress.note("optiply", name, words)
            return
        at = naive(self._scope.now())
        with self._plan.pipelines["raw_optiply"].connection() as connection:
            keep_gone(connection, "optiply", name, sorted(read.gone), reason, at)
        if read.gone:
            self._progress.note("optiply", name, f"{len(read.gone)} rows are gone")

    def _adopt(self, read: ExactRead, stream: str) -> None:
        """Put the stream's rows from beside its table into it, and go on from there."""
        main, side = self._plan.pipelines["raw_exact"], self._plan.pipelines[SIDE_DATASET]
        at, before = naive(self._scope.now()), main.bookmark(stream, read.variant)
        reread = reread_of(read, exact_catalogue()[stream], self._plan.reasons["exact", stream], before)
        with main.connection() as connection:
            shape = exact_table(exact_catalogue()[stream])
            found = adopt(connection, shape, reread, run_id=self._scope.run_id, at=at)
            if found.is_renumbered:
                streams = read_by_row_version(history(connection, "exact").whole)
                keep_requests(connection, dict.fromkeys(streams, RENUMBERED), at)
        bookmark = side.bookmark(stream, read.variant)
        main.write({stream: StreamBatch([], None, read.variant, bookmark)})
        side.forget(stream)
        words = f"read from the beginning ({reread.reason})"
        if found.gone:
            words += f", {found.gone} rows are gone"
        if found.missed:
            words += f", {found.missed} differences listed in runs.reread_differences"
        if found.is_renumbered:
            words += f", {RENUMBERED}: the next run reads all row versions again"
        self._progress.note("exact", stream, words)

    def _tidy_up(self) -> None:
        side = self._plan.pipelines.get(SIDE_DATASET)
        if side is not None and not side.filled_tables:
            side.drop_dataset()
        if WMS_SIDE_DATASET in self._plan.pipelines:  # what of it is whole has been put in place
            self._plan.pipelines[WMS_SIDE_DATASET].drop_dataset()


def _words(error: Exception) -> str:
    """What to tell of an error. The API's errors and ours are worded for people; others need their kind."""
    if isinstance(error, ApiError | FieldTypeError):
        return str(error)
    return f"{type(error).__name__}: {error}"
