from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from sandbox.company.company import Company
from sandbox.exact import ExactSandbox
from tests.sandbox.exact.client import Caller, Clock, trading_company


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def serve(clock: Clock) -> Iterator[Callable[..., Caller]]:
    """Start a sandbox on a company with options and sign in."""
    with ExitStack() as stack:

        def start(company: Company | None = None, **options: Any) -> Caller:
            settings = {"minute_limit": None, "clock": clock, **options}
            sandbox = stack.enter_context(ExactSandbox(company or trading_company(), **settings))
            caller = Caller(sandbox)
            stack.callback(caller.session.close)
            caller.sign_in()
            return caller

        yield start


@pytest.fixture
def exact(serve: Callable[..., Caller]) -> Caller:
    """The trading company, signed in."""
    return serve()
