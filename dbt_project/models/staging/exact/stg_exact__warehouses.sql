-- One row per Exact warehouse.
select
    {{ guid('id') }} as exact_warehouse_id,
    {{ clean_text('code') }} as warehouse_code,
    {{ clean_text('description') }} as warehouse_description,
    {{ is_yes('main') }} as is_main_warehouse,
    division as division_code,
    {{ instant('modified') }} as modified_at
from {{ source('raw_exact', 'warehouses') }}
