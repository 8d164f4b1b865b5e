-- One row per Exact sales order (header).
select
    {{ guid('order_id') }} as exact_sales_order_id,
    {{ guid('id') }} as exact_sales_order_row_id,
    order_number,
    status as status_code,
    {{ guid('ordered_by') }} as exact_customer_id,
    {{ guid('warehouse_id') }} as exact_warehouse_id,
    cast(order_date as date) as order_date,
    {{ amount('amount_fc') }} as amount_fc,
    {{ amount('amount_fc_excl_vat') }} as amount_excl_vat_fc,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'sales_orders') }}
