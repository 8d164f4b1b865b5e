-- One row per supplier and item with a purchase price that is active today: that price per stock unit (SP6,
-- map_purchase_price = Purchase Prices), in the currency of the price.
with

purchase_prices as (
    select
        exact_purchase_price_id, exact_item_id, exact_account_id, price_per_price_unit, currency_code,
        price_unit_code, stock_units_per_price_unit, from_qty, start_date, end_date, modified_at
    from {{ ref('stg_exact__purchase_items_prices') }}
),

deleted_prices as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'purchase_items_prices'
),

items as (
    select exact_item_id, unit_code from {{ ref('stg_exact__items') }}
),

chosen_prices as (
    select
        purchase_prices.exact_item_id,
        purchase_prices.exact_account_id,
        purchase_prices.currency_code,
        purchase_prices.price_per_price_unit,
        purchase_prices.stock_units_per_price_unit,
        coalesce(lower(purchase_prices.price_unit_code) <> lower(items.unit_code), false) as is_other_unit
    from purchase_prices
    left join items
        on purchase_prices.exact_item_id = items.exact_item_id
    anti join deleted_prices
        on purchase_prices.exact_purchase_price_id = deleted_prices.exact_id
    where
        purchase_prices.price_per_price_unit is not null
        and {{ active_on('purchase_prices.start_date', 'purchase_prices.end_date', as_of()) }}
    qualify row_number() over (
        partition by purchase_prices.exact_item_id, purchase_prices.exact_account_id
        order by
            coalesce(purchase_prices.from_qty, 0) asc, purchase_prices.start_date desc nulls last,
            purchase_prices.modified_at desc nulls last, purchase_prices.exact_purchase_price_id asc
    ) = 1
)

select
    exact_item_id,
    exact_account_id,
    currency_code,
    case
        when is_other_unit then price_per_price_unit / {{ positive_or_one('stock_units_per_price_unit') }}
        else price_per_price_unit
    end as price_per_stock_unit,
    is_other_unit and (stock_units_per_price_unit > 0) is not true as has_unusable_unit_count
from chosen_prices
