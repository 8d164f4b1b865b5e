"""Call limits with each its own headers, and the error quota."""

from __future__ import annotations

from collections.abc import Callable

from tests.sandbox.exact.client import Caller, Clock

Serve = Callable[..., Caller]
MINUTE_HEADERS = {f"X-RateLimit-Minutely-{name}" for name in ("Limit", "Remaining", "Reset")}
DAY_HEADERS = {f"X-RateLimit-{name}" for name in ("Limit", "Remaining", "Reset")}


def limit_headers(headers: object) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if name.startswith("X-RateLimit")}  # type: ignore[call-overload]


def test_an_answer_tells_both_limits_and_when_they_reset(serve: Serve, clock: Clock) -> None:
    exact = serve(minute_limit=60, day_limit=5000)
    told = limit_headers(exact.get("logistics/Items").headers)
    assert set(told) == MINUTE_HEADERS | DAY_HEADERS
    assert (told["X-RateLimit-Limit"], told["X-RateLimit-Remaining"]) == ("5000", "4999")
    assert (told["X-RateLimit-Minutely-Limit"], told["X-RateLimit-Minutely-Remaining"]) == ("60", "59")
    assert int(told["X-RateLimit-Minutely-Reset"]) == (clock.now // 60 + 1) * 60 * 1000
    assert int(told["X-RateLimit-Reset"]) == (clock.now // 86400 + 1) * 86400 * 1000


def test_a_used_up_minute_answers_429_with_its_own_headers_only(serve: Serve, clock: Clock) -> None:
    exact = serve(minute_limit=2)
    assert [exact.get("logistics/Items").status_code for _ in range(3)] == [200, 200, 429]
    refused = exact.get("logistics/Items")
    told = limit_headers(refused.headers)
    assert set(told) == MINUTE_HEADERS
    assert told["X-RateLimit-Minutely-Remaining"] == "0"
    clock.now = int(told["X-RateLimit-Minutely-Reset"]) / 1000
    assert exact.get("logistics/Items").status_code == 200


def test_a_used_up_day_answers_429_with_its_own_headers_only(serve: Serve, clock: Clock) -> None:
    exact = serve(minute_limit=1, day_limit=1)
    assert exact.get("logistics/Items").status_code == 200
    told = limit_headers(exact.get("logistics/Items").headers)
    assert set(told) == DAY_HEADERS
    assert told["X-RateLimit-Remaining"] == "0"
    clock.now = int(told["X-RateLimit-Reset"]) / 1000
    exact.sign_in()
    assert exact.get("logistics/Items").status_code == 200


def test_refused_requests_count_and_calls_for_tokens_do_not(serve: Serve) -> None:
    exact = serve(minute_limit=60)
    exact.token()
    assert exact.get("sync/Logistics/Items").headers["X-RateLimit-Remaining"] == "4999"
    assert exact.get("logistics/Items").headers["X-RateLimit-Remaining"] == "4998"


def test_a_limit_that_is_off_never_refuses_yet_its_headers_come(serve: Serve) -> None:
    exact = serve(minute_limit=None, day_limit=None)
    assert {exact.get("logistics/Items", top="1").status_code for _ in range(70)} == {200}
    told = limit_headers(exact.get("logistics/Items").headers)
    assert set(told) == MINUTE_HEADERS | DAY_HEADERS
    assert int(told["X-RateLimit-Minutely-Remaining"]) > 60


def test_too_many_errors_block_that_endpoint_longer_each_time(serve: Serve, clock: Clock) -> None:
    exact = serve(error_quota=10)

    def fail(times: int) -> list[int]:
        return [exact.get("sync/Logistics/Items").status_code for _ in range(times)]

    def works() -> bool:
        exact.sign_in()
        return exact.get("sync/Logistics/Items", select="ID").status_code == 200

    assert fail(11) == [400] * 11
    assert exact.get("sync/Logistics/Items", select="ID").status_code == 403
    assert exact.get("logistics/Items").status_code == 200
    clock.forward(3601)
    assert works()
    assert fail(11) == [400] * 11
    clock.forward(3601)
    assert not works()
    clock.forward(3600)
    assert works()


def test_errors_of_more_than_an_hour_ago_are_forgiven(serve: Serve, clock: Clock) -> None:
    exact = serve(error_quota=1)
    for _ in range(3):
        assert exact.get("sync/Logistics/Items").status_code == 400
        clock.forward(3601)
        exact.sign_in()
    assert exact.get("sync/Logistics/Items", select="ID").status_code == 200
