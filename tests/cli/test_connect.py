"""`connect`: a login at the sandbox server, by a browser that comes back or by an address that is pasted."""

from __future__ import annotations

import io
import json
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from pipeline.run import FAILED, OK, WRONG_USE
from sandbox import credentials
from sandbox.company import Company
from sandbox.exact.server import ExactSandbox
from settings.tenant import load_tenant
from tests.cli.conftest import Command, Ended

ME = {"UserID": "0b", "FullName": "Koppeling", "CurrentDivision": credentials.EXACT_DIVISION}
DIVISIONS = [
    {"Code": credentials.EXACT_DIVISION, "Description": "Kok &\n Zn.", "Currency": "EUR"},
    {"Code": 7, "Description": "Verhuur", "Currency": "EUR"},
]


@dataclass
class Place:
    """A folder without tenants, where the client secret lies, and the server that a login goes to."""

    exact: ExactSandbox
    folder: Path
    command: Command
    monkeypatch: pytest.MonkeyPatch

    @property
    def file(self) -> Path:
        return self.folder / "tenants" / "shop.toml"

    @property
    def tokens(self) -> Path:
        return self.folder / "data" / "shop" / "state" / "exact_tokens.json"

    def connect(self, *options: str) -> Ended:
        return self.command("connect", "--tenant", str(self.file), *options)

    def new(self, *options: str) -> Ended:
        """With what a file that is to be written needs."""
        return self.connect(
            "--client-id", credentials.EXACT_CLIENT_ID, "--base-url", self.exact.base_url, *options
        )

    def browser_goes(self, to: str = "{address}") -> None:
        """A browser that follows every redirect from `to`, beside the command that opened it."""

        def open_(address: str) -> bool:
            threading.Thread(target=requests.get, args=(to.format(address=address),), daemon=True).start()
            return True

        self.monkeypatch.setattr("webbrowser.open", open_)

    def person_pastes(self, edit: str = "{location}") -> None:
        """Somebody who opens the printed address elsewhere and pastes where it ended."""

        class Stdin(io.StringIO):
            def readline(self, _size: int = -1, /) -> str:
                address = next(line for line in sys.stdout.getvalue().splitlines() if "oauth2/auth" in line)  # type: ignore[attr-defined]
                location = requests.get(address, allow_redirects=False).headers["Location"]
                return edit.format(location=location) + "\n"

        self.monkeypatch.setattr(sys, "stdin", Stdin())


@pytest.fixture
def place(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    secrets = tmp_path / "secrets" / "shop"
    secrets.mkdir(parents=True)
    (secrets / "exact_client_secret").write_text(credentials.EXACT_CLIENT_SECRET)
    rows = {"me": [dict(ME)], "divisions": [dict(each) for each in DIVISIONS]}
    with ExactSandbox(Company(credentials.EXACT_DIVISION, rows), minute_limit=None) as exact:
        yield Place(exact, tmp_path, command, monkeypatch)


@pytest.fixture
def redirect_uri() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://localhost:{free.getsockname()[1]}/back"


def test_a_browser_comes_back_and_the_tenant_file_is_written(place: Place, redirect_uri: str) -> None:
    place.browser_goes()
    ended = place.new("--redirect-uri", redirect_uri, "--account-id", "4711", "--coupling-id", "815")
    assert ended.code == OK, ended.stderr
    assert "* 102030  Kok & Zn.  EUR" in ended.stdout and "  7  Verhuur  EUR" in ended.stdout
    asked = parse_qs(
        urlsplit(next(line for line in ended.stdout.splitlines() if "oauth2/auth" in line)).query
    )
    assert asked["redirect_uri"] == [redirect_uri] and len(asked["state"][0]) >= 32
    tenant = load_tenant(str(place.file))
    assert (tenant.exact.division, tenant.exact.base_url) == (
        credentials.EXACT_DIVISION,
        place.exact.base_url,
    )
    assert (tenant.optiply.account_id, tenant.optiply.coupling_id) == (4711, 815)
    # the chain of the login is in use: no secret exact_refresh_token was ever there
    assert json.loads(place.tokens.read_text())["refresh_token"] in place.exact.tokens.issued
    assert place.tokens.stat().st_mode & 0o777 == 0o600
    said = ended.stdout + ended.stderr + place.file.read_text()
    assert not any(token in said for token in (*place.exact.tokens.issued, credentials.EXACT_CLIENT_SECRET))


def test_without_a_browser_the_address_is_pasted_and_what_is_missing_is_said(place: Place) -> None:
    place.person_pastes()
    ended = place.new("--paste", "--division", "7")
    assert ended.code == OK, ended.stderr
    assert "* 7  Verhuur  EUR" in ended.stdout and "Fill in account_id and coupling_id" in ended.stdout
    assert (
        "division = 7  # Verhuur\n" in place.file.read_text() and "# account_id =\n" in place.file.read_text()
    )


def test_a_division_and_a_user_of_whom_exact_tells_little_are_shown_all_the_same(place: Place) -> None:
    """A field without a value is absent from an entry."""
    place.exact.store.insert("divisions", {"Code": 9})
    place.exact.store.change("me", ME["UserID"], {"FullName": None})
    place.person_pastes()
    ended = place.new("--paste", "--division", "9")
    assert ended.code == OK, ended.stderr
    assert "* 9" in ended.stdout and "division = 9" in place.file.read_text()


def test_an_address_elsewhere_can_only_be_pasted(place: Place) -> None:
    place.person_pastes()
    ended = place.new("--redirect-uri", "https://www.example.nl/exact")
    assert ended.code == OK and "paste the address" in ended.stderr


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("{location}x", "its state is another"),
        ("http://localhost/?error=access_denied", "its state is another"),
        ("", "no address was pasted"),
    ],
)
def test_an_answer_that_is_not_this_logins_leaves_nothing_behind(place: Place, edit: str, said: str) -> None:
    place.person_pastes(edit)
    ended = place.new("--paste")
    assert ended.code in (FAILED, WRONG_USE) and said in ended.stderr
    assert not place.file.exists() and not place.tokens.exists() and place.exact.tokens.issued == []


