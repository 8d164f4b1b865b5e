-- One row per product of the mart, as it is compared: stock that was not read whole is not judged (C10).
with

products as (
    select
        remote_id,
        name,
        sku_code,
        article_code,
        ean_code,
        price,
        unlimited_stock,
        stock_level,
        status,
        assembled,
        created_at_remote,
        stock_measurement_unit,
    from {{ ref('optiply_products') }}
),

held_stock as (
    select held_by
    from {{ ref('int_plan__held_entities') }}
    where entity = 'stockLevels'
),

records as (
    select
        remote_id,
        try_cast(json_extract_string(payload, '$.stock_level') as decimal(18, 4)) as accepted_stock_level,
    from {{ source('ledger', 'records') }}
    where entity = 'products'
),

products_to_compare as (
    select
        products.remote_id,
        products.name,
        products.sku_code,
        products.article_code,
        products.ean_code,
        products.price,
        products.unlimited_stock,
        -- P8, P9: what Optiply holds stays; where nobody knows it, no stock level is sent
        case
            when held_stock.held_by is null then products.stock_level
            else cast(records.accepted_stock_level as integer)
        end as stock_level,
        products.status,
        products.assembled,
        products.created_at_remote,
        products.stock_measurement_unit,
        held_stock.held_by as stock_held_by,
    from products
    left join records on products.remote_id = records.remote_id
    -- one row at most
    left join held_stock on true
)

select * from products_to_compare
