"""`exact-optiply demo`: the whole job on the sandbox servers, three runs that tell what the thing is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import requests
import typer

from cli.console import out, say
from cli.sandbox import ProductsOption, SalesOption, SizeOption, company_of
from cli.summary import show
from pipeline import steps
from pipeline.run import FAILED, Run, begin
from settings.tenant import SettingsError, Tenant, load_tenant
from warehouse.connection import connect

MARKER = ".demo"  # the repository holds one in data/demo, with a .gitignore
KEPT = {MARKER, ".gitignore"}
TIMEOUT_SECONDS = 30


def demo(
    products: ProductsOption = None,
    sales: SalesOption = None,
    size: SizeOption = 200,
    home: Annotated[
        Path, typer.Option(help="Folder of the demo; emptied first if an earlier demo made it.")
    ] = Path("data/demo"),
    keep_serving: Annotated[
        bool, typer.Option("--keep-serving", help="Leave the two servers up afterwards, to try commands on.")
    ] = False,
) -> None:
    """Run the whole job on two sandbox servers over real HTTP: load, again, then a buy order back to Exact.

    With --products and --sales the company is a real shop instead of a made-up one. Nothing outside this machine
    is touched.
    """
    company_of(products, sales, size)  # a wrong file or size is said before anything is emptied
    empty(home)
    with _servers(home, products, sales, size) as addresses:
        tenant = load_tenant(addresses["tenant"])
        out.rule("1. everything is new")
        first = _sync(tenant)
        out.rule("2. nothing has changed")
        second = _sync(tenant)
        out.rule("3. a purchaser places an order in Optiply, and a name changes in Exact")
        order_id = _place_order(addresses["optiply"], tenant)
        _change_an_item(addresses["exact"], tenant)
        third = _sync(tenant)
        _show_order(addresses["exact"], order_id)
        _what_next(tenant, addresses, keep_serving)
        if keep_serving:
            _wait()
    written = sum(count.written for count in second.counts.values())
    if written:
        out.print(f"the second run wrote {written} times: that is a bug", style="red")
    if written or any(run.exit_code == FAILED for run in (first, second, third)):
        raise typer.Exit(FAILED)


def empty(home: Path) -> None:
    """Remove what an earlier demo, or a `dbt build` on its warehouse, left. SettingsError for anybody else's folder."""
    home.mkdir(parents=True, exist_ok=True)
    found = [path for path in home.iterdir() if path.name not in KEPT]
    if found and not (home / MARKER).exists():
        raise SettingsError(f"{home} is not empty and no demo made it: name another folder with --home")
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    (home / MARKER).touch()


@contextmanager
def _servers(home: Path, products: Path | None, sales: Path | None, size: int) -> Iterator[dict[str, str]]:
    """`sandbox serve` as a process of its own; yields the addresses it prints once it answers."""
    command = [
        sys.executable, "-m", "cli.main", "sandbox", "serve",
        "--home", str(home), "--name", "demo", "--size", str(size),
    ]  # fmt: skip
    if products and sales:
        command += ["--products", str(products), "--sales", str(sales)]
    say("starting the two sandbox servers")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SettingsError("the sandbox servers did not start; what they said stands above")
        yield json.loads(line)
    finally:
        process.terminate()
        process.wait()


def _sync(tenant: Tenant) -> Run:
    with begin(tenant, "demo sync", say=say) as run:
        steps.sync(run)
    show(run)
    return run


def _place_order(optiply: str, tenant: Tenant) -> str:
    """As a person would in Optiply: two products of one supplier, ten purchase units each."""
    with connect(tenant.warehouse_path, read_only=True) as connection:
        lines = connection.execute(
            """
            select product.optiply_id, supplier.optiply_id, cast(links.lot_size as integer), links.price
            from marts.optiply_supplier_products as links
            inner join ledger.records as product
                on product.entity = 'products' and product.remote_id = links.product_remote_id
            inner join ledger.records as supplier
                on supplier.entity = 'suppliers' and supplier.remote_id = links.supplier_remote_id
            inner join marts.optiply_products as items on items.remote_id = links.product_remote_id
            -- Exact refuses a line without any purchase price
            where links.status = 'enabled' and items.status = 'enabled' and links.price > 0
            qualify count(*) over (partition by supplier.remote_id) > 1
            order by supplier.remote_id, items.sku_code desc
            limit 2
            """
        ).fetchall()
    ordered = [
        {
            "productId": int(product),
            "quantity": 10 * (lot_size or 1),
            "subtotalValue": round(float(price or 1) * 10 * (lot_size or 1), 2),
        }
        for product, _, lot_size, price in lines
    ]
    placed = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = requests.post(
        f"{_root(optiply)}/_sandbox/buyOrders",
        json={"supplierId": int(lines[0][1]), "placed": placed, "lines": ordered},
        timeout=TIMEOUT_SECONDS,
    )
    answer.raise_for_status()
    return str(answer.json()["data"]["id"])


def _change_an_item(exact: str, tenant: Tenant) -> None:
    with connect(tenant.warehouse_path, read_only=True) as connection:
        row = connection.execute(
            "select remote_id, name from marts.optiply_products where status = 'enabled' order by sku_code limit 1"
        ).fetchone()
    assert row is not None
    requests.patch(
        f"{exact}/_sandbox/rows/items",
        params={"key": row[0]},
        json={"Description": f"{row[1][:200]} (new recipe)"},
        timeout=TIMEOUT_SECONDS,
    ).raise_for_status()


def _show_order(exact: str, order_id: str) -> None:
    orders: list[dict[str, Any]] = requests.get(
        f"{exact}/_sandbox/rows/purchase_orders", timeout=TIMEOUT_SECONDS
    ).json()
    ours = [order for order in orders if order.get("YourRef") == order_id]
    out.print(
        f"Optiply's buy order {order_id} stands {len(ours)} time(s) in Exact"
        + "".join(f", as purchase order {order['OrderNumber']}" for order in ours)
    )


def _what_next(tenant: Tenant, addresses: dict[str, str], keep_serving: bool) -> None:
    out.print(f"\nwarehouse for analysts: {tenant.published_path}")
    out.print("what to try next:")
    command = os.path.relpath(Path(sys.executable).parent / "exact-optiply")
    file = addresses["tenant"]
    _suggest(f"{command} status --tenant {file}")
    _suggest(f"{command} plan --tenant {file}")
    if keep_serving:
        _suggest(f"{command} sync --tenant {file}")
        _suggest(f"curl {addresses['exact']}/_sandbox/statistics")
    else:
        _suggest(f"{command} demo --keep-serving", "then sync, push, export against the living servers")
    _suggest(str(Path(command).parent / "dbt") + " build", "models and tests on the warehouse of data/demo")


def _suggest(command: str, why: str = "") -> None:
    out.print(f"  {command:<45} {why}".rstrip(), markup=False, soft_wrap=True)


def _wait() -> None:
    out.print("\nthe servers are up; Ctrl-C stops them")
    try:
        sys.stdin.read()
    except KeyboardInterrupt:
        out.print("stopped")


def _root(url: str) -> str:
    return url.removesuffix("/v1")
