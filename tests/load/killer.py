"""SIGKILL for a child process at a chosen write, just before or just after the server has done the work."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from settings.tenant import PROJECT_ROOT


class Killer:
    """Kills the child at its nth write, just before or just after the server has done the work."""

    def __init__(self, at: int, *, after_work: bool) -> None:
        self.at = at
        self.after_work = after_work
        self.seen = 0
        self.child: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()

    def watch(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **options: Any) -> Any:
            with self.lock:  # one write at a time, so that the nth is the nth
                self.seen += self.child is not None
                is_due = self.child is not None and self.seen == self.at
                if is_due and not self.after_work:
                    self.kill()
                    raise ConnectionAbortedError("the work is not done")
                done = work(*arguments, **options)
                if is_due:
                    self.kill()
                return done

        return watched

    def kill(self) -> None:
        assert self.child is not None
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def run(self, *arguments: str) -> None:
        with self.lock:
            command = [sys.executable, "-m", "tests.load.killed_run", *arguments]
            self.child = subprocess.Popen(command, cwd=PROJECT_ROOT)
        assert self.child.wait() == -signal.SIGKILL
        self.child = None
