-- One row per Exact goods receipt (header).
select
    {{ guid('id') }} as exact_goods_receipt_id,
    receipt_number,
    {{ guid('supplier') }} as exact_supplier_id,
    {{ guid('warehouse') }} as exact_warehouse_id,
    cast(receipt_date as date) as receipt_date,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code
from {{ source('raw_exact', 'goods_receipts') }}
