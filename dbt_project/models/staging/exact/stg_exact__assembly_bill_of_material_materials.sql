-- One row per part of an assembled item.
select
    {{ guid('id') }} as exact_material_id,
    {{ guid('assembled_item') }} as exact_item_id,
    {{ guid('part_item') }} as exact_part_item_id,
    {{ quantity('quantity') }} as part_qty,
    {{ quantity('quantity_batch') }} as part_qty_per_batch,
    {{ quantity('batch_quantity') }} as batch_qty,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code
from {{ source('raw_exact', 'assembly_bill_of_material_materials') }}
