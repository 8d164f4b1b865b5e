"""The published copy of a tenant's warehouse, for commands that only look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from settings.tenant import SettingsError, Tenant
from warehouse.connection import connect


@contextmanager
def published(tenant: Tenant) -> Iterator[duckdb.DuckDBPyConnection]:
    """Read only, and free to be read while a run writes. SettingsError where no run has published one."""
    if not tenant.published_path.exists():
        raise SettingsError(f"tenant {tenant.name} has never run: start with exact-optiply sync --dry-run")
    with connect(tenant.published_path, read_only=True) as connection:
        yield connection