def test_a_stranger_at_the_listening_address_is_refused(place: Place, redirect_uri: str) -> None:
    place.browser_goes(f"{redirect_uri}?code=evil&state=guessed")
    ended = place.new("--redirect-uri", redirect_uri)
    assert ended.code == FAILED and "its state is another" in ended.stderr
    assert not place.file.exists() and not place.tokens.exists()


def test_nobody_comes_back_and_other_paths_are_not_waited_for(place: Place, redirect_uri: str) -> None:
    place.browser_goes(redirect_uri.replace("/back", "/favicon.ico"))
    ended = place.new("--redirect-uri", redirect_uri, "--wait", "1")
    assert ended.code == WRONG_USE and "nobody came back within 1 seconds" in ended.stderr


def test_a_port_that_is_taken_is_said(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        uri = f"http://localhost:{taken.getsockname()[1]}/"
        ended = place.new("--redirect-uri", uri)
    assert ended.code == WRONG_USE and f"cannot listen at {uri}" in ended.stderr


def test_a_tenant_file_is_never_written_over_without_being_told(place: Place) -> None:
    place.person_pastes()
    assert place.new("--paste", "--account-id", "1", "--coupling-id", "2").code == OK
    place.file.write_text(place.file.read_text() + "useMOQ = false\n")
    before = place.file.read_text()

    again = place.connect("--paste")
    assert again.code == OK and place.file.read_text() == before and "is written" not in again.stdout
    refused = place.new("--paste")
    assert refused.code == WRONG_USE and "leave --client-id, --base-url out" in refused.stderr
    assert place.file.read_text() == before

    assert place.new("--paste", "--overwrite").code == OK
    assert "useMOQ" not in place.file.read_text()
    assert place.file.with_suffix(".toml.old").read_text() == before


def test_a_division_that_the_user_has_not_is_said_with_those_there_are(place: Place) -> None:
    place.person_pastes()
    ended = place.new("--paste", "--division", "8")
    assert ended.code == WRONG_USE and "division 8 is not among: 7 Verhuur, 102030 Kok & Zn." in ended.stderr
    assert not place.file.exists() and place.tokens.exists()


def test_what_is_missing_is_said_before_anybody_logs_in(place: Place) -> None:
    assert "--client-id is missing" in place.connect("--paste").stderr
    (place.folder / "secrets" / "shop" / "exact_client_secret").unlink()
    ended = place.new("--paste")
    assert ended.code == WRONG_USE and "secret exact_client_secret of tenant shop is missing" in ended.stderr
