-- One row per assembled item. The header's id is the item's.
select
    {{ guid('id') }} as exact_item_id,
    {{ clean_text('code') }} as item_code,
    {{ quantity('batch_quantity') }} as batch_qty,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code
from {{ source('raw_exact', 'assembly_bill_of_material_header') }}
