"""When a batch is due, and what it keeps of pages that bring nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pytest

from extract.batch import Batch, BatchSize
from extract.bookmark import Bookmark
from extract.reading import PageArrived, StreamPage


@dataclass
class HandClock:
    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class OneStream:
    dataset: str = "raw_exact"
    variant: str = "sync"
    streams: tuple[str, ...] = ("items",)
    label: str = "sync/Logistics/Items"
    source: Any = "exact"

    def pages(self) -> Any:
        raise NotImplementedError


def page(rows: int, cursor: int | None = None, previous: int | None = None) -> PageArrived:
    share = StreamPage(
        rows=pa.table({"id": [str(number) for number in range(rows)]}),
        bookmark=Bookmark(cursor=cursor),
        previous=Bookmark(cursor=previous),
        cursor_column="timestamp",
    )
    return PageArrived(OneStream(), {"items": share})


def test_a_batch_is_due_after_so_many_rows_or_so_long_after_its_first_page() -> None:
    clock = HandClock()
    batch = Batch(BatchSize(rows=20, seconds=5.0), clock)
    batch.add(page(10, 1))
    clock.seconds += 4.9
    batch.add(page(9, 2))
    assert (batch.is_due, batch.seconds_left) == (False, pytest.approx(0.1))
    clock.seconds += 0.2
    assert batch.is_due
    assert [part.num_rows for part in batch.take()["raw_exact"]["items"].pages] == [10, 9]
    assert (batch.is_empty, batch.is_due, batch.seconds_left) == (True, False, 5.0)

    batch.add(page(10, 3))
    batch.add(page(10, 4))
    assert batch.is_due
    assert batch.take()["raw_exact"]["items"].bookmark == Bookmark(cursor=4)


def test_a_page_without_rows_needs_a_load_only_where_it_moves_the_bookmark() -> None:
    batch = Batch(BatchSize(), HandClock())
    batch.add(page(0, 7, previous=7))
    assert batch.is_empty
    batch.add(page(0, 8, previous=7))
    assert not batch.is_empty
    assert batch.take()["raw_exact"]["items"].pages == []


def test_a_kill_costs_twenty_seconds_of_requests_at_the_most() -> None:
    """At one request start a second, and well below the memory that a machine has."""
    assert BatchSize().seconds <= 20
    assert BatchSize().rows <= 50_000
