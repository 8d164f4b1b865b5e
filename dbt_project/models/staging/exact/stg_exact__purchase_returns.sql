-- One row per Exact purchase return (header). The codes of its Status are not published.
select
    {{ guid('id') }} as exact_purchase_return_id,
    return_number,
    {{ guid('supplier') }} as exact_supplier_id,
    {{ guid('warehouse') }} as exact_warehouse_id,
    cast(return_date as date) as return_date,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code
from {{ source('raw_exact', 'purchase_returns') }}
