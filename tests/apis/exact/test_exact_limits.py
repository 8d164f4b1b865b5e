from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apis.errors import RequestRefused
from apis.exact.error_budget import MOST_ERRORS, ErrorBudget
from apis.exact.limits import Limits
from tests.apis.scripted_server import FakeClock

DAY = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4321", "x-ratelimit-reset": "1700006400000"}
RESET = datetime(2023, 11, 15, tzinfo=UTC)


def test_limits_are_unknown_until_told() -> None:
    assert Limits().after({}) == Limits(None, None, None, None)


def test_each_header_tells_its_own_limit_and_a_missing_one_changes_nothing() -> None:
    after_day = Limits().after(DAY)
    assert after_day == Limits(5000, 4321, RESET, None)
    after_minute = after_day.after({"x-ratelimit-minutely-remaining": "0"})
    assert after_minute == Limits(5000, 4321, RESET, 0)
    assert after_minute.after({"x-ratelimit-remaining": "0"}) == Limits(5000, 0, RESET, 0)
    assert after_minute.after({"x-ratelimit-remaining": "", "x-ratelimit-reset": "-1"}) == after_minute


def test_the_ninth_error_of_an_endpoint_is_not_risked(clock: FakeClock) -> None:
    budget = ErrorBudget(clock)
    for status in (400, 401, 403, 404, 400, 401, 403, 404):
        budget.check("crm/Accounts", "GET crm/Accounts")
        budget.count("crm/Accounts", status)
    assert MOST_ERRORS == 8
    with pytest.raises(
        RequestRefused, match=r"error budget of crm/Accounts is used up.*possible again in 60 minutes"
    ):
        budget.check("crm/Accounts", "GET crm/Accounts")
    budget.check("logistics/Items", "GET logistics/Items")


def test_what_exact_does_not_count_is_not_counted(clock: FakeClock) -> None:
    budget = ErrorBudget(clock)
    for status in (200, 201, 408, 429, 500, 503) * 5:
        budget.count("crm/Accounts", status)
    budget.check("crm/Accounts", "GET crm/Accounts")


def test_an_error_is_forgotten_after_an_hour(clock: FakeClock) -> None:
    budget = ErrorBudget(clock)
    budget.count("x", 400)
    clock.now += 600
    for _ in range(MOST_ERRORS - 1):
        budget.count("x", 400)
    clock.now += 2999
    with pytest.raises(RequestRefused, match="possible again in 1 minutes"):
        budget.check("x", "GET x")
    clock.now += 1
    budget.check("x", "GET x")
