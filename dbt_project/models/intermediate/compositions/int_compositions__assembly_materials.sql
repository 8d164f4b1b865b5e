-- One row per part of an assembled item: its pair, its quantity (PC2, PC3), and why it does not count (PC7).
with

materials as (
    select
        exact_material_id, exact_item_id, exact_part_item_id, part_qty, part_qty_per_batch, batch_qty,
        created_at
    from {{ ref('stg_exact__assembly_bill_of_material_materials') }}
),

headers as (
    select exact_item_id, batch_qty from {{ ref('stg_exact__assembly_bill_of_material_header') }}
),

deleted_materials as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'assembly_bill_of_material_materials'
),

deleted_headers as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'assembly_bill_of_material_header'
),

batched as (
    -- a material names its item and its batch itself, so one that came before its header counts
    select
        materials.*,
        coalesce(headers.batch_qty, materials.batch_qty) as whole_batch_qty
    from materials
    left join headers on materials.exact_item_id = headers.exact_item_id
)

select
    batched.exact_material_id,
    batched.exact_item_id as composed_item_id,
    batched.exact_part_item_id as part_item_id,
    batched.exact_item_id || ':' || batched.exact_part_item_id as remote_id,
    batched.created_at,
    {{ part_quantity('batched.part_qty', 'batched.part_qty_per_batch', 'batched.whole_batch_qty') }}
        as part_qty,
    {{ flag_sql('calc_part_quantity') }} and (batched.whole_batch_qty > 0) is not true as has_unusable_batch,
    case
        when deleted_materials.exact_id is not null then 'material deleted in Exact'
        when deleted_headers.exact_id is not null then 'bill of materials deleted in Exact'
    end as gone_reason
from batched
left join deleted_materials on batched.exact_material_id = deleted_materials.exact_id
left join deleted_headers on batched.exact_item_id = deleted_headers.exact_id
