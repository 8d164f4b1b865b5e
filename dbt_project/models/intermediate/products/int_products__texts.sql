-- One row per Exact item: name and codes of its product, as long as Optiply takes them (P1, P2, C3).
with

items as (
    select exact_item_id, item_code, item_description, search_code, barcode
    from {{ ref('stg_exact__items') }}
),

texts as (
    select
        exact_item_id,
        -- C3: a name is required
        {{ cut_text('coalesce(item_description, item_code, exact_item_id)') }} as product_name,
        {{ cut_text('item_code') }} as sku_code,
        case when {{ flag_sql('map_product_articleCode') }} then {{ cut_text('search_code') }} end
            as article_code,
        {{ cut_text('barcode') }} as ean_code,
        item_description is null as is_name_missing,
        greatest(
            length(coalesce(item_description, item_code)), length(item_code), length(search_code),
            length(barcode)
        ) > 255 as is_text_cut
    from items
)

select * from texts
