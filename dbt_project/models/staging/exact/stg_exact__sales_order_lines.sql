-- One row per Exact sales order line. The sync endpoint calls its status Status, the standard one
-- OrderStatus.
select
    {{ guid('id') }} as exact_sales_order_line_id,
    {{ guid('order_id') }} as exact_sales_order_id,
    line_number,
    {{ guid('item') }} as exact_item_id,
    coalesce(status, order_status) as status_code,
    {{ quantity('quantity') }} as ordered_qty,
    {{ quantity('quantity_delivered') }} as delivered_qty,
    {{ amount('amount_fc') }} as amount_fc,
    {{ amount('amount_dc') }} as amount_dc,
    {{ amount('vat_amount') }} as vat_amount_fc,
    {{ clean_text('cost_center') }} as cost_center_code,
    {{ is_yes('use_drop_shipment') }} as is_drop_shipment,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'sales_order_lines') }}
