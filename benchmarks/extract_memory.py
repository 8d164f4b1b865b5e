"""The most memory that an extraction of one long stream takes.

    python -m benchmarks.extract_memory --rows 500000

The server, in a process of its own, answers with one page of sales order lines over and over, under other ids.
"""

from __future__ import annotations

import multiprocessing
import re
import resource
import tempfile
import uuid
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs

import typer
from werkzeug import Request, Response

from extract.exact.catalogue import catalogue
from extract.run import run
from sandbox.company import generate
from sandbox.exact.server import ExactSandbox
from sandbox.optiply.server import OptiplySandbox
from sandbox.wire import serving
from settings.flags import Flags
from tests.extract.extract_shop import by_name, patient_client, tenant_of

STREAM = "sales_order_lines"
ROWS_A_PAGE = 1000
GUID = re.compile(r"(?<=<d:ID m:type=\"Edm.Guid\">)[0-9a-f-]{36}")
VERSION = re.compile(r"(?<=<d:Timestamp m:type=\"Edm.Int64\">)\d+")
NEXT = '<link rel="next" href="{}" /></feed>'
MEBIBYTE = 1024  # ru_maxrss counts kibibytes


def main(rows: Annotated[int, typer.Option(help="Rows of the stream.")] = 500_000) -> None:
    """Measure and print; nothing is kept."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, rows // ROWS_A_PAGE))
    server.start()
    try:
        address, token_url = ours.recv()
        with tempfile.TemporaryDirectory() as folder, OptiplySandbox() as optiply:
            tenant = tenant_of(_Address(address), optiply, Path(folder))  # type: ignore[arg-type]
            exact = tenant.exact.model_copy(update={"token_url": token_url})
            tenant = tenant.model_copy(update={"exact": exact, "flags": Flags(start_date=date(2000, 1, 1))})
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
            result = run(
                tenant, run_id="1", as_of=date.today(), streams=[STREAM], exact=patient_client(tenant)
            )
        read = by_name(result)[f"exact.{STREAM}"]
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
        typer.echo(
            f"{read.status}, {read.rows} rows in {read.pages} pages: {most:.0f} MiB at most ({before:.0f} before)"
        )
    finally:
        ours.send("stop")
        server.join()


class _Address:
    """What `tenant_of` asks of a server."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url


def _serve(pipe: Connection, pages: int) -> None:
    """Serve until told to stop; says where first."""
    company = generate(ROWS_A_PAGE // 2, date(2026, 3, 18))
    with ExactSandbox(company, minute_limit=None, day_limit=None) as exact:

        def application(environ: Any, start_response: Any) -> Any:
            request = Request(environ)
            token = parse_qs(request.query_string.decode()).get("page", [""])[0]
            if token:
                response = Response(_page(int(token)), content_type="application/atom+xml")
            else:
                response = Response.from_app(exact, environ)
                if request.path.endswith(catalogue()[STREAM].endpoint().path):
                    template.append(response.get_data(as_text=True).partition('<link rel="next"')[0])
                    response.set_data(_page(1))
            return response(environ, start_response)

        def _page(number: int) -> str:
            body, first = template[0], (number - 1) * ROWS_A_PAGE
            ids, versions = iter(range(first, first + 10**6)), iter(range(10 + first, first + 10**6))
            body = GUID.sub(lambda _: str(uuid.UUID(int=next(ids))), body)
            body = VERSION.sub(lambda _: str(next(versions)), body)
            path = f"/api/v1/{company.division}/{catalogue()[STREAM].endpoint().path}"
            following = f"{server.url}{path}?page={number + 1}"
            return body.removesuffix("</feed>") + (NEXT.format(following) if number < pages else "</feed>")

        template: list[str] = []
        with serving(application) as server:
            pipe.send((server.url, exact.token_url))
            pipe.recv()


if __name__ == "__main__":
    typer.run(main)
