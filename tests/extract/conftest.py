from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandbox.company import Company, generate
from sandbox.exact.server import ExactSandbox
from sandbox.optiply.server import OptiplySandbox
from tests.extract.extract_shop import TODAY, Shop, tenant_of


@pytest.fixture(scope="session")
def company() -> Company:
    return generate(60, TODAY)


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Opens a shop on a company; its servers close with the test."""
    with ExitStack() as stack:

        def open_(company: Company, **options: Any) -> Shop:
            options = {"minute_limit": None, "day_limit": None, "sleep": lambda _: None, **options}
            exact = stack.enter_context(ExactSandbox(company, **options))
            optiply = stack.enter_context(OptiplySandbox())
            return Shop(exact, optiply, tenant_of(exact, optiply, tmp_path))

        yield open_


@pytest.fixture
def shop(open_shop: Callable[..., Shop], company: Company) -> Shop:
    """The generated wholesaler of 60 items."""
    return open_shop(company)
