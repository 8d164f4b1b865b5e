"""A tenant whose two APIs are the sandbox servers, read over real HTTP; what its raw tables hold."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import duckdb
from werkzeug import Response

from apis.exact.client import ExactClient
from apis.exact.pace import Pace
from apis.exact.tokens import ExactTokens
from apis.transport import Transport
from extract.result import ExtractResult, StreamRead
from extract.run import run
from sandbox import credentials
from sandbox.exact.server import ExactSandbox
from sandbox.optiply.server import OptiplySandbox
from sandbox.wire import serving
from settings.flags import Flags
from settings.secrets import find_secret, secret
from settings.tenant import ExactSettings, OptiplySettings, Tenant

TODAY = date(2026, 3, 18)
REFUSED_FIELD = (
    '<?xml version="1.0" encoding="utf-8"?><error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/'
    'metadata"><code/><message xml:lang="">Could not find a property named \'{}\' on type '
    "'Exact.Web.Api.Models.Item'.</message></error>"
)


@dataclass
class Shop:
    """Both servers, and a tenant that reads them; `run` gives the reads by `source.stream`."""

    exact: ExactSandbox
    optiply: OptiplySandbox
    tenant: Tenant
    runs: int = 0

    def run(self, *streams: str, **options: Any) -> dict[str, StreamRead]:
        return by_name(self.result(*streams, **options))

    def result(self, *streams: str, **options: Any) -> ExtractResult:
        self.runs += 1
        options.setdefault("as_of", TODAY)
        options.setdefault("exact", patient_client(self.tenant))
        return run(self.tenant, run_id=f"run-{self.runs}", streams=streams or None, **options)

    def with_settings(self, *, flags: dict[str, Any] | None = None, **exact: Any) -> None:
        self.tenant = self.tenant.model_copy(
            update={
                "exact": self.tenant.exact.model_copy(update=exact),
                "flags": Flags.model_validate(flags or {}),
            }
        )

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """All rows of a raw table without dlt's own columns."""
        return table_rows(self.tenant.warehouse_path, table)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        return raw_tables(self.tenant.warehouse_path)

    def last_load(self, table: str = "raw_exact._dlt_loads") -> str:
        return str(self.query(f"select max(load_id) from {table}")[0][0])

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return query(self.tenant.warehouse_path, sql)

    def requests(self) -> dict[str, int]:
        """Requests to Exact by path below the division, and the statistics begun again."""
        counted = self.exact.statistics["by_request"]
        self.exact.forget()
        return {name.split("/", 4)[-1]: number for name, number in counted.items()}


def query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(str(warehouse))) as connection:
        return connection.execute(sql).fetchall()


def table_rows(warehouse: Path, table: str) -> list[tuple[Any, ...]]:
    rows = query(warehouse, f"select columns(c -> not starts_with(c, '_dlt')) from {table}")
    return sorted(rows, key=repr)


def raw_tables(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all raw tables, by schema and name."""
    names = query(
        warehouse,
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('raw_exact', 'raw_optiply') and not starts_with(table_name, '_dlt')",
    )
    return {name: table_rows(warehouse, name) for (name,) in names}


def by_name(result: ExtractResult) -> dict[str, StreamRead]:
    return {f"{read.source}.{read.stream}": read for read in result.reads}


@dataclass
class OwnClock:
    """Time that passes only by sleeping."""

    seconds: float = 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def patient_client(tenant: Tenant, clock: OwnClock | None = None) -> ExactClient:
    """The tenant's client as `apis.exact.connect` makes it, which does not sleep between its tries.

    clock: the sandbox's own, where tokens grow old; else they are as old as they are.
    """
    transport = Transport(timeout_seconds=10, connections=1)
    tokens = ExactTokens(
        tenant.state_folder / "exact_tokens.json",
        transport,
        token_url=tenant.exact.effective_token_url,
        client_id=tenant.exact.client_id,
        client_secret=secret(tenant, "exact_client_secret"),
        seed=find_secret(tenant, "exact_refresh_token"),
        clock=clock.now if clock else time.time,
        sleep=clock.sleep if clock else time.sleep,
    )
    pause = OwnClock()
    pace = Pace(
        tenant.state_folder,
        division=tenant.exact.division,
        client_id="x",
        spacing=0,
        clock=pause.now,
        sleep=pause.sleep,
    )
    return ExactClient(
        tenant.exact, tokens, pace, response_format=tenant.flags.response_format, sleep=lambda _seconds: None
    )


@contextmanager
def spoilt(
    exact: ExactSandbox,
    path: str,
    edit: Callable[[str], str],
    *,
    refused_once: str | None = None,
    refused_fields: Collection[str] = (),
    unknown: Counter[str] | None = None,
    port: int = 0,
) -> Iterator[str]:
    """A server before the sandbox that edits the bodies of one path's answers; gives its address. The first
    request whose query holds `refused_once` gets a 404. One that selects any of `refused_fields` gets a 400 for
    the first of them. Paths below one of `unknown`'s get a 404, and are counted there."""
    refused: list[str] = []

    def application(environ: Any, start_response: Any) -> Any:
        if refused_once and refused_once in environ["QUERY_STRING"] and not refused:
            refused.append(environ["QUERY_STRING"])
            return Response("gone", status=404)(environ, start_response)
        asked = environ["PATH_INFO"].split("/", 4)[-1]
        if unknown is not None and asked.startswith(tuple(one for one in unknown if one.endswith("/"))):
            unknown[asked] += 1
            return Response("<html>Not Found</html>", status=404)(environ, start_response)
        selected = parse_qs(environ["QUERY_STRING"]).get("$select", [""])[0].split(",")
        for field in refused_fields:
            if field in selected and environ["PATH_INFO"].endswith(path):
                return Response(REFUSED_FIELD.format(field), status=400)(environ, start_response)
        response = Response.from_app(exact, environ)
        if environ["PATH_INFO"].endswith(path):
            response.set_data(edit(response.get_data(as_text=True)))
        return response(environ, start_response)

    with serving(application, port) as server:
        yield server.url


def tenant_of(exact: ExactSandbox, optiply: OptiplySandbox, folder: Path) -> Tenant:
    secrets = folder / "secrets"
    secrets.mkdir(exist_ok=True)
    for name, value in {
        "exact_client_secret": credentials.EXACT_CLIENT_SECRET,
        "exact_refresh_token": credentials.EXACT_REFRESH_TOKEN,
        "optiply_username": credentials.OPTIPLY_USERNAME,
        "optiply_password": credentials.OPTIPLY_PASSWORD,
        "optiply_client_id": credentials.OPTIPLY_CLIENT_ID,
        "optiply_client_secret": credentials.OPTIPLY_CLIENT_SECRET,
    }.items():
        (secrets / name).write_text(value, encoding="utf-8")
    return Tenant(
        name="shop",
        exact=ExactSettings(
            base_url=exact.base_url,
            division=credentials.EXACT_DIVISION,
            client_id=credentials.EXACT_CLIENT_ID,
            spacing_seconds=0,
            timeout_seconds=10,
        ),
        optiply=OptiplySettings(
            base_url=optiply.base_url,
            token_url=optiply.token_url,
            account_id=credentials.OPTIPLY_ACCOUNT_ID,
            coupling_id=credentials.OPTIPLY_COUPLING_ID,
        ),
        data_folder=folder / "data",
        secrets_folder=secrets,
    )
