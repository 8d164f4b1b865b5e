-- One row per version of an item's bill of materials.
select
    {{ guid('id') }} as exact_bill_of_materials_version_id,
    {{ guid('item') }} as exact_item_id,
    status as status_code,
    type as type_code,
    {{ is_yes('is_default') }} as is_default_version,
    version_number,
    {{ quantity('batch_quantity') }} as batch_qty,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'bill_of_materials_versions') }}
