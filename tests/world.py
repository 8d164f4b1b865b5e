"""Both sandbox servers, a company, and a tenant that points at them: the whole job over real HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipeline import steps
from pipeline.run import Run, begin
from sandbox.company import generate
from sandbox.company.company import Company
from sandbox.exact.server import ExactSandbox
from sandbox.optiply.control import place_buy_order
from sandbox.optiply.server import OptiplySandbox
from sandbox.tenant_file import write_tenant
from settings.tenant import Tenant, load_tenant

TODAY = date(2026, 3, 2)  # a Monday


@dataclass
class World:
    """Everything that one test acts on."""

    exact: ExactSandbox
    optiply: OptiplySandbox
    tenant: Tenant
    tenant_file: Path
    at: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def sync(self) -> Run:
        """One whole run on the frozen day, half an hour after the one before: reads are told apart by their time."""
        self.at += timedelta(minutes=30)
        with begin(self.tenant, "sync", say=lambda _: None, now=lambda: self.at) as run:
            steps.sync(run)
        return run

    def stock(self) -> Run:
        """The quick path between two whole runs."""
        self.at += timedelta(minutes=10)
        with begin(self.tenant, "stock", say=lambda _: None, now=lambda: self.at) as run:
            steps.stock(run)
        return run

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.tenant.published_path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def written_to_optiply(self) -> list[tuple[str, str]]:
        """(method, path) of every write that reached the Optiply server since `forget`."""
        return [(write["method"], write["path"]) for write in self.optiply.traffic.summary()["writes"]]

    def forget_traffic(self) -> None:
        self.exact.forget()
        self.optiply.traffic.clear()

    def place_order(self, quantities: tuple[int, ...] = (12, 24)) -> str:
        """A buy order as a person makes one in Optiply: products of one supplier, in descending SKU order."""
        links = self.query(
            """
            select product.optiply_id, supplier.optiply_id
            from marts.optiply_supplier_products as links
            inner join ledger.records as product
                on product.entity = 'products' and product.remote_id = links.product_remote_id
            inner join ledger.records as supplier
                on supplier.entity = 'suppliers' and supplier.remote_id = links.supplier_remote_id
            inner join marts.optiply_products as items on items.remote_id = links.product_remote_id
            inner join staging.stg_exact__items as item on item.exact_item_id = links.product_remote_id
            inner join staging.stg_exact__supplier_products as link
                on link.exact_supplier_item_id = links.remote_id
            where links.status = 'enabled' and items.status = 'enabled' and links.price > 0
                and item.is_purchase_item and coalesce(link.stock_units_per_purchase_unit, 1) in (1, 6)
            qualify count(*) over (partition by supplier.remote_id) >= 2
            order by supplier.remote_id, items.sku_code desc
            """
        )
        supplier = int(links[0][1])
        products = [int(product) for product, of in links if int(of) == supplier][: len(quantities)]
        order = place_buy_order(
            self.optiply.store,
            supplier,
            "2026-03-02T08:00:00Z",
            [
                {"productId": product, "quantity": quantity, "subtotalValue": 10.0}
                for product, quantity in zip(products, quantities, strict=True)
            ],
        )
        return str(order.id)

    def order_of_an_older_integration(self, order_id: str) -> dict[str, Any]:
        """A purchase order in Exact with the same products and quantities, the lines the other way round."""
        remote_ids = {
            (entity, int(optiply_id)): remote_id
            for entity, optiply_id, remote_id in self.query(
                "select entity, optiply_id, remote_id from ledger.records where entity in ('products', 'suppliers')"
            )
        }
        optiply, exact = self.optiply.store, self.exact.store
        supplier = optiply.get("buyOrders", int(order_id)).values["supplierId"]
        header = {
            "Supplier": remote_ids["suppliers", supplier],
            "OrderDate": datetime(2026, 3, 2),
            "OrderStatus": 10,
        }
        order = exact.insert("purchase_orders", {**header, "OrderNumber": 1, "YourRef": f"old {order_id}"})
        for line in reversed(optiply.with_value("buyOrderLines", "buyOrderId", int(order_id))):
            quantity = float(line.values["quantity"])
            exact.insert(
                "purchase_order_lines",
                {
                    "PurchaseOrderID": order["PurchaseOrderID"],
                    "Item": remote_ids["products", line.values["productId"]],
                    "Quantity": quantity,
                    "QuantityInPurchaseUnits": quantity,
                    "AmountDC": 10.0,
                },
            )
        return order

    def orders_in_exact(self, order_id: str) -> list[dict[str, Any]]:
        return [row for row in self.exact.store.rows("purchase_orders") if row.get("YourRef") == order_id]


def emptied(folder: Path) -> Path:
    """The folder without what an earlier world left in it, except the project as dbt has parsed it.

    dbt parses all of it anew (15 s) for another path or other flags: worlds that follow each other share one folder.
    """
    for path in folder.iterdir():
        if path.is_dir() and path.name != "target":
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
    return folder


@contextmanager
def open_world(folder: Path, company: Company | None = None) -> Iterator[World]:
    """Serve a small company, or the one given; all files of its tenant `shop` are below `folder`."""
    with (
        ExactSandbox(company or generate(40, TODAY), minute_limit=None) as exact,
        OptiplySandbox() as optiply,
    ):
        yield world_of(folder, exact, optiply)


def world_of(
    folder: Path, exact: ExactSandbox, optiply: OptiplySandbox, flags: Mapping[str, str] | None = None
) -> World:
    """A tenant `shop` below `folder` that points at these servers. `flags`: TOML values by name."""
    file = write_tenant(
        folder,
        "shop",
        exact_url=exact.base_url,
        optiply_url=optiply.base_url,
        optiply_token_url=optiply.token_url,
        spacing_seconds=0.0,
        flags=flags,
    )
    return World(exact, optiply, load_tenant(str(file)), file)
