-- One row per item and supplier: k, the stock units in one purchase unit, unrounded. Of several rows the main
-- supplier's counts, then the latest (as SP7). No row: k is 1.
with

supplier_products as (
    select
        exact_supplier_item_id, exact_item_id, exact_account_id, is_main_supplier, modified_at,
        stock_units_per_purchase_unit, price_per_purchase_unit
    from {{ ref('stg_exact__supplier_products') }}
),

chosen as (
    select
        exact_item_id,
        exact_account_id as exact_supplier_id,
        stock_units_per_purchase_unit,
        try_cast(stock_units_per_purchase_unit as decimal(18, 6)) as stock_units
    from supplier_products
    qualify row_number() over (
        partition by exact_item_id, exact_account_id
        order by is_main_supplier desc, modified_at desc nulls last, exact_supplier_item_id
    ) = 1
),

purchase_units as (
    select
        exact_item_id,
        exact_supplier_id,
        coalesce(stock_units > 0, false) as has_valid_factor,
        if(stock_units > 0, stock_units, 1) as k
    from chosen
)

select * from purchase_units
