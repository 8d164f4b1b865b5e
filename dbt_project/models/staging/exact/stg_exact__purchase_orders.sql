-- One row per Exact purchase order (header).
select
    {{ guid('purchase_order_id') }} as exact_purchase_order_id,
    {{ guid('id') }} as exact_purchase_order_row_id,
    order_number,
    order_status as order_status_code,
    receipt_status as receipt_status_code,
    {{ guid('supplier') }} as exact_supplier_id,
    {{ guid('warehouse') }} as exact_warehouse_id,
    cast(order_date as date) as order_date,
    cast(receipt_date as date) as receipt_date,
    {{ is_yes('drop_shipment') }} as is_drop_shipment,
    {{ amount('amount_fc') }} as amount_fc,
    {{ amount('amount_fc_excl_vat') }} as amount_excl_vat_fc,
    upper({{ clean_text('currency') }}) as currency_code,
    {{ clean_text('your_ref') }} as your_ref,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'purchase_orders') }}
