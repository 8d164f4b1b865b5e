-- One row per Exact sales invoice line. Exact sends no Modified for it.
select
    {{ guid('id') }} as exact_sales_invoice_line_id,
    {{ guid('invoice_id') }} as exact_sales_invoice_id,
    line_number,
    {{ guid('item') }} as exact_item_id,
    {{ quantity('quantity') }} as invoiced_qty,
    {{ amount('amount_fc') }} as amount_fc,
    {{ amount('amount_dc') }} as amount_dc,
    {{ amount('vat_amount_fc') }} as vat_amount_fc,
    {{ clean_text('cost_center') }} as cost_center_code,
    {{ guid('sales_order') }} as exact_sales_order_id,
    {{ guid('sales_order_line') }} as exact_sales_order_line_id,
    sales_order_number,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'sales_invoice_lines') }}
