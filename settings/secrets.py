"""Secrets of a tenant: from the environment, else from one file per secret in the tenant's secrets folder.

`EXACT_OPTIPLY_<TENANT>_<NAME>` (upper case, `-` as `_`), for example `EXACT_OPTIPLY_SHOP_EXACT_CLIENT_SECRET`,
or the file `secrets/shop/exact_client_secret`.
"""

from __future__ import annotations

import os

from pydantic import SecretStr

from settings.tenant import SettingsError, Tenant

NAMES = (
    "exact_client_secret",
    "exact_refresh_token",  # only to start with: from then on the token store rotates its own
    "optiply_username",
    "optiply_password",
    "optiply_client_id",
    "optiply_client_secret",
)


def needed_names(tenant: Tenant) -> tuple[str, ...]:
    """The secrets of every tenant, and those of the WMS that its flags call for."""
    return NAMES + tuple(
        f"{system}_{part}" for system in tenant.flags.stock_systems for part in ("username", "password")
    )


def environment_name(tenant: Tenant, name: str) -> str:
    return f"EXACT_OPTIPLY_{tenant.name.upper().replace('-', '_')}_{name.upper()}"


def find_secret(tenant: Tenant, name: str) -> SecretStr | None:
    """The secret, or None where neither the environment nor the folder has it."""
    if value := os.environ.get(environment_name(tenant, name)):
        return SecretStr(value)
    file = tenant.secrets_folder / name
    if file.is_file():
        return SecretStr(file.read_text(encoding="utf-8").strip())
    return None


def secret(tenant: Tenant, name: str) -> SecretStr:
    """The secret, or a SettingsError that says where to put it (never what another one holds)."""
    found = find_secret(tenant, name)
    if found is None or not found.get_secret_value():
        raise SettingsError(
            f"secret {name} of tenant {tenant.name} is missing: set {environment_name(tenant, name)} "
            f"or write it to {tenant.secrets_folder / name}"
        )
    return found
