"""Reading one endpoint in each of the user's divisions.

    GET /api/v1/{each division}/inventory/Warehouses  ->  raw_exact.warehouses

`division` tells the rows apart. Each time all of them are read: they are few, and a cursor would be one for each
division; the bookmark of the tenant's own stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apis.errors import DailyLimitReached, NotAvailable, RequestRefused
from apis.exact.client import ExactClient
from extract.bookmark import Bookmark
from extract.exact.catalogue import Endpoint, Stream, Variant, column_name
from extract.exact.page_tables import stream_table, unknown_fields
from extract.reading import StreamPage
from extract.result import Source

DIVISION = "Division"


@dataclass(frozen=True)
class DivisionsRead:
    """`divisions`: their codes; `own`: the tenant's. One that the user may not see is passed over, and is in
    `refused` with Exact's words."""

    client: ExactClient
    stream: Stream
    endpoint: Endpoint
    bookmark: Bookmark
    divisions: tuple[int, ...]
    own: int
    refused: dict[int, str] = field(default_factory=dict)
    dataset: str = "raw_exact"
    source: Source = "exact"

    @property
    def label(self) -> str:
        return f"{self.endpoint.path} of {len(self.divisions)} divisions"

    @property
    def variant(self) -> Variant:
        return self.endpoint.variant

    @property
    def page_size(self) -> int:
        return self.endpoint.page_size

    @property
    def streams(self) -> tuple[str, ...]:
        return (self.stream.name,)

    def pages(self) -> Iterator[Mapping[str, StreamPage]]:
        """The pages of all divisions. Raises NotAvailable where none of them may be read, and RequestRefused, which
        stops this stream alone, where the day of another division than the tenant's is used up."""
        refusal: NotAvailable | None = None
        is_any_read = False
        for division in self.divisions:
            try:
                for page in self._pages_of(division):
                    is_any_read = True
                    yield {self.stream.name: page}
            except NotAvailable as error:
                refusal = error
                self.refused[division] = error.message
            except DailyLimitReached as error:
                if division == self.own:
                    raise
                raise RequestRefused(f"division {division}: {error.message}") from error
        if refusal is not None and not is_any_read:
            raise refusal

    def _pages_of(self, division: int) -> Iterator[StreamPage]:
        names = [field.name for field in self.stream.fields_of(self.variant)]
        cursor = self.endpoint.cursor
        for page in self.client.pages(self.endpoint.path, select=names, division=division):
            entries = [{**entry, DIVISION: entry.get(DIVISION) or division} for entry in page.entries]
            yield StreamPage(
                rows=stream_table(self.stream, self.variant, entries, frozenset()),
                bookmark=self.bookmark,
                previous=self.bookmark,
                cursor_column=column_name(cursor) if cursor else None,
                unknown_fields=unknown_fields(entries, frozenset(names)),
            )
