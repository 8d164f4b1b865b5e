"""`exact-optiply check`: can this tenant run? Asks each side one question and writes nothing there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import typer

import apis.exact
import apis.optiply
import apis.wms
from apis.errors import ApiError
from cli.console import out
from cli.divisions import connected_user
from cli.options import TenantOption
from pipeline.run import FAILED
from settings.secrets import environment_name, find_secret, needed_names
from settings.tenant import SettingsError, Tenant, load_tenant
from warehouse.connection import WarehouseBusy, connect
from warehouse.tables import ensure_tables

WMS_NAMES = {"montapacking": "Montapacking", "qls": "QLS"}


def check(tenant: TenantOption) -> None:
    """Check settings, secrets, both connections and the warehouse of a tenant; says what to do about each fault."""
    settings = load_tenant(tenant)
    out.print(f"settings of {settings.name}: valid", style="green", markup=False)
    questions: list[tuple[str, Callable[[Tenant], str]]] = [
        ("secrets", _secrets),
        ("Exact", _exact),
        ("Optiply", _optiply),
        *((WMS_NAMES[name], partial(_product_list, system=name)) for name in settings.flags.stock_systems),
        ("warehouse", _warehouse),
    ]
    failed = False
    for name, question in questions:
        try:
            out.print(f"{name}: {question(settings)}", style="green", markup=False)
        except (ApiError, SettingsError, WarehouseBusy, OSError) as error:
            failed = True
            out.print(f"{name}: {error}", style="red", markup=False)
    if failed:
        raise typer.Exit(FAILED)


def _secrets(tenant: Tenant) -> str:
    started = (tenant.state_folder / "exact_tokens.json").exists()
    missing = [
        name
        for name in needed_names(tenant)
        if find_secret(tenant, name) is None and not (started and name == "exact_refresh_token")
    ]
    if missing:
        names = ", ".join(environment_name(tenant, name) for name in missing)
        raise SettingsError(f"missing: {names}; or files {', '.join(missing)} in {tenant.secrets_folder}")
    return f"{len(needed_names(tenant))} found"


def _exact(tenant: Tenant) -> str:
    client = apis.exact.connect(tenant)
    user = connected_user(client)
    division = user.division(tenant.exact.division)
    left = client.limits.day_remaining
    room = "" if left is None else f", {left} requests left for today"
    return f"connected as {user.name}, division {division.code} {division.name}{room}"


def _optiply(tenant: Tenant) -> str:
    client = apis.optiply.connect(tenant)
    some = next(iter(client.list("suppliers", page_size=1)), [])
    return (
        f"connected, account {tenant.optiply.account_id} holds {'suppliers' if some else 'no supplier yet'}"
    )


def _product_list(tenant: Tenant, system: str) -> str:
    page = next(apis.wms.connect(tenant, system).pages(), [])
    return f"connected, {f'{len(page)} products on the first page' if page else 'no product yet'}"


def _warehouse(tenant: Tenant) -> str:
    with connect(tenant.warehouse_path) as connection:
        ensure_tables(connection)
    return f"{tenant.warehouse_path} can be written"
