"""The moving parts of one extraction: readers in threads, one batch, one dlt pipeline per source system, and one
for the streams of Exact that are read from the beginning again: they go to `raw_exact_reread` until they are
complete.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import date, datetime
from math import ceil
from types import TracebackType
from zoneinfo import ZoneInfo

from apis.errors import ApiError, CredentialsRefused, DailyLimitReached, NotAvailable
from apis.exact.client import ExactClient
from apis.optiply.client import OptiplyClient
from extract.adoption import adopt, count_rows
from extract.batch import Batch, BatchSize
from extract.columns import FieldTypeError
from extract.day_budget import DayBudget, NoRoomLeft
from extract.exact.catalogue import Endpoint, Stream, Variant
from extract.exact.catalogue import catalogue as exact_catalogue
from extract.exact.endpoint_read import ExactRead
from extract.exact.selection import next_variant, variant_of
from extract.optiply.catalogue import catalogue as optiply_catalogue
from extract.optiply.resource_read import VARIANT as OPTIPLY_VARIANT
from extract.optiply.resource_read import OptiplyRead
from extract.progress_log import ProgressLog
from extract.raw_pipeline import RawPipeline, StreamBatch
from extract.reading import EndpointRead, PageArrived, ReadEnded, Readers
from extract.rereads import (
    RENUMBERED,
    History,
    Today,
    division_dates,
    has_schema,
    history,
    keep_requests,
    read_by_row_version,
    reason_of,
)
from extract.result import Source, Status
from extract.table_shape import TableShape, exact_table, optiply_table
from extract.unavailable import keep_unavailable, unavailable
from settings.tenant import Tenant
from warehouse.runs import naive

DIVISIONS = "divisions"
SIDE_DATASET = "raw_exact_reread"
SOURCES: tuple[Source, ...] = ("exact", "optiply")
WORKERS = 6  # Exact's spacing sets the pace; this many hide a latency of several seconds
log = logging.getLogger(__name__)


class Extraction:
    """A context around `read`. `credentials_refused`: what stopped the run; raise it when all is stored."""

    def __init__(
        self,
        tenant: Tenant,
        exact: ExactClient,
        optiply: OptiplyClient,
        start_date: date,
        progress: ProgressLog,
        now: Callable[[], datetime],
        batch_size: BatchSize,
        *,
        run_id: str,
        day: date,
        read_whole: bool = False,
        ask_all: bool = False,
    ) -> None:
        self.credentials_refused: CredentialsRefused | None = None
        self._tenant = tenant
        self._exact, self._optiply = exact, optiply
        self._start_date = start_date
        self._progress = progress
        self._now = now
        self._batch = Batch(batch_size, time.monotonic)
        self._refused: dict[str, frozenset[Variant]] = {}
        self._read_to_the_end: list[EndpointRead] = []
        self._broken: set[Source] = set()
        self._run_id = run_id
        self._today = Today(day, naive(now()), ZoneInfo(tenant.flags.exact_timezone), read_whole)
        self._ask_all = ask_all
        self._endpoints: set[str] = set()
        self._budget = DayBudget(exact, now)
        self._reasons: dict[str, str] = {}
        self._division_dates: str | None = None
        self._pipelines: dict[str, RawPipeline] = {}
        self._stack = ExitStack()

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
        return self._budget.outlook(len(self._endpoints)) if self._endpoints else ""

    def read(self, wanted: Mapping[Source, Iterable[str]]) -> None:
        """Read the streams by source and name, and store what they bring."""
        self._open_pipelines(source for source, streams in wanted.items() if streams)
        exact = self._usable("exact", wanted["exact"])
        optiply = self._usable("optiply", wanted["optiply"])
        variants = self._available_variants(exact)
        past = self._history()
        if DIVISIONS in variants and len(variants) > 1:
            self._readers.start(self._exact_reads({DIVISIONS: variants.pop(DIVISIONS)}))
            self._consume()  # it tells whether the row versions of the others still hold
        self._plan_rereads(variants, past)
        reads = self._exact_reads({name: v for name, v in variants.items() if name not in self._reasons})
        rereads = self._exact_reads(
            {name: v for name, v in variants.items() if name in self._reasons}, SIDE_DATASET
        )
        shortage = self._budget.shortage(len(reads) + sum(map(self._pages_held, rereads)))
        if shortage is not None:
            self._readers.stop("exact", shortage)
        self._readers.start([*reads, *rereads, *map(self._optiply_read, optiply)])
        self._consume()
        self._tidy_up()

    def _available_variants(self, streams: Iterable[str]) -> dict[str, Variant]:
        """The endpoint family to read of each stream. A stream is unavailable, without a request, where Exact
        has refused all its endpoints today."""
        variants: dict[str, Variant] = {}
        refused: frozenset[str] = frozenset()
        if "raw_exact" in self._pipelines and not self._ask_all:
            with self._pipelines["raw_exact"].connection() as connection:
                refused = unavailable(connection, self._today.now)
        for name in streams:
            stream = exact_catalogue()[name]
            wanted = variant_of(stream, self._tenant.exact)
            self._refused[name] = frozenset(
                variant for variant, endpoint in stream.endpoints.items() if endpoint.path in refused
            )
            following = next_variant(stream, self._refused[name]) if wanted in self._refused[name] else wanted
            if following is None:
                self._progress.end("exact", name, "unavailable")
            else:
                variants[name] = following
        return variants

    def _pages_held(self, read: ExactRead) -> int:
        """How many pages the rows that we hold would fill, at least 1."""
        with self._pipelines["raw_exact"].connection() as connection:
            rows = sum(count_rows(connection, f"raw_exact.{stream}") for stream in read.streams)
        return max(1, ceil(rows / read.endpoint.page_size))

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

    def _open_pipelines(self, sources: Iterable[Source]) -> None:
        tables: Mapping[Source, dict[str, TableShape]] = {
            "exact": {name: exact_table(stream) for name, stream in exact_catalogue().items()},
            "optiply": {name: optiply_table(stream) for name, stream in optiply_catalogue().items()},
        }
        for source in sources:
            pipeline = RawPipeline(source, self._tenant.warehouse_path, tables[source])
            self._pipelines[pipeline.dataset] = self._stack.enter_context(pipeline)

    def _usable(self, source: Source, streams: Iterable[str]) -> list[str]:
        """The streams whose tables fit the catalogue; the others fail, said why."""
        fit: list[str] = []
        pipeline = self._pipelines.get(f"raw_{source}")
        if pipeline is None:
            return fit
        for stream in streams:
            self._progress.begin(source, stream, OPTIPLY_VARIANT if source == "optiply" else "")
            if (problem := pipeline.mismatch(stream)) is None:
                fit.append(stream)
            else:
                self._progress.end(source, stream, "failed", problem)
        for stream, words in pipeline.create_tables(fit).items():
            self._progress.note(source, stream, words)
        return fit

    def _history(self) -> History:
        if "raw_exact" not in self._pipelines:
            return History({}, {}, None)
        with self._pipelines["raw_exact"].connection() as connection:
            return history(connection)

    def _plan_rereads(self, variants: Mapping[str, Variant], past: History) -> None:
        """Find and write down which of the streams are read from the beginning, and make room for them."""
        if not variants:
            return
        main = self._pipelines["raw_exact"]
        with main.connection() as connection:
            is_left = has_schema(connection, SIDE_DATASET)
            self._division_dates = division_dates(connection, self._tenant.exact.division)
        for name, variant in variants.items():
            bookmark, stream = main.bookmark(name, variant), exact_catalogue()[name]
            reason = reason_of(stream, variant, bookmark, past, self._today, self._division_dates)
            if reason is not None:
                self._reasons[name] = reason
        with main.connection() as connection:
            keep_requests(connection, self._reasons, self._today.now)
        if not self._reasons and not is_left:
            return
        tables = {name: exact_table(stream) for name, stream in exact_catalogue().items()}
        side = RawPipeline("exact", self._tenant.warehouse_path, tables, SIDE_DATASET)
        self._pipelines[SIDE_DATASET] = self._stack.enter_context(side)
        for name in side.filled_tables - past.open.keys():
            side.forget(name)  # left by a run that was killed after all was done
        side.create_tables(self._reasons)

    def _exact_reads(self, variants: Mapping[str, Variant], dataset: str = "raw_exact") -> list[ExactRead]:
        """One read per endpoint, however many streams it serves."""
        groups: dict[str, list[Stream]] = {}
        endpoints: dict[str, Endpoint] = {}
        for name, variant in variants.items():
            stream = exact_catalogue()[name]
            endpoint = stream.endpoint(variant)
            self._progress.begin("exact", name, variant)
            groups.setdefault(endpoint.path, []).append(stream)
            endpoints[endpoint.path] = endpoint
        self._endpoints |= endpoints.keys()
        return [
            self._exact_read(endpoints[path], tuple(members), dataset) for path, members in groups.items()
        ]

    def _exact_read(self, endpoint: Endpoint, members: tuple[Stream, ...], dataset: str) -> ExactRead:
        pipeline = self._pipelines[dataset]
        bookmarks = {stream.name: pipeline.bookmark(stream.name, endpoint.variant) for stream in members}
        newest_load = {}
        for stream in members:
            if stream.set_key and dataset == "raw_exact":
                bookmark = bookmarks[stream.name]
                if bookmark.older_than is not None and bookmark.unfinished is None:
                    # a run that was killed between its last batch and this step left it undone
                    pipeline.remove_replaced_rows(stream.name, bookmark.older_than)
                newest_load[stream.name] = pipeline.newest_load(stream.name)
        return ExactRead(
            client=self._exact,
            base_url=self._tenant.exact.base_url,
            endpoint=endpoint,
            members=members,
            bookmarks=bookmarks,
            start_date=self._start_date,
            local_now=self._local_now,
            newest_load=newest_load,
            division_dates=self._division_dates,
            budget=self._budget,
            dataset=dataset,
        )

    def _optiply_read(self, stream: str) -> OptiplyRead:
        bookmark = self._pipelines["raw_optiply"].bookmark(stream, OPTIPLY_VARIANT)
        return OptiplyRead(self._optiply, optiply_catalogue()[stream], bookmark, self._now)

    def _local_now(self) -> datetime:
        """Exact's clock time, without zone."""
        return self._now().astimezone(ZoneInfo(self._tenant.flags.exact_timezone)).replace(tzinfo=None)

    def _end(self, event: ReadEnded) -> None:
        read, error = event.read, event.error
        if error is None:
            self._read_to_the_end.append(read)  # complete when its last page is stored
            return
        if event.was_started and not isinstance(error, NoRoomLeft):
            self._progress.count_request(read)  # the one that failed brought no page
        if isinstance(error, NotAvailable) and isinstance(read, ExactRead):
            self._take_next_endpoint(read, error)
            return
        if isinstance(error, CredentialsRefused):
            self.credentials_refused = self.credentials_refused or error
            for source in SOURCES:  # the other side's rows would be of no use alone
                self._readers.stop(source, error)
        status: Status = "daily_limit" if isinstance(error, DailyLimitReached) else "failed"
        words = _words(error)
        for stream in read.streams:
            self._progress.end(
                read.source, stream, status, words if event.was_started else f"not read: {words}"
            )

    def _take_next_endpoint(self, read: ExactRead, error: NotAvailable) -> None:
        """A division whose licence lacks the module of one endpoint may still have another for the stream."""
        variants: dict[str, Variant] = {}
        with self._pipelines["raw_exact"].connection() as connection:
            keep_unavailable(connection, read.endpoint.path, naive(self._now()), _words(error))
        for stream in read.members:
            self._refused[stream.name] = self._refused.get(stream.name, frozenset()) | {read.variant}
            following = next_variant(stream, self._refused[stream.name])
            words = f"{read.label} is not available ({_words(error)})"
            if following is None:
                self._progress.end("exact", stream.name, "unavailable", words)
            else:
                self._progress.note(
                    "exact", stream.name, f"{words}, read from {stream.endpoint(following).path}"
                )
                variants[stream.name] = following
        self._readers.start(self._exact_reads(variants, read.dataset))

    def _store(self) -> None:
        """Write what waits; streams that were read to their end are complete then."""
        waiting = self._batch.take()
        for dataset, pipeline in self._pipelines.items():
            source = pipeline.source
            if source in self._broken:
                continue
            try:
                pipeline.write(waiting.get(dataset, {}))
            except (
                Exception
            ) as error:  # whatever dlt or DuckDB raises: nothing of this source can be stored now
                log.exception("storing %s failed", source)
                self._broken.add(source)
                self._readers.stop(source, error)
                self._progress.end_open(source, "failed", f"could not be stored: {_words(error)}")
        for read in self._read_to_the_end:
            for stream in read.streams:
                if isinstance(read, ExactRead) and read.source not in self._broken:
                    self._finish(read, stream)
                self._progress.end(read.source, stream, "complete")
        self._read_to_the_end.clear()

    def _finish(self, read: ExactRead, stream: str) -> None:
        """What is left to do once all rows of a read are stored."""
        if read.dataset != SIDE_DATASET:
            self._drop_replaced_rows(stream, read.variant)
            return
        try:
            self._adopt(read, stream)
        except Exception as error:  # dlt's or DuckDB's: the old rows stay, the next run does it again
            log.exception("putting %s in place failed", stream)
            self._broken.add("exact")
            self._progress.end("exact", stream, "failed", f"could not be put in place: {_words(error)}")

    def _drop_replaced_rows(self, stream: str, variant: Variant) -> None:
        if exact_catalogue()[stream].set_key:
            older_than = self._pipelines["raw_exact"].bookmark(stream, variant).older_than
            if older_than is not None:
                self._pipelines["raw_exact"].remove_replaced_rows(stream, older_than)

    def _adopt(self, read: ExactRead, stream: str) -> None:
        """Put the stream's rows from beside its table into it, and go on from there."""
        main, side = self._pipelines["raw_exact"], self._pipelines[SIDE_DATASET]
        reread = read.reread_of(
            exact_catalogue()[stream], self._reasons[stream], main.bookmark(stream, read.variant)
        )
        with main.connection() as connection:
            shape = exact_table(exact_catalogue()[stream])
            found = adopt(connection, shape, reread, run_id=self._run_id, at=naive(self._now()))
            if found.is_renumbered:
                streams = history(connection).whole
                keep_requests(
                    connection, dict.fromkeys(read_by_row_version(streams), RENUMBERED), naive(self._now())
                )
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
        side = self._pipelines.get(SIDE_DATASET)
        if side is not None and not side.filled_tables:
            side.drop_dataset()


def _words(error: Exception) -> str:
    """What to tell of an error. The API's errors and ours are worded for people; others need their kind."""
    if isinstance(error, ApiError | FieldTypeError):
        return str(error)
    return f"{type(error).__name__}: {error}"
