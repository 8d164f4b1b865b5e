"""The stop in front of a lost ledger (architecture, contract 4)."""

from __future__ import annotations

from apis.optiply import OptiplyClient
from load.ledger import Ledger, LedgerMissing

ASKED = ("products", "suppliers", "sellOrders", "buyOrders")


def stop_on_lost_ledger(ledger: Ledger, client: OptiplyClient) -> None:
    """LedgerMissing when the ledger has no history and the Optiply account holds records already."""
    if ledger.has_history():
        return
    for entity in ASKED:
        if any(client.list(entity, page_size=1)):
            raise LedgerMissing(
                f"the ledger of this warehouse is empty, but the Optiply account holds {entity}: sending now "
                "would create everything a second time. Run: exact-optiply ledger rebuild"
            )
