"""What moves stock when it is written: a stock count (Status 21) and a warehouse transfer (Status 50)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sandbox.company.company import Row, Value
from sandbox.exact.store import Store

COUNT_PROCESSED = 21
TRANSFER_COMPLETE = 50


class StockCountRules:
    """A line's QuantityDifference wins over its QuantityNew; a count without status is a draft."""

    def header(self, store: Store, header: Row) -> Row:  # noqa: ARG002
        return {}

    def line(self, store: Store, header: Row, line: Row, sent: Collection[str]) -> Row:  # noqa: ARG002
        warehouse = line.get("Warehouse") or header["Warehouse"]
        held = _current(_position(store, line["Item"], warehouse))
        difference = line.get("QuantityDifference")
        new = held + _number(difference) if difference is not None else _number(line.get("QuantityNew"))
        return {
            "Warehouse": warehouse,
            "QuantityInStock": held,
            "QuantityDifference": new - held,
            "QuantityNew": new,
        }

    def totals(self, header: Row, lines: Sequence[Row]) -> Row:  # noqa: ARG002
        return {}

    def written(self, store: Store, header: Row, lines: Sequence[Row]) -> None:
        if header.get("Status") == COUNT_PROCESSED:
            for line in lines:
                _move(store, line["Item"], line["Warehouse"], _number(line["QuantityDifference"]))


class WarehouseTransferRules:
    """Complete at once: TransferDate is PlannedDeliveryDate, else EntryDate."""

    def header(self, store: Store, header: Row) -> Row:  # noqa: ARG002
        if header.get("Status") != TRANSFER_COMPLETE:
            return {}
        return {"TransferDate": header.get("PlannedDeliveryDate") or header.get("EntryDate")}

    def line(self, store: Store, header: Row, line: Row, sent: Collection[str]) -> Row:  # noqa: ARG002
        return {}

    def totals(self, header: Row, lines: Sequence[Row]) -> Row:  # noqa: ARG002
        return {}

    def written(self, store: Store, header: Row, lines: Sequence[Row]) -> None:
        if header.get("Status") == TRANSFER_COMPLETE:
            for line in lines:
                quantity = _number(line.get("Quantity"))
                _move(store, line["Item"], header["WarehouseFrom"], -quantity)
                _move(store, line["Item"], header["WarehouseTo"], quantity)


def _move(store: Store, item: Value, warehouse: Value, quantity: float) -> None:
    position = _position(store, item, warehouse)
    if position is None:
        store.insert("stock_positions", {"ItemId": item, "Warehouse": warehouse, "CurrentStock": quantity})
    else:
        store.change("stock_positions", position["ID"], {"CurrentStock": _current(position) + quantity})


def _position(store: Store, item: Value, warehouse: Value) -> Row | None:
    rows = store.children("stock_positions", "ItemId", item)
    return next((row for row in rows if row.get("Warehouse") == warehouse), None)


def _current(position: Row | None) -> float:
    return _number(position.get("CurrentStock")) if position else 0.0


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
