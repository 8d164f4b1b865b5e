"""One record to a server that cannot be reached: what may have arrived is told from what never left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from load.ledger import Intent
from load.optiply.entities import ENTITIES
from load.optiply.send import Sender, Task
from sandbox.optiply import OptiplySandbox
from tests.load.clients import Clock, optiply_client

NOBODY = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("operation", "result"),
    # a POST is tried once; a PATCH or DELETE five times, of which an earlier one may have arrived
    [("create", "failed"), ("update", "unknown"), ("delete", "unknown"), ("replace", "unknown")],
)
def test_only_a_create_that_never_left_is_known_not_to_be_done(
    sandbox: OptiplySandbox, clock: Clock, operation: Any, result: str
) -> None:
    client = optiply_client(NOBODY, sandbox.token_url, clock.sleep)
    sender = Sender(client, now=clock.now, sleep=clock.sleep)
    intent = Intent("i", "optiply", "products", "p-1", operation, "7", None, None, datetime(2026, 3, 2))
    attributes = {"name": "Screw", "stockLevel": 1}
    outcome = sender.send(Task(ENTITIES[0], intent, sent=attributes, whole=attributes))
    assert outcome.result == result and "connection refused" in str(outcome.message)
    assert sender.down is None
