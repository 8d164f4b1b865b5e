"""A real HTTP server on loopback that answers as a test says, and a clock that a test moves."""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit


class FakeClock:
    """Epoch seconds; sleeping moves it. `slept` keeps every wish to sleep."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass(frozen=True)
class Reply:
    """`fault`: `reset` closes the connection without an answer, `cut` closes it within the announced body,
    `hang` never answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Literal["reset", "cut", "hang"] | None = None


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    query: Mapping[str, list[str]]
    raw_query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class ScriptedServer:
    """Per path prefix: replies in order, or one function of the request. What nobody scripted is a 418."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._scripts: dict[str, deque[Reply] | Callable[[Seen], Reply]] = {}
        self.noticed = threading.Event()
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._released = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def script(self, path: str, *replies: Reply | Callable[[Seen], Reply]) -> None:
        if len(replies) == 1 and callable(replies[0]):
            self._scripts[path] = replies[0]
        else:
            self._scripts[path] = deque(replies)  # type: ignore[arg-type]

    def requests(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path.startswith(path)]

    def close_connections(self) -> None:
        """As a server does with connections that were idle for too long. Returns when they are closed."""
        for connection in self._open:
            connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            self.noticed.set()
            for path in sorted(self._scripts, key=len, reverse=True):
                if seen.path.startswith(path):
                    script = self._scripts[path]
                    if callable(script):
                        return script(seen)
                    return script.popleft() if script else Reply(418, b"no reply left")
        return Reply(418, b"not scripted")

    def _handler(outer) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer.connections += 1
                outer._open.add(self.connection)

            def handle_any(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                seen = Seen(
                    self.command,
                    parts.path,
                    parse_qs(parts.query),
                    parts.query,
                    {name.lower(): value for name, value in self.headers.items()},
                    body,
                )
                self.reply(outer.answer(seen))

            do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

            def reply(self, reply: Reply) -> None:
                if reply.fault == "hang":
                    outer._released.wait()
                if reply.fault in ("hang", "reset"):
                    # linger 0: the peer sees a reset, not an orderly end
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if reply.fault == "cut":
                    self.wfile.write(reply.body[: len(reply.body) // 2])
                    self.close_connection = True
                else:
                    self.wfile.write(reply.body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Quiet: the tests look at `seen`."""

        return Handler
