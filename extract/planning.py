"""Which requests an extraction makes: from which endpoint each stream is read, where it goes on, and what is read
again from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from math import ceil

from extract.adoption import count_rows
from extract.day_budget import DayBudget
from extract.exact.catalogue import Endpoint, Stream, Variant
from extract.exact.catalogue import catalogue as exact_catalogue
from extract.exact.divisions_read import DivisionsRead
from extract.exact.endpoint_read import ExactRead
from extract.exact.question import Question, look_back
from extract.exact.selection import next_variant, variant_of
from extract.optiply.catalogue import catalogue as optiply_catalogue
from extract.optiply.resource_read import VARIANT as OPTIPLY_VARIANT
from extract.optiply.resource_read import OptiplyRead
from extract.progress_log import ProgressLog
from extract.raw_pipeline import RawPipeline
from extract.rereads import (
    History,
    division_dates,
    has_schema,
    history,
    keep_requests,
    reason_of,
    reason_without_log,
)
from extract.result import Source
from extract.scope import Scope
from extract.table_shape import TableShape, exact_table, optiply_table, wms_table
from extract.unavailable import keep_unavailable, unavailable
from extract.wms.catalogue import catalogue as wms_catalogue
from extract.wms.product_read import DATASET as WMS_SIDE_DATASET
from extract.wms.product_read import VARIANT as WMS_VARIANT
from extract.wms.product_read import ProductRead
from warehouse.runs import naive

DIVISIONS = "divisions"
SIDE_DATASET = "raw_exact_reread"
# Exact's depends on the stream.
VARIANTS: Mapping[Source, str] = {"exact": "", "optiply": OPTIPLY_VARIANT, "wms": WMS_VARIANT}
NO_HISTORY = History({}, {}, None)


class Planner:
    """`pipelines`: by dataset; those for the sources are opened by `open_pipelines`, the one for what is read
    again by `plan_rereads`. `reasons`: of what is read again, by source and stream."""

    def __init__(self, scope: Scope, progress: ProgressLog, stack: ExitStack) -> None:
        self.pipelines: dict[str, RawPipeline] = {}
        self.reasons: dict[tuple[Source, str], str] = {}
        self.budget = DayBudget(scope.exact, scope.now)
        self._scope = scope
        self._progress = progress
        self._stack = stack
        self._refused: dict[str, frozenset[Variant]] = {}
        self._endpoints: set[str] = set()
        self._read_apart: set[str] = set()
        self._division_dates: str | None = None

    @property
    def outlook(self) -> str:
        """What runs like this one need of Exact's day, in words; empty when nothing of Exact was read."""
        return self.budget.outlook(len(self._endpoints)) if self._endpoints else ""

    def open_pipelines(self, sources: Iterable[Source]) -> None:
        tables: Mapping[Source, dict[str, TableShape]] = {
            "exact": {name: exact_table(stream) for name, stream in exact_catalogue().items()},
            "optiply": {name: optiply_table(stream) for name, stream in optiply_catalogue().items()},
            "wms": {name: wms_table(stream) for name, stream in wms_catalogue().items()},
        }
        for source in sources:
            pipeline = RawPipeline(source, self._scope.tenant.warehouse_path, tables[source])
            self.pipelines[pipeline.dataset] = self._stack.enter_context(pipeline)

    @contextmanager
    def warehouse_open(self) -> Iterator[None]:
        """The file stays open within this block. Not for longer: no other process can open it meanwhile."""
        with ExitStack() as stack:
            for pipeline in self.pipelines.values():
                stack.enter_context(pipeline.connection())
            yield

    def usable(self, source: Source, streams: Iterable[str]) -> list[str]:
        """The streams whose tables fit the catalogue; the others fail, said why."""
        fit: list[str] = []
        pipeline = self.pipelines.get(f"raw_{source}")
        if pipeline is None:
            return fit
        for stream in streams:
            self._progress.begin(source, stream, VARIANTS[source])
            if (problem := pipeline.mismatch(stream)) is None:
                fit.append(stream)
            else:
                self._progress.end(source, stream, "failed", problem)
        for stream, words in pipeline.create_tables(fit).items():
            self._progress.note(source, stream, words)
        return fit

    def available_variants(self, streams: Iterable[str]) -> dict[str, Variant]:
        """The endpoint family to read of each stream. A stream is unavailable, without a request, where Exact
        has refused all its endpoints today."""
        variants: dict[str, Variant] = {}
        refused: frozenset[str] = frozenset()
        if "raw_exact" in self.pipelines and not self._scope.ask_all:
            with self.pipelines["raw_exact"].connection() as connection:
                refused = unavailable(connection, self._scope.today.now)
        for name in streams:
            stream = exact_catalogue()[name]
            wanted = variant_of(stream, self._scope.tenant.exact)
            self._refused[name] = frozenset(
                variant for variant, endpoint in stream.endpoints.items() if endpoint.path in refused
            )
            following = next_variant(stream, self._refused[name]) if wanted in self._refused[name] else wanted
            if following is None:
                self._progress.end("exact", name, "unavailable")
            else:
                variants[name] = following
        return variants

    def history(self, source: Source) -> History:
        """What was read before, as it stood when this run began."""
        if f"raw_{source}" not in self.pipelines:
            return NO_HISTORY
        with self.pipelines[f"raw_{source}"].connection() as connection:
            return history(connection, source)

    def plan_rereads(self, variants: Mapping[str, Variant], past: History) -> None:
        """Find and write down which of Exact's streams are read from the beginning, and make room for them."""
        if not variants:
            return
        main, today = self.pipelines["raw_exact"], self._scope.today
        with main.connection() as connection:
            is_left = has_schema(connection, SIDE_DATASET)
            self._division_dates = division_dates(connection, self._scope.tenant.exact.division)
        reasons = {}
        for name, variant in variants.items():
            bookmark, stream = main.bookmark(name, variant), exact_catalogue()[name]
            reason = reason_of(stream, variant, bookmark, past, today, self._division_dates)
            if reason is not None and not self._is_of_all_divisions(stream):
                reasons[name] = reason
        with main.connection() as connection:
            keep_requests(connection, reasons, today.now)
        self.reasons |= {("exact", name): reason for name, reason in reasons.items()}
        if not reasons and not is_left:
            return
        tables = {name: exact_table(stream) for name, stream in exact_catalogue().items()}
        side = RawPipeline("exact", self._scope.tenant.warehouse_path, tables, SIDE_DATASET)
        self.pipelines[SIDE_DATASET] = self._stack.enter_context(side)
        for name in side.filled_tables - past.open.keys():
            side.forget(name)  # left by a run that was killed after all was done
        side.create_tables(reasons)

    def exact_reads(
        self, variants: Mapping[str, Variant], dataset: str = "raw_exact"
    ) -> list[ExactRead | DivisionsRead]:
        """One read per endpoint, however many streams it serves."""
        groups: dict[str, list[Stream]] = {}
        endpoints: dict[str, Endpoint] = {}
        reads: list[ExactRead | DivisionsRead] = []
        for name, variant in variants.items():
            stream = exact_catalogue()[name]
            endpoint = stream.endpoint(variant)
            self._progress.begin("exact", name, variant)
            if self._is_of_all_divisions(stream):
                bookmark = self.pipelines[dataset].bookmark(name, variant)
                reads.append(
                    DivisionsRead(
                        self._scope.exact,
                        stream,
                        endpoint,
                        bookmark,
                        self._divisions(endpoint),
                        self._scope.tenant.exact.division,
                    )
                )
            else:
                groups.setdefault(endpoint.path, []).append(stream)
                endpoints[endpoint.path] = endpoint
        self._endpoints |= {read.label for read in reads} | endpoints.keys()
        for path, members in groups.items():
            reads.append(self._exact_read(endpoints[path], tuple(members), dataset))
        return self._with_their_lines(reads, dataset)

    def apart(self, read: ExactRead) -> list[ExactRead | DivisionsRead]:
        """Headers and lines each by themselves, where Exact does not give them together."""
        self._read_apart |= set(read.streams)
        return self.exact_reads(dict.fromkeys(read.streams, read.variant), read.dataset)

    def _with_their_lines(
        self, reads: list[ExactRead | DivisionsRead], dataset: str
    ) -> list[ExactRead | DivisionsRead]:
        """Where all headers and all their lines are read, one read instead of two."""
        by_stream = {read.streams: read for read in reads if isinstance(read, ExactRead)}
        joined: list[ExactRead | DivisionsRead] = []
        for read in list(by_stream.values()):
            header = read.members[0]
            other = by_stream.get((header.lines.stream,)) if header.lines else None
            if other is None or header.name in self._read_apart or len(read.members) > 1:
                continue
            if read.variant != "standard" or other.variant != "standard":
                continue
            question = replace(
                read.question,
                members=(header, *other.members),
                bookmarks={**read.question.bookmarks, **other.question.bookmarks},
                lines=header.lines,
            )
            if question.cursor is None or dataset == SIDE_DATASET:
                newest_load = {**read.newest_load, **other.newest_load}
                joined.append(replace(read, question=question, newest_load=newest_load))
                reads = [one for one in reads if one is not read and one is not other]
        return [*reads, *joined]

    def pages_held(self, read: ExactRead | DivisionsRead) -> int:
        """How many pages the rows that we hold would fill, at least 1."""
        streams = read.streams
        if isinstance(read, ExactRead) and read.question.lines:
            streams = streams[:1]  # the lines come with them
        with self.pipelines["raw_exact"].connection() as connection:
            rows = sum(count_rows(connection, f"raw_exact.{stream}") for stream in streams)
        return max(1, ceil(rows / read.page_size))

    def next_endpoints(self, read: ExactRead, words: str) -> list[ExactRead | DivisionsRead]:
        """A division whose licence lacks the module of one endpoint may still have another for the stream."""
        variants: dict[str, Variant] = {}
        with self.pipelines["raw_exact"].connection() as connection:
            keep_unavailable(connection, read.label, naive(self._scope.now()), words)
        for stream in read.members:
            self._refused[stream.name] = self._refused.get(stream.name, frozenset()) | {read.variant}
            following = next_variant(stream, self._refused[stream.name])
            told = f"{read.label} is not available ({words})"
            if following is None:
                self._progress.end("exact", stream.name, "unavailable", told)
            else:
                path = stream.endpoint(following).path
                self._progress.note("exact", stream.name, f"{told}, read from {path}")
                variants[stream.name] = following
        return self.exact_reads(variants, read.dataset)

    def keep_refused_divisions(self, read: DivisionsRead) -> None:
        """Each is asked once a day, as an endpoint is: ten refusals in an hour would block it for all of them."""
        with self.pipelines["raw_exact"].connection() as connection:
            for division, words in read.refused.items():
                path = _path_in(division, read.endpoint)
                keep_unavailable(connection, path, naive(self._scope.now()), words)

    def optiply_reads(self, streams: Iterable[str], past: History) -> list[OptiplyRead]:
        """One read per resource; some are read whole, to find what is gone."""
        reads: list[OptiplyRead] = []
        for name in streams:
            pipeline, stream = self.pipelines["raw_optiply"], optiply_catalogue()[name]
            reason = reason_without_log(name, stream.is_read_whole_daily, past, self._scope.today)
            held: frozenset[str] = frozenset()
            if reason is not None:
                self.reasons["optiply", name] = reason
                with pipeline.connection() as connection:
                    keep_requests(connection, {name: reason}, self._scope.today.now, "optiply")
                held = pipeline.keys_not_gone(name)
            bookmark = pipeline.bookmark(name, OPTIPLY_VARIANT)
            reads.append(
                OptiplyRead(self._scope.optiply, stream, bookmark, self._scope.now, reason is not None, held)
            )
        return reads

    def product_reads(self, streams: list[str]) -> list[ProductRead]:
        """One read per product list of a warehouse system, each into an empty table beside its own."""
        if not streams:
            return []
        catalogue = wms_catalogue()
        tables = {name: wms_table(stream) for name, stream in catalogue.items()}
        side = RawPipeline("wms", self._scope.tenant.warehouse_path, tables, WMS_SIDE_DATASET)
        self.pipelines[WMS_SIDE_DATASET] = self._stack.enter_context(side)
        for left in side.filled_tables:
            side.forget(left)  # by a run that was killed
        side.create_tables(streams)
        sources = self._scope.product_sources
        return [ProductRead(sources[catalogue[name].system], catalogue[name]) for name in streams]

    def _exact_read(self, endpoint: Endpoint, members: tuple[Stream, ...], dataset: str) -> ExactRead:
        pipeline = self.pipelines[dataset]
        bookmarks = {stream.name: pipeline.bookmark(stream.name, endpoint.variant) for stream in members}
        newest_load = {}
        open_ids: list[str] = []
        for stream in members:
            if dataset != "raw_exact":
                continue
            bookmark = bookmarks[stream.name]
            if stream.set_key:
                if bookmark.older_than is not None and bookmark.unfinished is None:
                    # a run that was killed between its last batch and this step left it undone
                    pipeline.remove_replaced_rows(stream.name, bookmark.older_than)
                newest_load[stream.name] = pipeline.newest_load(stream.name)
            if stream.open_rows is not None and isinstance(bookmark.cursor, str):
                reached = datetime.fromisoformat(bookmark.cursor) - look_back(endpoint.cursor or "")
                open_ids += pipeline.open_rows(stream, reached)
        return ExactRead(
            client=self._scope.exact,
            base_url=self._scope.tenant.exact.base_url,
            question=Question(endpoint, members, bookmarks, self._scope.start_date, self._division_dates),
            local_now=self._scope.local_now,
            newest_load=newest_load,
            open_ids=tuple(open_ids),
            budget=self.budget,
            dataset=dataset,
        )

    def _is_of_all_divisions(self, stream: Stream) -> bool:
        return stream.is_of_all_divisions and self._scope.tenant.flags.dont_use_current_division

    def _divisions(self, endpoint: Endpoint) -> tuple[int, ...]:
        """The user's divisions, as last read, but those that refused the endpoint today; the tenant's own where
        none is left."""
        with self.pipelines["raw_exact"].connection() as connection:
            table = (
                "select 1 from information_schema.tables where table_schema = 'raw_exact' and table_name = ?"
            )
            known = connection.execute(table, [DIVISIONS]).fetchone()
            query = "select distinct code from raw_exact.divisions where code is not null order by 1"
            codes = [int(code) for (code,) in connection.execute(query).fetchall()] if known else []
            refused = unavailable(connection, self._scope.today.now) if not self._scope.ask_all else ()
        asked = tuple(code for code in codes if _path_in(code, endpoint) not in refused)
        return asked or (self._scope.tenant.exact.division,)


def _path_in(division: int, endpoint: Endpoint) -> str:
    return f"{division}/{endpoint.path}"
