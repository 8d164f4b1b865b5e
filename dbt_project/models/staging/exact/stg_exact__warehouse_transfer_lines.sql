-- One row per line of an Exact warehouse transfer. Quantities are in the item's unit.
select
    {{ guid('id') }} as exact_warehouse_transfer_line_id,
    {{ guid('transfer_id') }} as exact_warehouse_transfer_id,
    line_number,
    {{ guid('item') }} as exact_item_id,
    {{ quantity('quantity') }} as moved_qty,
    division as division_code
from {{ source('raw_exact', 'warehouse_transfer_lines') }}
