from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import run
from sandbox.tenant_file import SECRETS
from settings.tenant import PROJECT_ROOT
from tests.world import World, open_world

WRONG = "wrong-secret-of-a-test"


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    stdout: str
    stderr: str


Command = Callable[..., Ended]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """`exact-optiply` with these arguments, by its entry point, in this process (starting one takes seconds)."""

    def ended(*arguments: str, **environment: str) -> Ended:
        stdout, stderr = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
            patch.setattr(sys, "argv", ["exact-optiply", *arguments])
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as end:
                run()
        code = end.value.code
        assert code is None or isinstance(code, int)
        return Ended(code or 0, stdout.getvalue(), stderr.getvalue())

    return ended


@pytest.fixture(scope="session")
def process() -> Command:
    """The same in a process of its own: all that it writes to its streams is seen, logs too."""

    def ended(*arguments: str, **environment: str) -> Ended:
        process = subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=PROJECT_ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
        )
        return Ended(process.returncode, process.stdout, process.stderr)

    return ended


@pytest.fixture
def world(world_folder: Path) -> Iterator[World]:
    with open_world(world_folder) as world:
        yield world


@dataclass(frozen=True)
class Ran:
    """A tenant whose commands have all run, and what they said."""

    world: World
    folder: Path
    ended: dict[str, Ended]

    @property
    def secrets(self) -> set[str]:
        """All that was ever secret: what the tenant was given, and every token of both servers."""
        exact, optiply = self.world.exact.tokens, self.world.optiply.desk
        return {*SECRETS.values(), WRONG, *exact.issued, *optiply.issued}


@pytest.fixture(scope="session")
def ran(process: Command, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("shop")
    with open_world(folder) as world:
        world.tenant_file.write_text("archive_days = 7\n" + world.tenant_file.read_text())
        file = str(world.tenant_file)
        ended = {
            "refused": process("extract", "--tenant", file, EXACT_OPTIPLY_SHOP_EXACT_CLIENT_SECRET=WRONG),
            "dry run": process("sync", "--dry-run", "--tenant", file),
            "plan": process("plan", "--format", "json", "--limit", "10000", "--tenant", file),
            "push": process("push", "--tenant", file),
            "export": process("export", "--tenant", file),
            "status": process("status", "--tenant", file),
            "check": process("check", "--tenant", file),
        }
        yield Ran(world, folder, ended)
