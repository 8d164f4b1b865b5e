from __future__ import annotations

import json
import logging
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from apis.errors import (
    BrokenBody,
    ConnectionLost,
    CredentialsRefused,
    MinuteLimit,
    ServerFault,
    StopRun,
    TryAgain,
)
from apis.exact.token_store import StoredTokens, TokenStore
from apis.exact.tokens import AccessToken, ExactTokens, fingerprint
from apis.transport import Transport
from tests.apis.scripted_server import FakeClock, Reply, ScriptedServer, Seen

PATH = "/api/oauth2/token"
EARLY = {"error": "access_denied", "error_description": "Rate limit exceeded: access_token not expired"}


def reply(content: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


def pair(number: int) -> dict[str, str]:
    return {
        "access_token": f"access-{number}",
        "token_type": "bearer",
        "expires_in": "600",
        "refresh_token": f"refresh-{number}",
    }


class Endpoint:
    """Exact's token endpoint: single-use refresh tokens, and none before 570 s."""

    def __init__(self, server: ScriptedServer, clock: FakeClock, first: str = "seed") -> None:
        self.valid = first
        self.issued_at: float | None = None
        self.issued = 0
        self.clock = clock
        server.script(PATH, self.answer)

    def answer(self, seen: Seen) -> Reply:
        if seen.form["refresh_token"] != self.valid:
            return reply({"error": "invalid_grant", "error_description": "Old refresh token used."}, 400)
        if self.issued_at is not None and self.clock() - self.issued_at < 570:
            return reply(EARLY, 400)
        self.issued += 1
        self.issued_at = self.clock()
        self.valid = f"refresh-{self.issued}"
        return reply(pair(self.issued))


Maker = Callable[..., ExactTokens]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "exact_tokens.json"


@pytest.fixture
def make(server: ScriptedServer, clock: FakeClock, file: Path) -> Maker:
    def build(seed: str | None = "seed", secret: str = "client-secret") -> ExactTokens:
        return ExactTokens(
            file,
            Transport(timeout_seconds=2, connections=1),
            token_url=server.base_url + PATH,
            client_id="client",
            client_secret=SecretStr(secret),
            seed=None if seed is None else SecretStr(seed),
            clock=clock,
            sleep=clock.sleep,
        )

    return build


def content(file: Path) -> dict[str, str]:
    return dict(json.loads(file.read_text()))


def test_the_first_token_comes_from_the_secret(server: ScriptedServer, clock: FakeClock, make: Maker) -> None:
    Endpoint(server, clock)
    assert make().current().value == "access-1"
    (seen,) = server.seen
    assert seen.form == {
        "grant_type": "refresh_token",
        "refresh_token": "seed",
        "client_id": "client",
        "client_secret": "client-secret",
    }
    assert seen.raw_query == ""


def test_a_token_serves_until_570_seconds_and_then_the_next_of_the_chain_is_asked_for(
    server: ScriptedServer, clock: FakeClock, make: Maker
) -> None:
    Endpoint(server, clock)
    tokens = make()
    assert tokens.current().value == "access-1"
    clock.now += 569.9
    assert tokens.current().value == "access-1"
    clock.now += 0.1
    assert tokens.current().value == "access-2"
    clock.now += 570
    assert tokens.current().value == "access-3"
    assert [seen.form["refresh_token"] for seen in server.seen] == ["seed", "refresh-1", "refresh-2"]


def test_the_store_outlives_the_process(server: ScriptedServer, clock: FakeClock, make: Maker) -> None:
    Endpoint(server, clock)
    make().current()
    clock.now += 100
    assert make().current().value == "access-1"
    assert len(server.seen) == 1
    clock.now += 3600
    assert make(seed=None).current().value == "access-2"


def test_another_process_that_has_renewed_is_noticed(
    server: ScriptedServer, clock: FakeClock, make: Maker
) -> None:
    Endpoint(server, clock)
    ours, theirs = make(), make()
    ours.current()
    clock.now += 570
    assert theirs.current().value == "access-2"
    assert ours.current().value == "access-2"
    assert len(server.seen) == 2


def test_threads_that_need_a_token_at_once_make_one_request(
    server: ScriptedServer, clock: FakeClock, make: Maker
) -> None:
    Endpoint(server, clock)
    tokens = make()
    values: list[str] = []
    threads = [threading.Thread(target=lambda: values.append(tokens.current().value)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == ["access-1"] * 8
    assert len(server.seen) == 1


def test_the_new_pair_is_on_disk_before_anyone_has_the_access_token(
    server: ScriptedServer, clock: FakeClock, make: Maker, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Endpoint(server, clock)
    tokens = make()

    def full(_: TokenStore, __: StoredTokens) -> None:
        raise StopRun("disk full")

    monkeypatch.setattr(TokenStore, "write", full)
    with pytest.raises(StopRun, match="disk full"):
        tokens.current()
    monkeypatch.undo()
    assert not file.exists()
    with pytest.raises(CredentialsRefused):  # the pair is lost; what counts is that nobody went on with it
        tokens.current()


def test_a_store_that_cannot_be_written_costs_no_refresh_token(
    server: ScriptedServer, clock: FakeClock, make: Maker, file: Path
) -> None:
    endpoint = Endpoint(server, clock)
    file.parent.mkdir()
    (file.parent / "exact_tokens.json.probe.new").mkdir()  # as if the disk refused the file
    with pytest.raises(StopRun, match="cannot be written"):
        make().current()
    assert server.seen == []
    assert endpoint.valid == "seed"


def test_the_file_is_for_its_owner_only_and_nothing_lies_beside_it(
    server: ScriptedServer, clock: FakeClock, make: Maker, file: Path
) -> None:
    Endpoint(server, clock)
    make().current()
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in file.parent.iterdir()} <= {"exact_tokens.json", "exact_tokens.lock"}
    assert content(file)["refresh_token"] == "refresh-1"
    assert "seed" not in json.dumps(list(content(file).values()))


def test_an_old_file_with_open_doors_is_replaced_by_a_closed_one(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("{}")
    file.chmod(0o644)
    (file.parent / "exact_tokens.json.new").write_text("left by a killed process")
    TokenStore(file).write(StoredTokens("r", "a", 1.0, "s"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert TokenStore(file).read() == StoredTokens("r", "a", 1.0, "s")


def test_a_new_pair_is_on_disk_before_and_after_it_takes_the_old_ones_place(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut leaves the old pair or the new one: the content is flushed before the rename, the rename after."""
    file.parent.mkdir()
    events: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(descriptor: int) -> None:
        events.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        assert events[-1] == "folder" or os.fstat(descriptor).st_size > 0
        fsync(descriptor)

    def note_replace(source: Path, target: Path) -> Path:
        events.append("rename")
        return replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    TokenStore(file).write(StoredTokens("r", "a", 1.0, "s"))
    assert events == ["content", "rename", "folder"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"refresh_token": "r"}'])
def test_a_store_that_is_not_ours_says_what_to_do(make: Maker, file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(StopRun, match=r"remove it and connect again: .* set secret exact_refresh_token anew"):
        make().current()


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_pair_is_stored_also_from_an_error_answer(
    server: ScriptedServer, make: Maker, file: Path, status: int
) -> None:
    server.script(PATH, reply({**pair(7), "error": "server_error"}, status))
    assert make().current().value == "access-7"
    assert content(file)["refresh_token"] == "refresh-7"


def test_a_refresh_token_alone_in_an_error_answer_is_stored_and_used_next(
    server: ScriptedServer, make: Maker, file: Path
) -> None:
    server.script(PATH, reply({"refresh_token": "rescued"}, 500), reply(pair(1)))
    tokens = make()
    with pytest.raises(ServerFault):
        tokens.current()
    assert content(file)["refresh_token"] == "rescued"
    assert tokens.current().value == "access-1"
    assert server.seen[1].form["refresh_token"] == "rescued"


def test_an_answer_without_a_new_refresh_token_keeps_the_old_one(
    server: ScriptedServer, make: Maker, file: Path
) -> None:
    server.script(PATH, reply({"access_token": "a", "expires_in": "600"}))
    assert make().current().value == "a"
    assert content(file)["refresh_token"] == "seed"


@pytest.mark.parametrize("error", ["access_denied", "invalid_grant", "unauthorized_client"])
@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_for_being_early_is_told_by_its_description_and_the_token_stays_good(
    server: ScriptedServer, clock: FakeClock, make: Maker, error: str, status: int
) -> None:
    early = reply({**EARLY, "error": error}, status)
    server.script(PATH, reply(pair(1)), early, reply(pair(2)))
    tokens = make()
    tokens.current()
    clock.now += 570
    assert tokens.current().value == "access-1"
    clock.now += 29
    assert tokens.current().value == "access-1"
    assert len(server.seen) == 2  # not asked again at once: each refusal counts as an error
    clock.now += 1
    assert tokens.current().value == "access-2"
    assert server.seen[2].form["refresh_token"] == "refresh-1"


def test_an_early_refusal_without_an_own_token_says_to_try_again_later(
    server: ScriptedServer, make: Maker
) -> None:
    server.script(PATH, reply(EARLY, 400))
    with pytest.raises(TryAgain, match="try again in 10 minutes") as caught:
        make().current()
    assert caught.value.retry_after == 570


def test_a_refusal_says_how_to_connect_again_and_hides_the_tokens(
    server: ScriptedServer, make: Maker, file: Path
) -> None:
    words = "token seed of client client-secret is no good"
    server.script(PATH, reply({"error": "invalid_grant", "error_description": words}, 400))
    with pytest.raises(CredentialsRefused) as caught:
        make(seed="seed").current()
    assert "set secret exact_refresh_token" in str(caught.value)
    assert "is no good" in str(caught.value)
    assert "token … of client …" in str(caught.value)
    assert caught.value.status == 400
    assert not file.exists()


def test_a_wrong_client_secret_is_named(server: ScriptedServer, make: Maker) -> None:
    server.script(PATH, reply({"error": "invalid_client"}, 401))
    with pytest.raises(
        CredentialsRefused, match="client_id in the tenant file and secret exact_client_secret"
    ):
        make().current()


def test_without_any_refresh_token_nothing_is_asked(server: ScriptedServer, make: Maker) -> None:
    for seed in (None, ""):
        with pytest.raises(CredentialsRefused, match="never connected"):
            make(seed=seed).current()
    assert server.seen == []


def test_a_newly_set_secret_is_used_after_the_stored_token_was_refused(
    server: ScriptedServer, clock: FakeClock, make: Maker, file: Path
) -> None:
    Endpoint(server, clock)
    make().current()
    clock.now += 3600
    Endpoint(server, clock, first="new-seed")
    with pytest.raises(CredentialsRefused):
        make().current()
    assert [seen.form["refresh_token"] for seen in server.seen[1:]] == ["refresh-1"]
    assert make(seed="new-seed").current().value == "access-1"
    assert [seen.form["refresh_token"] for seen in server.seen[2:]] == ["refresh-1", "new-seed"]
    assert content(file)["seed_fingerprint"] == fingerprint("new-seed")


def test_a_good_stored_token_is_not_given_up_for_a_newly_set_secret(
    server: ScriptedServer, clock: FakeClock, make: Maker
) -> None:
    Endpoint(server, clock)
    make().current()
    clock.now += 600
    assert make(seed="other").current().value == "access-2"
    clock.now += 600
    assert make(seed="other").current().value == "access-3"


def test_a_refused_access_token_that_is_young_is_renewed_when_570_seconds_have_passed(
    server: ScriptedServer, clock: FakeClock, make: Maker
) -> None:
    Endpoint(server, clock)
    tokens = make()
    token = tokens.current()
    clock.now += 100
    assert tokens.renew(token).value == "access-2"
    assert clock.slept == [470]


def test_a_refused_access_token_that_is_old_is_renewed_at_once(
    server: ScriptedServer, clock: FakeClock, make: Maker
) -> None:
    Endpoint(server, clock)
    tokens = make()
    token = tokens.current()
    clock.now += 571
    assert tokens.renew(token).value == "access-2"
    assert clock.slept == []


def test_a_token_that_someone_else_has_renewed_meanwhile_is_taken_over(
    server: ScriptedServer, clock: FakeClock, make: Maker
) -> None:
    Endpoint(server, clock)
    tokens = make()
    old = tokens.current()
    clock.now += 570
    new = make().current()
    assert tokens.renew(old) == new
    assert len(server.seen) == 2
    assert clock.slept == []


def test_a_store_from_the_future_is_renewed_and_not_trusted(
    server: ScriptedServer, clock: FakeClock, make: Maker
) -> None:
    """The clock was set back: nobody can tell how old the token is."""
    server.script(PATH, reply(pair(1)), reply(pair(2)))
    token = make().current()
    clock.now -= 100_000
    assert make().renew(token).value == "access-2"
    assert clock.slept == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Reply(500), ServerFault),
        (Reply(503, b"<html>"), ServerFault),
        (Reply(408), ServerFault),
        (Reply(302), ServerFault),
        (Reply(200, b"<html>maintenance</html>"), BrokenBody),
        (Reply(200, b'["access_token"]'), BrokenBody),
        (Reply(200, b'{"access_token": 5}'), BrokenBody),
        (Reply(429), MinuteLimit),
        (Reply(fault="reset"), ConnectionLost),
    ],
)
def test_an_unwell_token_endpoint_is_tried_again_with_the_same_token(
    server: ScriptedServer, make: Maker, answer: Reply, kind: type[TryAgain]
) -> None:
    server.script(PATH, answer, reply(pair(1)))
    tokens = make()
    with pytest.raises(kind):
        tokens.current()
    assert tokens.current().value == "access-1"
    assert [seen.form["refresh_token"] for seen in server.seen] == ["seed", "seed"]


def test_no_token_is_in_a_repr_or_a_log(
    server: ScriptedServer, clock: FakeClock, make: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    Endpoint(server, clock)
    tokens = make()
    with caplog.at_level(logging.DEBUG):
        token = tokens.current()
        tokens.renew(token)
    stored = TokenStore(Path("x"))
    shown = (
        repr(token) + repr(tokens) + repr(stored) + repr(StoredTokens("refresh-1", "access-1", 1.0, "seed"))
    )
    for text in (shown, caplog.text):
        assert not any(secret in text for secret in ("access-1", "refresh-1", "client-secret"))
    assert isinstance(token, AccessToken)
