-- One row per SKU at QLS: what can be sold from there (P9). None unless sync_stock_qls.
with

products as (
    select sku, available_qty, backorder_qty, internally_moving_qty from {{ ref('stg_wms__qls_products') }}
),

skus as (
    select
        sku,
        sum(
            coalesce(available_qty, 0) - coalesce(backorder_qty, 0) + coalesce(internally_moving_qty, 0)
        ) as sellable_qty
    from products
    -- a row without SKU is listed in data_quality
    where {{ flag_sql('sync_stock_qls') }} and sku is not null
    group by all
)

select * from skus
