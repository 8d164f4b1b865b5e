-- One row per Exact item: its product as it should be in Optiply. remote_id is the item's id.
with

items as (
    select exact_item_id, is_purchase_item, is_make_item, created_at from {{ ref('stg_exact__items') }}
),

texts as (
    select exact_item_id, product_name, sku_code, article_code, ean_code from {{ ref('int_products__texts') }}
),

prices as (
    select exact_item_id, price from {{ ref('int_prices__products') }}
),

stock_levels as (
    select exact_item_id, sellable_qty from {{ ref('int_stock__levels') }}
),

statuses as (
    select exact_item_id, status from {{ ref('int_status__products') }}
),

bom_items as (
    select exact_item_id from {{ ref('int_products__bom_items') }}
),

item_factors as (
    select exact_item_id, unit_factor, stock_measurement_unit from {{ ref('int_units__item_factors') }}
),

products as (
    select
        items.exact_item_id as remote_id,
        texts.product_name as name,
        texts.sku_code,
        texts.article_code,
        texts.ean_code,
        prices.price,
        -- P5
        {{ flag_sql('map_IsPurchaseItem') }} and not items.is_purchase_item as unlimited_stock,
        -- P6: no position is no stock. U1.
        case
            when {{ flag_sql('map_stockLevel') }}
                then {{ whole_stock('(coalesce(stock_levels.sellable_qty, 0) * item_factors.unit_factor)') }}
            else 0
        end as stock_level,
        statuses.status,
        -- P4
        case
            when {{ flag_sql('use_BOM_to_prodAssembled') }} then bom_items.exact_item_id is not null
            else items.is_make_item
        end as assembled,
        {{ instant_text('items.created_at') }} as created_at_remote,
        {{ cut_text('item_factors.stock_measurement_unit', 10) }} as stock_measurement_unit
    from items
    inner join texts on items.exact_item_id = texts.exact_item_id
    inner join prices on items.exact_item_id = prices.exact_item_id
    inner join statuses on items.exact_item_id = statuses.exact_item_id
    inner join item_factors on items.exact_item_id = item_factors.exact_item_id
    left join stock_levels on items.exact_item_id = stock_levels.exact_item_id
    left join bom_items on items.exact_item_id = bom_items.exact_item_id
)

select * from products
