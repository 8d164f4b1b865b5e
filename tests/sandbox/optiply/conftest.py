from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sandbox.optiply import OptiplySandbox
from tests.sandbox.optiply.client import Caller, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def sandbox(clock: Clock, slept: list[float]) -> Iterator[OptiplySandbox]:
    with OptiplySandbox(clock=clock, sleep=slept.append, token_seconds=600) as running:
        yield running


@pytest.fixture
def api(sandbox: OptiplySandbox) -> Iterator[Caller]:
    caller = Caller(sandbox)
    caller.log_in()
    with caller.session:
        yield caller


@pytest.fixture
def product(api: Caller) -> Callable[[str], int]:
    """Create a product by name; its id."""
    return lambda name: api.created("products", name=name, stockLevel=1)


@pytest.fixture
def supplier(api: Caller) -> int:
    return api.created("suppliers", name="Müller & Zn.", deliveryTime=5)
