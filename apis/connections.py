"""Connections that say when a request really starts: connected, and about to write its first byte.

Pacing measured anywhere earlier would count the time for the TLS handshake in for one request and not for the
next, and their starts would come closer on the wire than they were meant to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

Turn = Callable[[], AbstractContextManager[None]]


class _Starting(threading.local):
    """The turn that the present thread's request has to take; connections are shared by threads."""

    turn: Turn = staticmethod(nullcontext)


_starting = _Starting()


@contextmanager
def starting_with(turn: Turn | None) -> Iterator[None]:
    """Requests of this thread enter `turn()` just before their first byte and leave it after their last."""
    _starting.turn = turn or nullcontext
    try:
        yield
    finally:
        _starting.turn = nullcontext


class _TurnTaking(HTTPConnection):
    _was_used = False

    def connect(self) -> None:
        super().connect()
        self._was_used = False

    def request(self, *arguments: Any, **options: Any) -> None:
        if self.is_closed:
            self.connect()
        with _starting.turn():
            # The server may have closed it while the turn was waited for. A new one is not asked: what TLS sends
            # after its handshake would look the same. One through a proxy cannot be opened again from here.
            if self._was_used and self.proxy is None and not self.is_connected:
                self.close()
                self.connect()
            self._was_used = True
            super().request(*arguments, **options)


class _TurnTakingTls(_TurnTaking, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _TurnTaking


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TurnTakingTls


class TurnTakingAdapter(HTTPAdapter):
    """Never repeats a request: urllib3 would do so with a POST too. Keeps `connections` open per host; further
    threads wait for one."""

    def __init__(self, connections: int) -> None:
        super().__init__(pool_connections=4, pool_maxsize=connections, pool_block=True, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        _take_turns(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        _take_turns(manager)
        return manager


def _take_turns(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
