from __future__ import annotations

import json
from typing import Any

import pytest

from apis.errors import (
    ApiError,
    BrokenBody,
    Conflict,
    CredentialsRefused,
    Gone,
    MinuteLimit,
    NotAvailable,
    OutcomeUnknown,
    RecordRefused,
    RequestRefused,
    ServerFault,
)
from apis.optiply.answers import Method, check, check_body, error_messages, error_pointers
from apis.optiply.resource import Resource, decode_list, decode_resource, encode
from apis.transport import Answer

NOW = 1_700_000_000.0
HTML = b"<html>\n<body>Bad   Gateway</body></html>" + b" x" * 1000
DETAIL = json.dumps(
    {
        "errors": [
            {"detail": "name is required", "source": {"pointer": "/data/attributes/name"}},
            {"detail": "b"},
        ]
    }
).encode()


def failure(status: int, method: Method, body: bytes = b"", **headers: str) -> ApiError:
    answer = Answer(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, body, f"{method} x"
    )
    with pytest.raises(ApiError) as caught:
        check(answer, method, now=NOW)
    return caught.value


@pytest.mark.parametrize(
    ("status", "get", "post", "patch", "delete"),
    [
        (400, RequestRefused, RecordRefused, RecordRefused, RecordRefused),
        (401, CredentialsRefused, CredentialsRefused, CredentialsRefused, CredentialsRefused),
        (403, NotAvailable, RequestRefused, RequestRefused, RequestRefused),
        (404, NotAvailable, Gone, Gone, None),
        (405, RequestRefused, RequestRefused, RequestRefused, RequestRefused),
        (408, ServerFault, OutcomeUnknown, ServerFault, ServerFault),
        (409, RequestRefused, Conflict, Conflict, Conflict),
        (422, RequestRefused, RecordRefused, RecordRefused, RecordRefused),
        (429, MinuteLimit, MinuteLimit, MinuteLimit, MinuteLimit),
        (302, ServerFault, OutcomeUnknown, ServerFault, ServerFault),
        (500, ServerFault, OutcomeUnknown, ServerFault, ServerFault),
        (503, ServerFault, OutcomeUnknown, ServerFault, ServerFault),
        (599, ServerFault, OutcomeUnknown, ServerFault, ServerFault),
        (200, None, None, None, None),
        (201, None, None, None, None),
        (204, None, None, None, None),
    ],
)
def test_what_to_do_about_an_answer(
    status: int,
    get: type[ApiError] | None,
    post: type[ApiError] | None,
    patch: type[ApiError] | None,
    delete: type[ApiError] | None,
) -> None:
    methods: dict[Method, type[ApiError] | None] = {
        "GET": get,
        "POST": post,
        "PATCH": patch,
        "DELETE": delete,
    }
    for method, kind in methods.items():
        for body in (b"", HTML, DETAIL):
            if kind is None:
                check(Answer(status, {}, body, "x"), method, now=NOW)
            else:
                error = failure(status, method, body)
                assert type(error) is kind
                assert (error.status, error.request) == (status, f"{method} x")


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (DETAIL, ("name is required", "b")),
        (b'{"errors":[{"meta":{"message":"from meta"}}]}', ("from meta",)),
        (b'{"errors":[{"title":"Bad","detail":"","meta":{"message":"m"}}]}', ("m",)),
        (b'{"errors":[{"title":"only a title"}]}', ("only a title",)),
        (b'{"errors":[{"message":"inner"}]}', ("inner",)),
        (b'{"message":" flat "}', ("flat",)),
        (b'{"errors":[],"message":"flat"}', ("flat",)),
        (b'{"errors":[{"detail":"first"}],"message":"flat"}', ("first",)),
        (b'{"errors":["text", {"detail":5}],"message":null}', ()),
        (b'{"errors":{"detail":"no list"}}', ()),
        (b"[]", ()),
        (b"{broken", ()),
        (HTML, ()),
        (b"", ()),
    ],
)
def test_error_bodies_are_understood_in_all_known_shapes(body: bytes, messages: tuple[str, ...]) -> None:
    assert error_messages(body) == messages


