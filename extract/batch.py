"""Pages of all streams that wait for the next load, and the bookmarks they earn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from extract.bookmark import Bookmark
from extract.raw_pipeline import StreamBatch
from extract.reading import PageArrived


@dataclass(frozen=True)
class BatchSize:
    """When to store: after so many rows (50 full pages), or so long after the first page that waits. A killed
    run reads again at most that."""

    rows: int = 50_000
    seconds: float = 20.0


@dataclass
class Batch:
    """`clock`: seconds, never going backwards."""

    size: BatchSize
    clock: Callable[[], float]
    _parts: dict[str, dict[str, StreamBatch]] = field(default_factory=dict)
    _latest: dict[tuple[str, str], Bookmark] = field(default_factory=dict)
    _rows: int = 0
    _since: float | None = None

    def add(self, event: PageArrived) -> None:
        """Keep what a page brings. An empty page that leaves its bookmark as it was needs no load; an empty last page
        after others does not: their bookmark is a link to go on with."""
        dataset = event.read.dataset
        for stream, page in event.page.items():
            latest = self._latest.get((dataset, stream), page.previous)
            if not page.rows.num_rows and page.bookmark == latest:
                continue
            self._latest[dataset, stream] = page.bookmark
            parts = self._parts.setdefault(dataset, {})
            pages = parts[stream].pages if stream in parts else []
            if page.rows.num_rows:
                pages.append(page.rows)
            parts[stream] = StreamBatch(pages, page.cursor_column, event.read.variant, page.bookmark)
            self._rows += page.rows.num_rows
            self._since = self.clock() if self._since is None else self._since

    @property
    def is_empty(self) -> bool:
        return not self._parts

    @property
    def is_due(self) -> bool:
        return self._rows >= self.size.rows or self.seconds_left <= 0

    @property
    def seconds_left(self) -> float:
        if self._since is None:
            return self.size.seconds
        return self._since + self.size.seconds - self.clock()

    def take(self) -> dict[str, dict[str, StreamBatch]]:
        """All that waits, by dataset; the batch is empty then."""
        parts, self._parts, self._rows, self._since = self._parts, {}, 0, None
        return parts
