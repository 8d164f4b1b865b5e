"""A push or an export in a process of its own, for tests that kill it: `python -m tests.load.killed_run …`.

Arguments: push or export, the warehouse, then the base and token URLs of Optiply and, for an export, of Exact.
"""

from __future__ import annotations

import sys
from pathlib import Path

from load.exact.export import export
from load.optiply.push import push
from tests.load.clients import Clock, exact_client, optiply_client
from warehouse.connection import connect


def main(
    what: str,
    warehouse: str,
    optiply_url: str,
    optiply_token_url: str,
    *exact_urls: str,
    clock: Clock | None = None,
    timeout_seconds: float = 30,
) -> None:
    clock = clock or Clock()
    optiply = optiply_client(optiply_url, optiply_token_url, clock.sleep, timeout_seconds=timeout_seconds)
    with connect(Path(warehouse)) as connection:
        if what == "push":
            push(connection, optiply, run_id="killed", now=clock.now, sleep=clock.sleep, workers=2)
        else:
            exact = exact_client(*exact_urls, Path(warehouse).parent, clock.seconds, clock.sleep)
            export(connection, exact, optiply, run_id="killed", now=clock.now, sleep=clock.sleep)


if __name__ == "__main__":
    main(*sys.argv[1:])
