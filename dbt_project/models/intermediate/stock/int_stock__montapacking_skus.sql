-- One row per SKU at Montapacking: what can be sold from there (P8). None unless sync_stock_montapacking.
with

products as (
    select sku, available_qty from {{ ref('stg_wms__montapacking_products') }}
),

skus as (
    select
        sku,
        sum(coalesce(available_qty, 0)) as sellable_qty
    from products
    -- a row without SKU is listed in data_quality
    where {{ flag_sql('sync_stock_montapacking') }} and sku is not null
    group by all
)

select * from skus
