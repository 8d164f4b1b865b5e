"""What an Exact sandbox server holds: one division with its rows, per stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Value = str | int | float | bool | datetime | None
Row = dict[str, Value]


@dataclass(frozen=True)
class Company:
    """The rows of one division by stream name of `extract.exact.catalogue` (`rows_of` where a stream has it:
    suppliers are the rows of `accounts` with IsSupplier).

    A row holds filled fields only; a field that is absent is null. Values by Edm type: Guid lower-case str,
    String str, Boolean bool, Byte 0 or 1, Int* int, Double int or float, DateTime naive `datetime` in Dutch
    local time. No row holds a Timestamp: the server deals out row versions, in list order.

    Header and line rows stand apart, also of the streams that one sync endpoint serves together: the header
    rows of `sales_invoices` and `purchase_orders` have LineNumber 0 and a row ID of their own, their lines
    LineNumber 1 and up.
    """

    division: int
    rows: dict[str, list[Row]]

    def rows_of(self, stream: str) -> list[Row]:
        return self.rows.get(stream, [])