def test_a_refusal_carries_the_words_and_the_attributes_they_are_about() -> None:
    error = failure(400, "POST", DETAIL)
    assert isinstance(error, RecordRefused)
    assert error.messages == ("name is required", "b")
    assert error.pointers == ("/data/attributes/name",)
    assert error_pointers(b'{"errors":[{"source":"x"},{"source":{"pointer":5}},{}]}') == ()
    for status in (404, 409):
        refused = failure(status, "PATCH", DETAIL)
        assert isinstance(refused, RecordRefused)
        assert refused.pointers == ("/data/attributes/name",)


def test_a_proxys_page_is_told_by_its_status_and_first_500_characters() -> None:
    error = failure(502, "GET", HTML)
    assert str(error).startswith("GET x: status 502: <html> <body>Bad Gateway</body></html> x x")
    assert len(error.message) == len("status 502: ") + 500
    assert str(failure(500, "GET")) == "GET x: status 500, empty body"
    assert str(failure(400, "POST", b"\xff\xfe")).startswith("POST x: status 400: ")


@pytest.mark.parametrize(("status", "method"), [(429, "POST"), (429, "GET"), (503, "PATCH")])
def test_the_pause_asked_for_is_passed_on(status: int, method: Method) -> None:
    assert failure(status, method, b"", retry_after="12").retry_after == 12.0  # type: ignore[attr-defined]
    assert failure(status, method).retry_after is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", [b"", b"  ", b'{"data":{}}', b" []"])
def test_a_body_that_nobody_needs_may_be_empty_or_json(body: bytes) -> None:
    check_body(Answer(200, {}, body, "PATCH x"))


def test_a_maintenance_page_with_status_200_is_no_success() -> None:
    with pytest.raises(BrokenBody, match="Bad Gateway"):
        check_body(Answer(200, {}, HTML, "PATCH x"))
    check_body(Answer(404, {}, HTML, "DELETE x"))


def test_a_resource_has_its_id_as_text() -> None:
    for raw in ("7", 7):
        body = json.dumps({"data": {"id": raw, "type": "products", "attributes": {"supplierId": 5}}}).encode()
        assert decode_resource(body) == Resource("7", "products", {"supplierId": 5})
    assert decode_resource(b'{"data":{"id":"7"}}') == Resource("7", "", {})


@pytest.mark.parametrize(
    "data",
    [None, [], "7", {}, {"id": None}, {"id": ""}, {"id": True}, {"id": 1.5}, {"id": "1", "attributes": [1]}],
)
def test_what_is_no_resource_is_broken(data: object) -> None:
    with pytest.raises(BrokenBody):
        decode_resource(json.dumps({"data": data}).encode())
    if data != []:
        with pytest.raises(BrokenBody):
            decode_list(json.dumps({"data": [data]}).encode())


@pytest.mark.parametrize("body", [b"", HTML, b"[]", b"{}", b'{"data":{}}', b'{"data":null}', b'{"data":[]'])
def test_what_is_no_list_is_broken(body: bytes) -> None:
    with pytest.raises(BrokenBody):
        decode_list(body)


FIFTY = "https://x/v1/products?page%5Blimit%5D=50&page%5Boffset%5D=50"


@pytest.mark.parametrize(
    ("count", "links", "after"),
    [
        (3, None, None),
        (3, {}, None),
        (3, {"next": None}, None),
        (3, {"next": ""}, None),
        (0, {"next": "https://x"}, None),  # an empty page is the end, whatever it says
        (4, {}, 12),  # a server that shows no links
        (4, {"next": "https://x"}, 12),
        (3, {"next": "https://x"}, 12),  # fewer than asked for, but more follows
        (3, {"next": FIFTY}, 50),
        (3, {"next": {"href": FIFTY}}, 50),
        (4, {"next": "https://x?page[offset]=8"}, 12),  # where it is already
    ],
)
def test_a_list_tells_what_follows(count: int, links: Any, after: int | None) -> None:
    data = [{"id": number} for number in range(count)]
    page = decode_list(json.dumps({"data": data, "links": links}).encode())
    assert page.resources == [Resource(str(number), "", {}) for number in range(count)]
    assert page.offset_after(8, 4) == after


def test_what_is_sent_is_json_as_the_api_wants_it() -> None:
    assert json.loads(encode("products", {"name": "Ü", "price": None})) == {
        "data": {"type": "products", "attributes": {"name": "Ü", "price": None}}
    }
    with pytest.raises(ValueError, match="JSON compliant"):
        encode("products", {"price": float("nan")})
