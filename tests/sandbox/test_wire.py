"""The wire that both sandbox servers share."""

from __future__ import annotations

import socket

import pytest
import requests
from werkzeug import Request, Response

from sandbox.wire import reset_connection, serving


@Request.application
def echo(request: Request) -> Response:
    match request.path:
        case "/reset":
            reset_connection(request.environ)
        case "/nothing":
            return Response(status=204)
        case "/port":
            return Response(str(request.environ["REMOTE_PORT"]))
    return Response(request.get_data())


def test_a_connection_stays_open_over_many_requests() -> None:
    with serving(echo) as server, requests.Session() as client:
        ports = {client.get(f"{server.url}/port", timeout=10).text for _ in range(5)}
        posted = [client.post(server.url, data=body, timeout=10).text for body in ("a", "", "b" * 200_000)]
        assert client.get(f"{server.url}/nothing", timeout=10).status_code == 204
        ports.add(client.get(f"{server.url}/port", timeout=10).text)
    assert len(ports) == 1
    assert posted == ["a", "", "b" * 200_000]


def test_a_chunked_body_arrives_whole_and_leaves_the_connection_usable() -> None:
    with serving(echo) as server, requests.Session() as client:
        port = client.get(f"{server.url}/port", timeout=10).text
        assert client.post(server.url, data=iter([b"one ", b"two"]), timeout=10).text == "one two"
        assert client.get(f"{server.url}/port", timeout=10).text == port


def test_an_unread_body_does_not_spill_into_the_next_request() -> None:
    with serving(echo) as server, requests.Session() as client:
        assert (
            client.post(f"{server.url}/nothing", data="GET /port HTTP/1.1\r\n\r\n", timeout=10).status_code
            == 204
        )
        assert client.post(server.url, data="next", timeout=10).text == "next"


def test_a_head_request_gets_no_body() -> None:
    with serving(echo) as server, requests.Session() as client:
        assert client.head(f"{server.url}/port", timeout=10).status_code == 200
        assert client.post(server.url, data="next", timeout=10).text == "next"


def test_a_reset_is_a_reset_and_the_server_lives_on() -> None:
    with serving(echo) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(b"GET /reset HTTP/1.1\r\nHost: x\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
        assert requests.post(server.url, data="alive", timeout=10).text == "alive"


def test_a_stopped_server_answers_nobody_not_even_on_open_connections() -> None:
    with requests.Session() as client:
        with serving(echo) as server:
            assert client.post(server.url, data="a", timeout=10).text == "a"
        with pytest.raises(requests.ConnectionError):
            client.post(server.url, data="b", timeout=10)


def test_a_port_can_be_asked_for_again_after_a_stop() -> None:
    with serving(echo) as first:
        port = first.port
    with serving(echo, port) as second:
        assert requests.post(f"http://127.0.0.1:{port}", data="a", timeout=10).text == "a"
    assert second.port == port
