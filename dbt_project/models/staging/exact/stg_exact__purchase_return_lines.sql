-- One row per Exact purchase return line. It names the order line, not the order, and has no date.
select
    {{ guid('id') }} as exact_purchase_return_line_id,
    {{ guid('entry_id') }} as exact_purchase_return_id,
    {{ guid('purchase_order_line_id') }} as exact_purchase_order_line_id,
    line_number,
    {{ guid('item') }} as exact_item_id,
    {{ quantity('return_quantity') }} as returned_qty_purchase_unit,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code
from {{ source('raw_exact', 'purchase_return_lines') }}
