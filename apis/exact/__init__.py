"""Exact Online over HTTP: OAuth, pacing, Atom XML or OData JSON, next links, errors."""

from __future__ import annotations

from apis.exact.client import ExactClient
from apis.exact.pace import Pace
from apis.exact.page import Entry, Page
from apis.exact.tokens import ExactTokens
from apis.exchanges import Observer
from apis.transport import Transport
from settings.secrets import find_secret, secret
from settings.tenant import Tenant

__all__ = ["Entry", "ExactClient", "Page", "connect", "tokens_of"]


def connect(tenant: Tenant, *, observe: Observer | None = None) -> ExactClient:
    """The tenant's client. Makes no request by itself. Raises SettingsError where a secret is missing.

    observe: told of every exchange but those for tokens.
    """
    exact = tenant.exact
    pace = Pace(
        tenant.state_folder,
        division=exact.division,
        client_id=exact.client_id,
        spacing=exact.spacing_seconds,
    )
    return ExactClient(
        exact, tokens_of(tenant), pace, response_format=tenant.flags.response_format, observe=observe
    )


def tokens_of(tenant: Tenant) -> ExactTokens:
    """The tenant's tokens. Raises SettingsError where the client secret is missing."""
    exact = tenant.exact
    return ExactTokens(
        tenant.state_folder / "exact_tokens.json",
        Transport(timeout_seconds=exact.timeout_seconds, connections=1),
        token_url=exact.effective_token_url,
        client_id=exact.client_id,
        client_secret=secret(tenant, "exact_client_secret"),
        seed=find_secret(tenant, "exact_refresh_token"),
    )
