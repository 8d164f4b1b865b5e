"""An extraction that kills itself: `python killed_run.py <tenant as JSON> <opened files until the kill>`.

The kill falls on the n-th file that is opened after the first page arrived: between pages, or in the middle of
dlt's extract, normalise or load step.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import date

from extract.batch import BatchSize
from extract.result import StreamProgress
from extract.run import run
from settings.tenant import Tenant
from tests.extract.extract_shop import patient_client

STREAMS = ("items", "goods_receipt_lines", "sales_order_lines", "purchase_orders", "purchase_order_lines")


def main(tenant: Tenant, opens_left: int) -> None:
    is_reading = False

    def count(event: str, _arguments: object) -> None:
        nonlocal opens_left
        if is_reading and event == "open":
            opens_left -= 1
            if opens_left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def note(_progress: StreamProgress) -> None:
        nonlocal is_reading
        is_reading = True

    sys.addaudithook(count)
    run(
        tenant,
        run_id="killed",
        as_of=date(2026, 3, 18),
        streams=STREAMS,
        exact=patient_client(tenant),
        report=note,
        batch_size=BatchSize(rows=120),
    )


if __name__ == "__main__":
    main(Tenant.model_validate_json(sys.argv[1]), int(sys.argv[2]))
