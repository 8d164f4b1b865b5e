-- One row per item and warehouse: its stock there, in the item's unit.
select
    {{ guid('id') }} as exact_stock_position_id,
    {{ guid('item_id') }} as exact_item_id,
    {{ guid('warehouse') }} as exact_warehouse_id,
    {{ clean_text('warehouse_code') }} as warehouse_code,
    {{ quantity('current_stock') }} as on_hand_qty,
    {{ quantity('planning_in') }} as planned_in_qty,
    {{ quantity('planning_out') }} as planned_out_qty,
    {{ quantity('reserved_stock') }} as reserved_qty,
    {{ clean_text('unit_code') }} as unit_code,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'stock_positions') }}
