"""The moving parts of one extraction: readers in threads, one batch, one dlt pipeline per source system."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import date, datetime
from types import TracebackType
from zoneinfo import ZoneInfo

from apis.errors import ApiError, CredentialsRefused, DailyLimitReached, NotAvailable
from apis.exact.client import ExactClient
from apis.optiply.client import OptiplyClient
from extract.batch import Batch, BatchSize
from extract.columns import FieldTypeError
from extract.exact.catalogue import Endpoint, Stream, Variant
from extract.exact.catalogue import catalogue as exact_catalogue
from extract.exact.endpoint_read import ExactRead
from extract.exact.selection import next_variant, variant_of
from extract.optiply.catalogue import catalogue as optiply_catalogue
from extract.optiply.resource_read import VARIANT as OPTIPLY_VARIANT
from extract.optiply.resource_read import OptiplyRead
from extract.progress_log import ProgressLog
from extract.raw_pipeline import RawPipeline
from extract.reading import EndpointRead, PageArrived, ReadEnded, Readers
from extract.result import Source, Status
from extract.table_shape import TableShape, exact_table, optiply_table
from settings.tenant import Tenant

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
        self._pipelines: dict[Source, RawPipeline] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Extraction:
        self._readers = self._stack.enter_context(Readers(WORKERS))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def read(self, wanted: Mapping[Source, Iterable[str]]) -> None:
        """Read the streams by source and name, and store what they bring."""
        self._open_pipelines(source for source, streams in wanted.items() if streams)
        exact = self._usable("exact", wanted["exact"])
        optiply = self._usable("optiply", wanted["optiply"])
        variants = {name: variant_of(exact_catalogue()[name], self._tenant.exact) for name in exact}
        self._readers.start([*self._exact_reads(variants), *map(self._optiply_read, optiply)])
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
            self._pipelines[source] = self._stack.enter_context(pipeline)

    def _usable(self, source: Source, streams: Iterable[str]) -> list[str]:
        """The streams whose tables fit the catalogue; the others fail, said why."""
        fit: list[str] = []
        if source not in self._pipelines:
            return fit
        for stream in streams:
            self._progress.begin(source, stream, OPTIPLY_VARIANT if source == "optiply" else "")
            if (problem := self._pipelines[source].mismatch(stream)) is None:
                fit.append(stream)
            else:
                self._progress.end(source, stream, "failed", problem)
        self._pipelines[source].create_tables(fit)
        return fit

    def _exact_reads(self, variants: Mapping[str, Variant]) -> list[ExactRead]:
        """One read per endpoint, however many streams it serves."""
        groups: dict[str, list[Stream]] = {}
        endpoints: dict[str, Endpoint] = {}
        for name, variant in variants.items():
            stream = exact_catalogue()[name]
            endpoint = stream.endpoint(variant)
            self._progress.begin("exact", name, variant)
            groups.setdefault(endpoint.path, []).append(stream)
            endpoints[endpoint.path] = endpoint
        return [self._exact_read(endpoints[path], tuple(members)) for path, members in groups.items()]

    def _exact_read(self, endpoint: Endpoint, members: tuple[Stream, ...]) -> ExactRead:
        pipeline = self._pipelines["exact"]
        bookmarks = {stream.name: pipeline.bookmark(stream.name, endpoint.variant) for stream in members}
        newest_load = {}
        for stream in members:
            if stream.set_key:
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
        )

    def _optiply_read(self, stream: str) -> OptiplyRead:
        bookmark = self._pipelines["optiply"].bookmark(stream, OPTIPLY_VARIANT)
        return OptiplyRead(self._optiply, optiply_catalogue()[stream], bookmark, self._now)

    def _local_now(self) -> datetime:
        """Exact's clock time, without zone."""
        return self._now().astimezone(ZoneInfo(self._tenant.flags.exact_timezone)).replace(tzinfo=None)

    def _end(self, event: ReadEnded) -> None:
        read, error = event.read, event.error
        if error is None:
            self._read_to_the_end.append(read)  # complete when its last page is stored
            return
        if event.was_started:
            self._progress.count_request(read)  # the one that failed brought no page
        if isinstance(error, NotAvailable) and isinstance(read, ExactRead):
            self._take_next_endpoint(read, error)
            return
        if isinstance(error, CredentialsRefused):
            self.credentials_refused = self.credentials_refused or error
            for source in self._pipelines:  # the other side's rows would be of no use alone
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
        self._readers.start(self._exact_reads(variants))

    def _store(self) -> None:
        """Write what waits; streams that were read to their end are complete then."""
        waiting = self._batch.take()
        for source, pipeline in self._pipelines.items():
            if source in self._broken:
                continue
            try:
                pipeline.write(waiting.get(source, {}))
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
                    self._drop_replaced_rows(stream, read.variant)
                self._progress.end(read.source, stream, "complete")
        self._read_to_the_end.clear()

    def _drop_replaced_rows(self, stream: str, variant: Variant) -> None:
        if exact_catalogue()[stream].set_key:
            older_than = self._pipelines["exact"].bookmark(stream, variant).older_than
            if older_than is not None:
                self._pipelines["exact"].remove_replaced_rows(stream, older_than)


def _words(error: Exception) -> str:
    """What to tell of an error. The API's errors and ours are worded for people; others need their kind."""
    if isinstance(error, ApiError | FieldTypeError):
        return str(error)
    return f"{type(error).__name__}: {error}"
