"""Every endpoint of every stream, in both forms, over HTTP: all fields of a full row come with their types, and a read
that goes on from its bookmark brings what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from apis.exact.client import ExactClient
from extract.bookmark import Bookmark
from extract.exact.catalogue import Field, Stream, Variant, catalogue
from extract.exact.endpoint_read import ExactRead
from extract.exact.question import ROW_VERSION, Question
from extract.reading import StreamPage
from sandbox import credentials
from sandbox.company import Company
from sandbox.exact.server import ExactSandbox
from sandbox.optiply.server import OptiplySandbox
from settings.flags import Flags
from settings.tenant import Tenant
from tests.extract.extract_shop import patient_client, tenant_of

MOMENT = datetime(2026, 3, 1, 12, 30, 15, 120000)
ENDPOINTS = [
    pytest.param(stream, variant, id=f"{stream.name}-{variant}")
    for stream in catalogue().values()
    for variant in stream.endpoints
]


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def full_row(stream: Stream, number: int) -> dict[str, Any]:
    """A row in which each field has a value of its type."""
    values = {
        "String": "Café & zn. <1>",
        "Guid": guid(number),
        "Binary": "AAEC",
        "Boolean": True,
        "Byte": 1,
        "Int16": number,
        "Int32": 100_000 + number,
        "Int64": 2**40 + number,
        "Double": 0.1 + number,
        "DateTime": MOMENT,
    }
    row = {field.name: values[field.edm_type] for field in stream.fields if field.edm_type in values}
    if "LineNumber" in row:
        is_header = any(endpoint.rows == "header" for endpoint in stream.endpoints.values())
        row["LineNumber"] = 0 if is_header else number
    row.pop(ROW_VERSION, None)
    return row


@pytest.fixture(scope="module")
def exact() -> Iterator[ExactSandbox]:
    own = {"divisions": {"Code": credentials.EXACT_DIVISION}}
    owners = sorted({stream.rows_of for stream in catalogue().values()})
    rows = {name: [full_row(catalogue()[name], 1) | own.get(name, {})] for name in owners}
    company = Company(credentials.EXACT_DIVISION, rows)
    with ExactSandbox(company, minute_limit=None, day_limit=None) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def tenant(exact: ExactSandbox, tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    folder: Path = tmp_path_factory.mktemp("endpoints")
    with OptiplySandbox() as optiply:
        return tenant_of(exact, optiply, folder)


@pytest.fixture(scope="module")
def clients(tenant: Tenant) -> tuple[ExactClient, ExactClient]:
    as_json = tenant.model_copy(update={"flags": Flags(response_format="json")})
    return patient_client(tenant), patient_client(as_json)


def read(client: ExactClient, tenant: Tenant, question: Question) -> list[StreamPage]:
    name = question.members[0].name
    one = ExactRead(client, tenant.exact.base_url, question, lambda: datetime(2026, 3, 18), {name: None})
    return [page[name] for page in one.pages()]


def is_served(field: Field, variant: Variant) -> bool:
    return variant in field.variants and field.edm_type != "Complex"


@pytest.mark.parametrize(("stream", "variant"), ENDPOINTS)
def test_every_endpoint_gives_every_field_with_its_type_and_then_only_changes(
    tenant: Tenant, clients: tuple[ExactClient, ExactClient], stream: Stream, variant: Variant
) -> None:
    first = Question(stream.endpoint(variant), (stream,), {stream.name: Bookmark()}, date(2020, 1, 1))
    (page,), (same,) = (read(client, tenant, first) for client in clients)
    if stream.name != "me":  # it tells the time
        assert page.rows == same.rows
    (row,) = page.rows.to_pylist()
    missing = [
        field.name for field in stream.fields if is_served(field, variant) and row[field.column] is None
    ]
    assert missing == []
    assert page.unknown_fields == {}
    bookmark = page.bookmark
    assert bookmark.unfinished is None
    assert (bookmark.cursor is None) == (stream.endpoint(variant).cursor is None)

    again = Question(stream.endpoint(variant), (stream,), {stream.name: bookmark}, date(2020, 1, 1))
    (page,) = read(clients[0], tenant, again)
    is_found_again = stream.endpoint(variant).cursor != ROW_VERSION  # times are asked for with an overlap
    assert page.rows.num_rows == (1 if is_found_again else 0)
    assert page.bookmark == bookmark
