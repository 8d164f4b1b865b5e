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
from settings.tenant import PROJECT_ROOT
from tests.world import World, open_world


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
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as world:
        yield world
