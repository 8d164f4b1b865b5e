"""Optiply's public API over HTTP: password grant, JSON:API, paging, errors."""

from __future__ import annotations

from apis.exchanges import Observer
from apis.optiply.client import OptiplyClient
from apis.optiply.resource import Resource
from apis.optiply.tokens import Credentials, OptiplyTokens
from apis.transport import Transport
from settings.secrets import secret
from settings.tenant import Tenant

__all__ = ["OptiplyClient", "Resource", "connect"]


def connect(tenant: Tenant, *, observe: Observer | None = None) -> OptiplyClient:
    """The tenant's client. Makes no request by itself. Raises SettingsError where a secret is missing.

    observe: told of every exchange but those for tokens.
    """
    optiply = tenant.optiply
    credentials = Credentials(
        username=secret(tenant, "optiply_username"),
        password=secret(tenant, "optiply_password"),
        client_id=secret(tenant, "optiply_client_id"),
        client_secret=secret(tenant, "optiply_client_secret"),
    )
    tokens = OptiplyTokens(
        credentials,
        Transport(timeout_seconds=optiply.timeout_seconds, connections=1),
        token_url=optiply.token_url,
    )
    return OptiplyClient(optiply, tokens, observe=observe)
