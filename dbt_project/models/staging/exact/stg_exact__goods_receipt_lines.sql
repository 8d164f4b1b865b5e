-- One row per Exact goods receipt line and storage location: a split receipt repeats its line id.
select
    {{ guid('id') }} as exact_goods_receipt_line_id,
    {{ guid('location') }} as exact_storage_location_id,
    {{ guid('goods_receipt_id') }} as exact_goods_receipt_id,
    {{ guid('purchase_order_id') }} as exact_purchase_order_id,
    {{ guid('purchase_order_line_id') }} as exact_purchase_order_line_id,
    line_number,
    {{ guid('item') }} as exact_item_id,
    {{ quantity('quantity_received') }} as received_qty_purchase_unit,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code
from {{ source('raw_exact', 'goods_receipt_lines') }}
