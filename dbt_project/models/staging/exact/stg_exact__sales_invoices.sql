-- One row per Exact sales invoice (header). Warehouse is filled on direct invoices only.
select
    {{ guid('invoice_id') }} as exact_sales_invoice_id,
    {{ guid('id') }} as exact_sales_invoice_row_id,
    invoice_number,
    type as type_code,
    status as status_code,
    {{ guid('ordered_by') }} as exact_customer_id,
    {{ guid('warehouse') }} as exact_warehouse_id,
    cast(invoice_date as date) as invoice_date,
    cast(order_date as date) as order_date,
    {{ amount('amount_fc') }} as amount_fc,
    {{ amount('amount_fc_excl_vat') }} as amount_excl_vat_fc,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'sales_invoices') }}
