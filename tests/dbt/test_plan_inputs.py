"""C10: the plan waits for exactly the streams that the marts are made of."""

from __future__ import annotations

from typing import Any

import pytest

from extract.exact.selection import scheduled_streams
from extract.wms import catalogue as wms
from settings.flags import Flags
from tests.dbt.plan_models import (
    ALL_SOURCES_ON,
    DEFAULTS,
    EVIDENCE,
    OPPOSITES,
    UNREGISTERED_EXPORTS,
    CompilePlan,
    PlanModels,
)

MODELS = {
    "products": ("optiply_products",),
    "productCompositions": ("optiply_product_compositions", EVIDENCE["productCompositions"]),
    "stockLevels": ("int_stock__wms_levels",),
    "suppliers": ("optiply_suppliers",),
    "supplierProducts": ("optiply_supplier_products",),
    "sellOrders": ("optiply_sell_orders", EVIDENCE["sellOrders"]),
    "buyOrders": ("optiply_buy_orders", EVIDENCE["buyOrders"], UNREGISTERED_EXPORTS),
    "buyOrderLines": (
        "optiply_buy_order_lines",
        EVIDENCE["buyOrderLines"],
        UNREGISTERED_EXPORTS,
        "int_buy_orders__lines_made_in_optiply",
    ),
    "receiptLines": ("optiply_receipt_lines", EVIDENCE["receiptLines"], UNREGISTERED_EXPORTS),
    "exactPurchaseOrders": ("exact_purchase_orders", "exact_warehouse_transfers", "exact_shop_orders"),
}
# PC1, PC2: the source that the flag does not choose is evidence of what was sent when it did (C8), never an input.
UNCHOSEN_BOM = {("exact", "bill_of_materials"), ("exact", "bill_of_materials_versions")}


def inputs_of(models: PlanModels) -> dict[str, set[tuple[str, str]]]:
    connection = models.warehouse()
    models.build(connection)
    found: dict[str, set[tuple[str, str]]] = {}
    for entity, source, stream in connection.execute(
        "select entity, source, stream from intermediate.int_plan__entity_inputs"
    ).fetchall():
        found.setdefault(entity, set()).add((source, stream))
    return found


def test_every_stream_of_a_mart_is_an_input_of_its_entity_and_no_other(compile_plan: CompilePlan) -> None:
    """C10: a mart that starts to read another stream must name it, or half-read input would be planned."""
    models = compile_plan(ALL_SOURCES_ON)
    needed = {
        entity: set().union(*(models.raw_streams(mart) for mart in marts)) for entity, marts in MODELS.items()
    }
    needed["productCompositions"] -= UNCHOSEN_BOM
    # P8, P9: what a warehouse system tells holds the stock levels of products and not the rest of them
    warehouse_systems = {stream for stream in needed["products"] if stream[0] == "wms"}
    needed["products"] -= warehouse_systems
    needed["stockLevels"] &= warehouse_systems
    assert inputs_of(models) == needed and warehouse_systems


@pytest.mark.parametrize(
    "flags", [DEFAULTS, OPPOSITES, ALL_SOURCES_ON], ids=["default", "opposite", "all sources"]
)
def test_a_scheduled_run_reads_every_input(flags: dict[str, Any], compile_plan: CompilePlan) -> None:
    """C10: an input that no run reads would hold its entity for ever."""
    inputs = inputs_of(compile_plan(flags))
    needed = {stream for streams in inputs.values() for source, stream in streams if source == "exact"}
    assert needed <= set(scheduled_streams(Flags.model_validate(flags)))
    lists = {stream for streams in inputs.values() for source, stream in streams if source == "wms"}
    assert lists == set(wms.scheduled_streams(Flags.model_validate(flags)))
