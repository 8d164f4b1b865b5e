-- One row per supplier item: its purchase price per stock unit in the division's currency (SP6, U5).
with

supplier_items as (
    select
        exact_supplier_item_id, exact_item_id, exact_account_id, stock_units_per_purchase_unit,
        price_per_purchase_unit, currency_code, price_start_date, price_end_date, division_code
    from {{ ref('stg_exact__supplier_products') }}
),

items as (
    select exact_item_id, cost_price_per_stock_unit, cost_price_currency_code
    from {{ ref('stg_exact__items') }}
),

purchase_prices as (
    select exact_item_id, exact_account_id, currency_code, price_per_stock_unit, has_unusable_unit_count
    from {{ ref('int_prices__purchase_prices') }}
),

divisions as (
    select division_code, currency_code from {{ ref('stg_exact__divisions') }}
),

exchange_rates as (
    select source_currency_code, target_currency_code, target_per_source
    from {{ ref('int_prices__exchange_rates') }}
),

item_factors as (
    select exact_item_id, is_converted, unit_factor from {{ ref('int_units__item_factors') }}
),

-- the price that map_purchase_price asks for, in its own currency; NULL is none
source_prices as (
    select
        supplier_items.exact_supplier_item_id, supplier_items.exact_item_id, supplier_items.division_code,
        (supplier_items.stock_units_per_purchase_unit > 0) is not true as is_purchase_unit_factor_unusable,
        case {{ flag_sql('map_purchase_price') }}
            when 'default'
                then
                    case
                        when
                            {{ active_on(
                                'supplier_items.price_start_date', 'supplier_items.price_end_date', as_of()
                            ) }}
                            -- 0 is Exact's way to say that there is no price
                            then
                                nullif(supplier_items.price_per_purchase_unit, 0)
                                / {{ positive_or_one('supplier_items.stock_units_per_purchase_unit') }}
                    end
            when 'Product Cost' then items.cost_price_per_stock_unit
            when 'Purchase Prices' then purchase_prices.price_per_stock_unit
        end as price_per_stock_unit,
        case {{ flag_sql('map_purchase_price') }}
            when 'default' then supplier_items.currency_code
            when 'Product Cost' then items.cost_price_currency_code
            when 'Purchase Prices' then purchase_prices.currency_code
        end as currency_code,
        {{ flag_sql('map_purchase_price') }} = 'Purchase Prices'
        and coalesce(purchase_prices.has_unusable_unit_count, false) as has_unusable_unit_count
    from supplier_items
    left join items on supplier_items.exact_item_id = items.exact_item_id
    left join purchase_prices
        on
            supplier_items.exact_item_id = purchase_prices.exact_item_id
            and supplier_items.exact_account_id = purchase_prices.exact_account_id
),

rated_prices as (
    select
        source_prices.*,
        coalesce(item_factors.is_converted, false) as is_converted,
        coalesce(item_factors.unit_factor, 1.0) as unit_factor,
        case
            -- a price without a currency is in the division's
            when coalesce(source_prices.currency_code, divisions.currency_code) = divisions.currency_code
                then 1.0
            else exchange_rates.target_per_source
        end as rate
    from source_prices
    left join divisions on source_prices.division_code = divisions.division_code
    left join exchange_rates
        on
            source_prices.currency_code = exchange_rates.source_currency_code
            and divisions.currency_code = exchange_rates.target_currency_code
    left join item_factors on source_prices.exact_item_id = item_factors.exact_item_id
),

division_prices as (
    select
        *,
        price_per_stock_unit is not null and rate is null as is_rate_missing,
        price_per_stock_unit * rate / unit_factor as unrounded_price
    from rated_prices
),

rounded_prices as (
    select
        *,
        {{ converted_price('unrounded_price', 'is_converted') }} as price,
        {{ price_out_of_range('unrounded_price') }} as is_out_of_range
    from division_prices
)

select
    exact_supplier_item_id,
    currency_code,
    price,
    unrounded_price,
    is_purchase_unit_factor_unusable,
    has_unusable_unit_count,
    is_rate_missing,
    is_out_of_range,
    coalesce(
        is_converted and not is_out_of_range and unrounded_price > 0
        and abs(price / unrounded_price - 1) > 0.01,
        false
    ) as is_moved_by_rounding
from rounded_prices
