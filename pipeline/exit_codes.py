"""Which exit code an error means that ended a command: what can go wrong in use, and what then to look at."""

from __future__ import annotations

from apis.errors import ApiError, DailyLimitReached
from load.exact.sinks.records import RecordsUnreadable
from load.ledger import LedgerMissing
from load.optiply.plan_rows import PlanMissing
from pipeline.run import FAILED, NEEDS_A_LOOK, WRONG_USE
from settings.tenant import SettingsError
from warehouse.connection import WarehouseBusy
from warehouse.dbt import DbtFailed
from warehouse.lease import LeaseTaken

# The first kind that fits decides: DailyLimitReached is an ApiError too.
_CODES: tuple[tuple[type[Exception], int], ...] = (
    (SettingsError, WRONG_USE),
    (PlanMissing, WRONG_USE),
    (RecordsUnreadable, WRONG_USE),
    (DailyLimitReached, NEEDS_A_LOOK),
    (LeaseTaken, NEEDS_A_LOOK),
    (ApiError, FAILED),
    (LedgerMissing, FAILED),
    (DbtFailed, FAILED),
    (WarehouseBusy, FAILED),
)


def exit_code_of(error: BaseException) -> int | None:
    """None: not foreseen, so a bug whose traceback is wanted."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), None)
