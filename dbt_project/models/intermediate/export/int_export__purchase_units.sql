-- One row per item and supplier that Exact links: k, the stock units in one purchase unit, unrounded. Without
-- a row, or with a factor that is none, k is 1.
with

chosen as (
    select exact_supplier_item_id, exact_item_id, exact_account_id
    from {{ ref('int_supplier_products__chosen') }}
),

supplier_items as (
    select exact_supplier_item_id, try_cast(stock_units_per_purchase_unit as decimal(18, 6)) as stock_units
    from {{ ref('stg_exact__supplier_products') }}
),

-- U5: Optiply's price is the rounded one, and so is what it makes of it in an order
prices as (
    select exact_supplier_item_id, is_moved_by_rounding
    from {{ ref('int_prices__supplier_products') }}
),

purchase_units as (
    select
        chosen.exact_item_id,
        chosen.exact_account_id as exact_supplier_id,
        coalesce(supplier_items.stock_units > 0, false) as has_valid_factor,
        if(supplier_items.stock_units > 0, supplier_items.stock_units, 1) as k,
        coalesce(prices.is_moved_by_rounding, false) as is_price_moved_by_rounding
    from chosen
    inner join supplier_items on chosen.exact_supplier_item_id = supplier_items.exact_supplier_item_id
    left join prices on chosen.exact_supplier_item_id = prices.exact_supplier_item_id
)

select * from purchase_units
