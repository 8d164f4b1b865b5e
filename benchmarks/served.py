"""The Optiply sandbox in a process of its own, so that its work is not counted as the client's."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import NamedTuple

from sandbox.optiply import OptiplySandbox


class Served(NamedTuple):
    base_url: str
    token_url: str


@contextmanager
def served_optiply(latency_seconds: float = 0) -> Iterator[Served]:
    """An empty account. latency_seconds: how long each answer is held back."""
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    server = processes.Process(target=_serve, args=(theirs, latency_seconds), daemon=True)
    server.start()
    try:
        yield Served(*ours.recv())
    finally:
        ours.send("end")
        server.join()


def _serve(pipe: Connection, latency_seconds: float) -> None:
    with OptiplySandbox() as sandbox:
        if latency_seconds:
            sandbox.faults.set([{"kind": "latency", "path": "/v1/*", "seconds": latency_seconds}])
        pipe.send((sandbox.base_url, sandbox.token_url))
        pipe.recv()
