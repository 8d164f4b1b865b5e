-- One row per Exact purchase order line. Quantity is in item units, QuantityInPurchaseUnits in the
-- supplier's.
select
    {{ guid('id') }} as exact_purchase_order_line_id,
    {{ guid('purchase_order_id') }} as exact_purchase_order_id,
    line_number,
    {{ guid('item') }} as exact_item_id,
    {{ quantity('quantity') }} as ordered_qty,
    {{ quantity('quantity_in_purchase_units') }} as ordered_qty_purchase_unit,
    {{ amount('amount_fc') }} as amount_fc,
    {{ amount('amount_dc') }} as amount_dc,
    {{ amount('vat_amount') }} as vat_amount_fc,
    cast(receipt_date as date) as receipt_date,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'purchase_order_lines') }}
