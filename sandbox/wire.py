"""The wire of the sandbox servers: real HTTP/1.1 on loopback, one thread a connection, kept alive.

    with serving(application) as server:   # a WSGI application
        requests.get(f"{server.url}/v1/products")

werkzeug's own request loop closes every connection and waits 10 ms for stray input after each answer, so
this handler reads the whole body first, which makes keeping the connection open safe, and sends at once.
"""

from __future__ import annotations

import io
import os
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
LINGER_ZERO = struct.pack("ii", 1, 0)  # closing sends RST instead of FIN
NO_BODY = {204, 304}
# In the environ: a list to which an application may add how many bytes of the body go out before a reset.
RESET_AFTER = "sandbox.reset_after"


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # small answers would wait for the client's delayed ACK (40 ms)

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        # a chunked body ends by itself; one without either header is empty
        chunked = environ.get("wsgi.input_terminated", False)
        length = -1 if chunked else int(self.headers.get("Content-Length") or 0)
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
        environ[RESET_AFTER] = reset_after = list[int]()
        try:
            chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
            body = b"".join(chunks)
            code, _, reason = status.partition(" ")
            self.send_response(int(code), reason)
            for name, value in headers:
                if name.lower() not in ("content-length", "connection"):
                    self.send_header(name, value)
            if int(code) not in NO_BODY:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD" and int(code) not in NO_BODY:
                if reset_after:
                    self.wfile.write(body[: reset_after[0]])
                    reset_connection(environ)
                self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # reset by the server on purpose, or the client has gone

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: `sandbox.traffic` is the log."""


class Server(ThreadedWSGIServer):
    """A running server; `url` has no trailing slash."""

    daemon_threads = True

    def __init__(self, application: WSGIApplication, port: int = 0) -> None:
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(HOST, port, application, _Handler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close the connections that clients keep open, or their threads would go on answering."""
        with self._open_lock:
            still_open = list(self._open)
        for connection in still_open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed meanwhile by the client or by its own thread


@contextmanager
def serving(application: WSGIApplication, port: int = 0) -> Iterator[Server]:
    """Serve in a thread until the block ends. `port` 0 takes a free one."""
    server = Server(application, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="sandbox", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.hang_up()


class LocalServer(ABC):
    """A WSGI application that serves itself inside its `with` block. `port` 0 takes a free one."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._running = ExitStack()
        self._server: Server | None = None

    @abstractmethod
    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; called from several threads at once."""

    def __enter__(self) -> Self:
        self._server = self._running.enter_context(serving(self, self._port))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()
        self._server = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`. RuntimeError while it does not serve."""
        if self._server is None:
            raise RuntimeError("the sandbox serves inside its with block only")
        return self._server.url


def reset_connection(environ: WSGIEnvironment) -> NoReturn:
    """Drop the client's connection with a TCP reset, as a dying proxy does; never returns."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    os.close(connection.detach())  # close() alone waits for the handler's file objects
    raise ConnectionResetError("reset on purpose")
