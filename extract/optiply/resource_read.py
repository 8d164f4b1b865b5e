"""Reading one resource of Optiply.

    GET /v1/buyOrders?filter[updatedAt][GT]=2024-05-01T09:50:00Z&sort=id  ->  raw_optiply.buy_orders

Deleted records do not appear here: an incremental read cannot tell that one has gone. A read of all records
can; but pages are told apart by their offset, and a record deleted meanwhile moves others over the edge of a
page. So each record that did not come is asked for by its id before it is called gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apis.optiply.client import OptiplyClient
from apis.optiply.resource import Resource
from extract.bookmark import Bookmark
from extract.columns import json_column
from extract.exact.catalogue import column_name
from extract.optiply.catalogue import OptiplyStream
from extract.reading import StreamPage
from extract.result import Source
from extract.table_shape import optiply_table

VARIANT = "api"
OVERLAP = timedelta(minutes=10)  # records stored late, clocks that differ
# Of more missing records than this nothing is concluded: a read that lost its way is the likelier reason.
MOST_LOOKED_UP = 200


@dataclass(frozen=True)
class OptiplyRead:
    """`is_whole`: all records are read, to find which of `held` (ids) are `gone`; `missing`: how many of them did
    not come."""

    client: OptiplyClient
    stream: OptiplyStream
    bookmark: Bookmark
    utc_now: Callable[[], datetime]
    is_whole: bool = False
    held: frozenset[str] = frozenset()
    missing: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    source: Source = "optiply"
    variant: str = VARIANT
    dataset: str = "raw_optiply"

    @property
    def label(self) -> str:
        return self.stream.path

    @property
    def streams(self) -> tuple[str, ...]:
        return (self.stream.name,)

    @property
    def filters(self) -> dict[str, str]:
        if self.bookmark.cursor is None or self.is_whole:
            return {}
        since = datetime.fromisoformat(str(self.bookmark.cursor)) - OVERLAP
        return {f"{self.stream.cursor}[GT]": f"{since.isoformat(timespec='seconds')}Z"}

    def pages(self) -> Iterator[Mapping[str, StreamPage]]:
        """The pages; the cursor moves with the last one, because they come by id, not by time."""
        began = self.utc_now().replace(tzinfo=None).isoformat(timespec="seconds")
        column = column_name(self.stream.cursor)
        highest: str | None = None
        waiting: StreamPage | None = None
        seen: set[str] = set()
        for resources in self._all_resources(seen):
            if waiting is not None:
                yield {self.stream.name: waiting}
            table = self._table(resources)
            newest = pc.max(table[column]).as_py()
            if newest is not None:
                highest = max(highest or "", newest.isoformat())
            waiting = StreamPage(table, self.bookmark, self.bookmark, column)
        empty = optiply_table(self.stream).arrow_schema.empty_table()
        last = waiting or StreamPage(empty, self.bookmark, self.bookmark, column)
        yield {self.stream.name: replace(last, bookmark=self._bookmark(highest, began))}

    def _all_resources(self, seen: set[str]) -> Iterator[Sequence[Resource]]:
        """The pages of the list, and after them the records that a whole read had passed over."""
        for resources in self.client.list(self.stream.path, filters=self.filters):
            seen.update(resource.id for resource in resources)
            yield resources
        if not self.is_whole or not seen:
            return  # an answer without records says nothing of those we hold
        self.missing.update(self.held - seen)
        if len(self.missing) > MOST_LOOKED_UP:
            return
        for one in sorted(self.missing):
            found = [
                resource
                for resources in self.client.list(self.stream.path, filters={"id": one})
                for resource in resources
                if resource.id == one
            ]
            if found:
                yield found
            else:
                self.gone.add(one)

    def _bookmark(self, highest: str | None, began: str) -> Bookmark:
        if highest is None:
            return Bookmark(cursor=self.bookmark.cursor)
        cursor = min(highest, began)
        return Bookmark(cursor=max(cursor, str(self.bookmark.cursor or "")))

    def _table(self, resources: Sequence[Resource]) -> pa.Table:
        """The attributes that the catalogue lists; it lists what is used, so others are no surprise."""
        rows: list[Mapping[str, Any]] = [{**resource.attributes, "id": resource.id} for resource in resources]
        columns = []
        for known in self.stream.fields:
            values = [row.get(known.name) for row in rows]
            columns.append(json_column(f"{self.stream.name}.{known.name}", known.kind, values))
        return pa.Table.from_arrays(columns, schema=optiply_table(self.stream).arrow_schema)
