-- One row per item that heads a composition, and the source that says so: assembly or versions (P4, P15).
with

headers as (
    select exact_item_id from {{ ref('stg_exact__assembly_bill_of_material_header') }}
),

deleted_headers as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'assembly_bill_of_material_header'
),

assembly_headers as (
    select headers.exact_item_id
    from headers
    anti join deleted_headers on headers.exact_item_id = deleted_headers.exact_id
),

versions as (
    select exact_bill_of_materials_version_id, exact_item_id, status_code, type_code, is_default_version
    from {{ ref('stg_exact__bill_of_materials_versions') }}
),

deleted_versions as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'bill_of_materials_versions'
),

-- PC1: the active default version, manufacturing (20) or sales (10)
active_versions as (
    select versions.exact_item_id
    from versions
    anti join deleted_versions
        on versions.exact_bill_of_materials_version_id = deleted_versions.exact_id
    where versions.status_code = 30 and versions.type_code in (10, 20) and versions.is_default_version
),

composed_items as (
    select exact_item_id, 'assembly' as bom_source from assembly_headers
    union
    select exact_item_id, 'versions' as bom_source from active_versions
)

select * from composed_items
