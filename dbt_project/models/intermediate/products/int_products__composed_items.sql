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

-- PC1: the one version of the item that counts
versions as (
    select exact_item_id from {{ ref('int_compositions__versions') }}
    where gone_reason is null
),

composed_items as (
    select exact_item_id, 'assembly' as bom_source from assembly_headers
    union
    select exact_item_id, 'versions' as bom_source from versions
)

select * from composed_items
