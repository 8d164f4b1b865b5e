-- One row per material of either BOM source, and whether it is of the one that the tenant chose (PC1, PC2).
with

version_materials as (
    select
        exact_material_id, composed_item_id, part_item_id, remote_id, created_at, part_qty,
        has_unusable_batch, gone_reason
    from {{ ref('int_compositions__version_materials') }}
),

assembly_materials as (
    select
        exact_material_id, composed_item_id, part_item_id, remote_id, created_at, part_qty,
        has_unusable_batch, gone_reason
    from {{ ref('int_compositions__assembly_materials') }}
),

materials as (
    select *, {{ flag_sql('use_bill_of_materials_versions') }} as is_chosen
    from version_materials
    union all
    select *, not {{ flag_sql('use_bill_of_materials_versions') }} as is_chosen
    from assembly_materials
)

select * from materials
