"""Prefect: orders the steps of a run, nothing else.

Prefect reads its settings when it is imported; that is why they stand here, before any module of this package
imports it.
"""

from __future__ import annotations

import os

DEFAULTS = {
    # a temporary server on a fresh PREFECT_HOME has taken over a minute to start
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}

for name, value in DEFAULTS.items():
    os.environ.setdefault(name, value)
