from __future__ import annotations

import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apis.errors import ConnectionLost, StopRun
from apis.transport import Anonymous, Answer, Bearer, Transport
from tests.apis.scripted_server import Reply, ScriptedServer

TOKEN = "-".join(("secret", "token"))  # not in one piece in any line that a traceback shows


@pytest.fixture
def transport() -> Iterator[Transport]:
    transport = Transport(timeout_seconds=0.3, connections=2)
    yield transport
    transport.close()


def get(transport: Transport, url: str) -> Answer:
    return transport.send("GET", url, request="GET x", headers={}, auth=Bearer(TOKEN))


def test_an_answer_comes_back_as_it_is(server: ScriptedServer, transport: Transport) -> None:
    server.script("/x", Reply(404, b"body", {"X-RateLimit-Remaining": "5"}))
    answer = get(transport, server.base_url + "/x")
    assert (answer.status, answer.body, answer.request) == (404, b"body", "GET x")
    assert answer.headers["x-ratelimit-remaining"] == "5"
    assert server.seen[0].headers["authorization"] == "Bearer secret-token"
    assert server.seen[0].headers["user-agent"].startswith("exact-optiply/")


def test_nothing_is_repeated_or_redirected(server: ScriptedServer, transport: Transport) -> None:
    server.script("/x", Reply(302, headers={"Location": server.base_url + "/y"}), Reply(503))
    assert get(transport, server.base_url + "/x").status == 302
    assert get(transport, server.base_url + "/x").status == 503
    assert len(server.seen) == 2


def test_cookies_are_not_kept(server: ScriptedServer, transport: Transport) -> None:
    server.script("/x", Reply(headers={"Set-Cookie": "session=1"}), Reply())
    get(transport, server.base_url + "/x")
    get(transport, server.base_url + "/x")
    assert "cookie" not in server.seen[1].headers


def test_credentials_of_a_netrc_file_are_never_sent(
    server: ScriptedServer, transport: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """requests would replace our Authorization header by them."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.script("/x", Reply(), Reply())
    get(transport, server.base_url + "/x")
    transport.send("POST", server.base_url + "/x", request="POST x", headers={}, auth=Anonymous())
    assert server.seen[0].headers["authorization"] == "Bearer secret-token"
    assert "authorization" not in server.seen[1].headers


@pytest.mark.parametrize("fault", ["reset", "cut", "hang"])
def test_a_lost_answer_may_have_been_work_done(
    server: ScriptedServer, transport: Transport, fault: str
) -> None:
    server.script("/x", Reply(200, b"x" * 100, fault=fault))  # type: ignore[arg-type]
    with pytest.raises(ConnectionLost) as caught:
        get(transport, server.base_url + "/x")
    assert caught.value.was_sent
    assert caught.value.request == "GET x"


def test_a_refused_connection_was_never_a_request(transport: Transport) -> None:
    with pytest.raises(ConnectionLost) as caught:
        get(transport, unused_url())
    assert not caught.value.was_sent


def test_no_traceback_shows_the_token(server: ScriptedServer, transport: Transport) -> None:
    server.script("/x", Reply(fault="reset"))
    with pytest.raises(ConnectionLost) as caught:
        get(transport, server.base_url + "/x")
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_a_turn_begins_before_the_request_and_ends_when_it_was_sent(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script("/x", Reply())
    seen: list[int] = []

    @contextmanager
    def turn() -> Iterator[None]:
        seen.append(len(server.seen))
        yield
        assert server.noticed.wait(10)  # nothing more is needed for the request to arrive
        seen.append(len(server.seen))

    transport.send("GET", server.base_url + "/x", request="GET x", headers={}, auth=Anonymous(), turn=turn)
    assert seen == [0, 1]


def test_a_request_that_cannot_connect_takes_no_turn(transport: Transport) -> None:
    turns: list[str] = []

    @contextmanager
    def turn() -> Iterator[None]:
        turns.append("taken")
        yield

    with pytest.raises(ConnectionLost):
        transport.send("GET", unused_url(), request="GET x", headers={}, auth=Anonymous(), turn=turn)
    assert turns == []


def test_a_connection_that_was_closed_while_the_turn_was_waited_for_is_replaced(
    server: ScriptedServer, transport: Transport
) -> None:
    """Or every POST after a long wait would have an unknown outcome."""
    server.script("/x", Reply(), Reply(201))
    get(transport, server.base_url + "/x")

    @contextmanager
    def turn() -> Iterator[None]:
        server.close_connections()
        yield

    answer = transport.send(
        "POST", server.base_url + "/x", request="POST x", headers={}, auth=Anonymous(), body=b"1", turn=turn
    )
    assert answer.status == 201
    assert server.connections == 2


def test_a_connection_is_kept_for_the_next_request(server: ScriptedServer, transport: Transport) -> None:
    server.script("/x", Reply(), Reply(), Reply())
    for _ in range(3):
        get(transport, server.base_url + "/x")
    assert server.connections == 1


def test_what_goes_wrong_in_a_turn_is_not_taken_for_a_lost_connection(
    server: ScriptedServer, transport: Transport
) -> None:
    @contextmanager
    def turn() -> Iterator[None]:
        raise StopRun("the pace file cannot be written")
        yield

    with pytest.raises(StopRun, match="pace file"):
        transport.send(
            "GET", server.base_url + "/x", request="GET x", headers={}, auth=Anonymous(), turn=turn
        )
    assert server.seen == []


def unused_url() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/x"
