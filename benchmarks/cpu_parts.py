"""How much of an extraction's CPU time goes where: by wrapping the few functions through which every row goes."""

from __future__ import annotations

import functools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

# What each part is: the functions whose own thread time it counts. A function that calls one of the others
# counts without it.
PARTS: dict[str, tuple[str, ...]] = {
    "network": ("apis.transport.Transport.send",),
    "decoding": ("apis.exact.answers._decode",),
    "Arrow": ("extract.exact.endpoint_read.stream_table",),
    "DuckDB: what is new": ("extract.raw_pipeline.RawPipeline._news",),
    "dlt: merge into DuckDB": ("extract.raw_pipeline.RawPipeline._load",),
}
REST = "the rest: threads of DuckDB and dlt"


class CpuParts:
    """`seconds`: CPU seconds by part since the block began; DuckDB's and dlt's own threads are in the rest."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._inner = threading.local()
        self._began = 0.0

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Count within this block."""
        with ExitStack() as stack:
            for part, names in PARTS.items():
                for name in names:
                    stack.enter_context(self._patched(name, part))
            self._began = time.process_time()
            yield
            total = time.process_time() - self._began
        self.seconds[REST] = total - sum(self.seconds.values())

    def _patched(self, name: str, part: str) -> Any:
        owner, _, attribute = name.rpartition(".")
        target = functools.reduce(_member, owner.split(".")[1:], __import__(owner.split(".")[0]))
        return patch.object(target, attribute, self._counting(getattr(target, attribute), part))

    def _counting(self, function: Callable[..., Any], part: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def counting(*arguments: Any, **options: Any) -> Any:
            outer = getattr(self._inner, "seconds", 0.0)
            self._inner.seconds = 0.0
            began = time.thread_time()
            try:
                return function(*arguments, **options)
            finally:
                spent = time.thread_time() - began
                with self._lock:
                    self.seconds[part] += spent - self._inner.seconds
                self._inner.seconds = outer + spent

        return counting


def _member(owner: Any, name: str) -> Any:
    return getattr(owner, name)
