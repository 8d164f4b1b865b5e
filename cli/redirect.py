"""Where a login in the browser ends: an address on this machine that waits for one redirect."""

from __future__ import annotations

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from settings.tenant import SettingsError

LOOPBACK = ("localhost", "127.0.0.1")
PAGE = b"<!DOCTYPE html><html><body><p>exact-optiply: you may close this page.</p></body></html>"


def can_listen_at(redirect_uri: str) -> bool:
    """Whether it is plain HTTP on this machine."""
    parts = urlsplit(redirect_uri)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


class RedirectListener:
    """A context that listens at `redirect_uri`, on 127.0.0.1 only. Answers every path but its own with 404.

    Raises SettingsError where the port cannot be had.
    """

    def __init__(self, redirect_uri: str) -> None:
        parts = urlsplit(redirect_uri)
        self._arrived: queue.Queue[str] = queue.Queue()
        try:
            self._server = ThreadingHTTPServer(
                ("127.0.0.1", parts.port or 80), _handler(parts.path or "/", self._arrived)
            )
        except OSError as error:
            raise SettingsError(
                f"cannot listen at {redirect_uri} ({error.strerror}): give another --redirect-uri, or --paste"
            ) from None
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self, seconds: float) -> str:
        """The path and query that the browser came back with. Raises SettingsError after so many seconds."""
        try:
            return self._arrived.get(timeout=seconds)
        except queue.Empty:
            raise SettingsError(
                f"nobody came back within {seconds:.0f} seconds: begin again, with --paste where the browser "
                "is on another machine"
            ) from None


def _handler(path: str, arrived: queue.Queue[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_ours = urlsplit(self.path).path == path
            self.send_response(200 if is_ours else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE if is_ours else b"")
            if is_ours:
                arrived.put(self.path)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nothing: the address holds the code."""

    return Handler
