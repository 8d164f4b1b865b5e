"""The warehouse systems (WMS) that hold stock beside Exact: Montapacking and QLS, product lists only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apis.wms import montapacking, qls
from apis.wms.client import WmsAccess, WmsClient
from settings.secrets import secret
from settings.tenant import SettingsError, Tenant

__all__ = ["ProductSource", "connect"]


@dataclass(frozen=True)
class ProductSource:
    """One WMS of a tenant. `pages`: begins a new read of all its products each time it is called."""

    client: WmsClient
    pages: Callable[[], Iterator[list[dict[str, Any]]]]


def connect(tenant: Tenant, system: str, *, sleep: Callable[[float], None] = time.sleep) -> ProductSource:
    """The tenant's `montapacking` or `qls`. Makes no request by itself. Raises SettingsError for what is missing."""
    return _CONNECT[system](tenant, sleep)


def _montapacking(tenant: Tenant, sleep: Callable[[float], None]) -> ProductSource:
    access = _access(tenant, "montapacking", tenant.wms.montapacking_base_url, montapacking.BUSY_STATUSES)
    client = WmsClient(access, sleep=sleep)
    return ProductSource(client, lambda: montapacking.product_pages(client))


def _qls(tenant: Tenant, sleep: Callable[[float], None]) -> ProductSource:
    company_id = tenant.wms.qls_company_id
    if not company_id:
        raise SettingsError(
            f"tenant {tenant.name}: wms.qls_company_id is missing, QLS cannot be read without it"
        )
    client = WmsClient(_access(tenant, "qls", tenant.wms.qls_base_url), sleep=sleep)
    return ProductSource(client, lambda: qls.product_pages(client, company_id))


def _access(
    tenant: Tenant, system: str, base_url: str, busy_statuses: frozenset[int] = frozenset()
) -> WmsAccess:
    return WmsAccess(
        base_url=base_url,
        username=secret(tenant, f"{system}_username"),
        password=secret(tenant, f"{system}_password"),
        secrets=f"secrets {system}_username and {system}_password",
        busy_statuses=busy_statuses,
        timeout_seconds=tenant.wms.timeout_seconds,
    )


_CONNECT: Mapping[str, Callable[[Tenant, Callable[[float], None]], ProductSource]] = {
    "montapacking": _montapacking,
    "qls": _qls,
}
