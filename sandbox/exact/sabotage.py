"""The faults that the server can show: what each kind does to a request or to its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from werkzeug import Response

from sandbox.exact.limits import DAY, MINUTE, Limits
from sandbox.exact.refusals import NOT_IN_LICENCE, Refused
from sandbox.faults import FaultRule

MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Exact Online</title></head><body><h1>Onderhoud</h1>"
    "<p>Exact Online is tijdelijk niet beschikbaar.</p></body></html>"
)
# What stands before Exact answers in HTML: an error document under 500 would be a refusal of the record.
STATUS_FAULTS: Mapping[str, tuple[int, str]] = {
    "401": (401, "Unauthorized"),
    "408": (408, "Request timeout"),
    "500": (500, "Server Error in '/' Application."),
    "503": (503, "Service unavailable"),
    "599": (599, "Network connect timeout"),
}
# latency comes first, these before the work is done, the others after it
BEFORE = frozenset(
    {
        "minute_429",
        "day_429",
        "licence_403",
        "reset_before_work",
        "maintenance_html",
        "empty_body",
        "token_death",
        *STATUS_FAULTS,
    }
)
AFTER = frozenset(
    {"reset_after_work", "reset_within_body", "500_after_work", "cut_body", "forbidden_characters"}
)
KINDS = BEFORE | AFTER | {"latency"}

TEXT_ELEMENT = re.compile(r"(<d:\w+(?: xml:space=\"preserve\")?>)([^<]+)")
JSON_TEXT = re.compile(r'("\w+":")([^"/][^"]*")')


def before_work(
    rules: Iterable[FaultRule], limits: Limits, sleep: Callable[[float], None]
) -> Response | None:
    """An answer in place of the work, or None. Raises Refused where the fault is an error document."""
    for rule in sorted(rules, key=lambda one: one.kind != "latency"):
        if rule.kind == "latency":
            sleep(rule.seconds)
        elif rule.kind in ("minute_429", "day_429"):
            refused = limits.refusal(MINUTE if rule.kind == "minute_429" else DAY)
            raise Refused(refused.status, refused.message, refused.headers | _retry_after(rule))
        elif rule.kind == "licence_403":
            raise Refused(403, NOT_IN_LICENCE)
        elif rule.kind in STATUS_FAULTS:
            return _html_error(*STATUS_FAULTS[rule.kind], _retry_after(rule))
        elif rule.kind == "maintenance_html":
            return Response(MAINTENANCE, status=200, content_type="text/html; charset=utf-8")
        elif rule.kind == "empty_body":
            return Response(b"", status=200, content_type="application/atom+xml;type=feed;charset=utf-8")
    return None


def after_work(rules: Iterable[FaultRule], response: Response) -> Response:
    """The answer, spoilt in its body. The length header fits what is sent."""
    for rule in rules:
        if rule.kind == "500_after_work":
            response = _html_error(*STATUS_FAULTS["500"], _retry_after(rule))
        elif rule.kind == "cut_body":
            body = response.get_data()
            response.set_data(body[: len(body) * 6 // 10])
        elif rule.kind == "forbidden_characters":
            text = response.get_data(as_text=True)
            if response.mimetype == "application/json":
                text = JSON_TEXT.sub(r"\1\\u000b\2", text)
            else:
                text = TEXT_ELEMENT.sub("\\1\x0b&#x1F;\\2", text)
            response.set_data(text)
    return response


def _html_error(status: int, message: str, headers: Mapping[str, str]) -> Response:
    page = f"<!DOCTYPE html><html><head><title>{message}</title></head><body><h1>{message}</h1></body></html>"
    return Response(page, status=status, content_type="text/html; charset=utf-8", headers=dict(headers))


def _retry_after(rule: FaultRule) -> dict[str, str]:
    return {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
