"""Where the row versions of a sync endpoint begin at a given time.

GET /api/v1/{division}/read/sync/Sync/SyncTimestamp?modified=datetime'2024-03-01T00:00:00'&endPoint='Items'
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from apis.errors import RequestRefused, TryAgain
from apis.exact.client import ExactClient
from apis.exact.edm import EdmError, parse
from apis.exact.odata import literal

PATH = "read/sync/Sync/SyncTimestamp"
VALUE = "TimeStampAsBigInt"


def row_version_at(client: ExactClient, endpoint: str, changed_since: datetime) -> int | None:
    """A row version below those of all rows changed since then (Dutch time, naive); None where Exact does not
    tell. A start from the beginning serves as well, so that no refusal and no odd answer is an error."""
    name = endpoint.rpartition("/")[2]
    question = f"modified={quote(literal(changed_since))}&endPoint={quote(literal(name))}"
    try:
        entries = [entry for page in client.pages(f"{PATH}?{question}") for entry in page.entries]
        value = parse(entries[0].get(VALUE), "Int64") if entries else None
    except (RequestRefused, TryAgain, EdmError):
        return None
    # one less: the row that the value belongs to is wanted too
    return value - 1 if isinstance(value, int) and value > 1 else None
