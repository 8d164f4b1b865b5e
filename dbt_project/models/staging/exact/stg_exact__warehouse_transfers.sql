-- One row per Exact warehouse transfer.
select
    {{ guid('transfer_id') }} as exact_warehouse_transfer_id,
    transfer_number,
    status as status_code,
    cast(planned_receipt_date as date) as planned_receipt_date,
    cast(transfer_date as date) as transfer_date,
    {{ instant('modified') }} as modified_at,
    division as division_code
from {{ source('raw_exact', 'warehouse_transfers') }}
