"""The authorization-code login of Exact Online: the address to open, and the code in the address it ends at.

    GET {base_url}/api/oauth2/auth?client_id=…&redirect_uri=…&response_type=code&state=…
    302 {redirect_uri}?code=…&state=…

The redirect address must be the one that the app is registered with in Exact's App Center. A code serves once, for
three minutes; `ExactTokens.begin` exchanges it.
"""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs, urlencode, urlsplit

from apis.errors import CredentialsRefused
from settings.tenant import ExactSettings

AGAIN = "nothing is stored; begin the login again"


def authorization_url(settings: ExactSettings, *, redirect_uri: str, state: str) -> str:
    """The address at which a person grants access. state: random text that only this login knows."""
    query = {
        "client_id": settings.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "state": state,
    }
    return f"{settings.base_url.rstrip('/')}/api/oauth2/auth?{urlencode(query)}"


def code_in(address: str, *, state: str) -> str:
    """The code in the address that the login ended at, or in its query alone.

    Raises CredentialsRefused where access was not granted, and where the answer is not this login's.
    """
    query = parse_qs(urlsplit(address.strip()).query or address.strip())
    if not hmac.compare_digest(_one(query, "state").encode(), state.encode()):
        raise CredentialsRefused(f"the answer is not that of this login (its state is another): {AGAIN}")
    if error := _one(query, "error"):
        words = " ".join(filter(None, (error, _one(query, "error_description"))))[:200]
        raise CredentialsRefused(f"Exact Online did not grant access ({words}): {AGAIN}")
    if not (code := _one(query, "code")):
        raise CredentialsRefused(f"the answer holds no code: {AGAIN}")
    return code


def _one(query: dict[str, list[str]], name: str) -> str:
    """Its only value; several are as good as none."""
    values = query.get(name, [])
    return values[0] if len(values) == 1 else ""
