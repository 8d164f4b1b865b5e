"""`exact-optiply sandbox serve`: all APIs as strict local servers."""

from __future__ import annotations

import json
import signal
from datetime import date, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from cli.console import out
from sandbox.company import from_csv, generate
from sandbox.company.company import Company
from sandbox.company.generate import LEAST
from sandbox.company.wms_stock import montapacking_products, qls_products
from sandbox.exact.server import ExactSandbox
from sandbox.optiply.server import OptiplySandbox
from sandbox.tenant_file import write_tenant
from sandbox.wms import MontapackingSandbox, QlsSandbox
from settings.tenant import SettingsError, load_tenant

app = typer.Typer(no_args_is_help=True, help="The APIs as strict servers on this machine.")

ProductsOption = Annotated[
    Path | None, typer.Option(help="CSV of a real shop's products; the company then is that shop.")
]
SalesOption = Annotated[Path | None, typer.Option(help="CSV of its daily sales; goes with --products.")]
SizeOption = Annotated[int, typer.Option(min=LEAST, help="Items of the made-up company; the rest follows.")]


@app.callback()
def sandbox() -> None:
    """A group with one command, so that its name stays."""


@app.command()
def serve(
    home: Annotated[
        Path, typer.Option(help="Folder for a tenant file and secrets that fit the servers.")
    ] = Path("data/sandbox"),
    products: ProductsOption = None,
    sales: SalesOption = None,
    size: SizeOption = 200,
    exact_port: Annotated[int, typer.Option(help="0: any free port.")] = 0,
    optiply_port: Annotated[int, typer.Option(help="0: any free port.")] = 0,
    montapacking_port: Annotated[int, typer.Option(help="0: any free port.")] = 0,
    qls_port: Annotated[int, typer.Option(help="0: any free port.")] = 0,
    spacing: Annotated[float, typer.Option(help="spacing_seconds of the tenant file.")] = 0.02,
    minute_limit: Annotated[
        int | None, typer.Option(help="Requests a minute that Exact allows; the real one: 60.")
    ] = None,
    day_limit: Annotated[int | None, typer.Option(help="Requests a day; the real one: 5000.")] = 5000,
    name: Annotated[str, typer.Option(help="Name of the tenant.")] = "sandbox",
) -> None:
    """Serve until interrupted. Prints one JSON line with all addresses once all servers answer.

    Then, in another terminal: exact-optiply sync --tenant HOME/tenants/sandbox.toml

    Faults and statistics of each: /_sandbox/faults, /_sandbox/statistics, see docs/sandbox.md.
    """
    company, flags = company_of(products, sales, size)
    signal.signal(signal.SIGTERM, _stop)
    with (
        ExactSandbox(company, port=exact_port, minute_limit=minute_limit, day_limit=day_limit) as exact,
        OptiplySandbox(port=optiply_port) as optiply,
        MontapackingSandbox(montapacking_products(company), port=montapacking_port) as montapacking,
        QlsSandbox(qls_products(company), port=qls_port) as qls,
    ):
        file = write_tenant(
            home,
            name,
            exact_url=exact.base_url,
            optiply_url=optiply.base_url,
            optiply_token_url=optiply.token_url,
            spacing_seconds=spacing,
            flags=flags,
            wms_urls=(montapacking.base_url, qls.base_url),
        )
        # a token chain of an earlier server is nothing to this one
        (load_tenant(str(file)).state_folder / "exact_tokens.json").unlink(missing_ok=True)
        ready = {
            "exact": exact.base_url,
            "optiply": optiply.base_url,
            "montapacking": montapacking.base_url,
            "qls": qls.base_url,
            "tenant": str(file),
        }
        out.print_json(json.dumps(ready), indent=None)
        try:
            signal.pause()
        except KeyboardInterrupt:
            out.print("stopped")


def company_of(products: Path | None, sales: Path | None, size: int) -> tuple[Company, dict[str, str]]:
    """The company to serve and the flags that fit it (a shop's sales may begin before the default start_date)."""
    if (products is None) != (sales is None):
        raise SettingsError("--products and --sales go together")
    if products is None or sales is None:
        return generate(size, date.today()), {}
    company = from_csv(products, sales, date.today())
    days = [row["InvoiceDate"] for row in company.rows["sales_invoices"]]
    first = min(day for day in days if isinstance(day, datetime))
    return company, {"start_date": first.date().isoformat()}


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
