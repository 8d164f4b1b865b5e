-- One row per line of a version of a bill of materials.
select
    {{ guid('id') }} as exact_material_id,
    {{ guid('item_version') }} as exact_bill_of_materials_version_id,
    {{ guid('part_item') }} as exact_part_item_id,
    type as type_code,
    {{ quantity('quantity') }} as part_qty,
    {{ quantity('quantity_batch') }} as part_qty_per_batch,
    {{ instant('syscreated') }} as created_at,
    {{ instant('sysmodified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'bill_of_materials') }}
