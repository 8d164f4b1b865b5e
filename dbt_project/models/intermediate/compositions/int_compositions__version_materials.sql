-- One row per line of a version: its pair, its quantity (PC3), and why it does not count (PC1, PC7).
with

materials as (
    select
        exact_material_id, exact_bill_of_materials_version_id, exact_part_item_id, type_code, part_qty,
        part_qty_per_batch, created_at
    from {{ ref('stg_exact__bill_of_materials') }}
),

versions as (
    select exact_bill_of_materials_version_id, exact_item_id, batch_qty, gone_reason
    from {{ ref('int_compositions__versions') }}
),

deleted_materials as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'bill_of_materials'
)

select
    materials.exact_material_id,
    versions.exact_item_id as composed_item_id,
    materials.exact_part_item_id as part_item_id,
    versions.exact_item_id || ':' || materials.exact_part_item_id as remote_id,
    materials.created_at,
    {{ part_quantity('materials.part_qty', 'materials.part_qty_per_batch', 'versions.batch_qty') }}
        as part_qty,
    {{ flag_sql('calc_part_quantity') }} and (versions.batch_qty > 0) is not true as has_unusable_batch,
    case
        when deleted_materials.exact_id is not null then 'material deleted in Exact'
        when versions.gone_reason is not null then versions.gone_reason
        when (materials.type_code = 1) is not true then 'not a material'
    end as gone_reason
from materials
left join versions
    on materials.exact_bill_of_materials_version_id = versions.exact_bill_of_materials_version_id
left join deleted_materials on materials.exact_material_id = deleted_materials.exact_id
