-- One row per Exact item: its standard sales price per stock unit, if any (P10's fallback, P11's base).
with

items as (
    select exact_item_id, standard_sales_price_per_stock_unit
    from {{ ref('stg_exact__items') }}
),

-- only the standard and bulk endpoints of items have it, and items come from the sync endpoint
standard_prices as (
    select exact_item_id, standard_sales_price_per_stock_unit
    from {{ ref('stg_exact__item_standard_prices') }}
),

combined as (
    select
        items.exact_item_id,
        coalesce(
            standard_prices.standard_sales_price_per_stock_unit, items.standard_sales_price_per_stock_unit
        ) as standard_sales_price_per_stock_unit
    from items
    left join standard_prices on items.exact_item_id = standard_prices.exact_item_id
)

select * from combined
