-- One row per Optiply supplier.
select
    id as optiply_supplier_id,
    {{ clean_text('name') }} as supplier_name,
    delivery_time as delivery_time_days,
    coalesce(ignored, false) as is_ignored,
    {{ clean_text('remote_id') }} as remote_id,
    updated_at
from {{ source('raw_optiply', 'suppliers') }}
