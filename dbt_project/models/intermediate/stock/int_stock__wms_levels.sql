-- One row per warehouse system and SKU there: the Exact item whose stock it is (P8, P9).
with

items as (
    select exact_item_id, item_code, created_at from {{ ref('stg_exact__items') }}
),

deleted_items as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'items'
),

skus as (
    select 'montapacking' as wms, sku, sellable_qty from {{ ref('int_stock__montapacking_skus') }}
    union all
    select 'qls' as wms, sku, sellable_qty from {{ ref('int_stock__qls_skus') }}
),

items_by_code as (
    select items.item_code, items.exact_item_id
    from items
    -- a code is free again once its item is deleted
    anti join deleted_items on items.exact_item_id = deleted_items.exact_id
    where items.item_code is not null
    -- stock goes to one item only, should two ever share a code
    qualify row_number() over (
        partition by items.item_code order by items.created_at desc nulls last, items.exact_item_id asc
    ) = 1
),

wms_levels as (
    select
        skus.wms,
        skus.sku,
        skus.sellable_qty,
        items_by_code.exact_item_id
    from skus
    left join items_by_code on skus.sku = items_by_code.item_code
)

select * from wms_levels
