-- One row per Exact item: the sales price of its product per stock unit, excluding VAT (P10-P12, U5).
with

items as (
    select exact_item_id, sales_vat_code from {{ ref('stg_exact__items') }}
),

price_list_prices as (
    select exact_item_id, price_per_stock_unit, has_unusable_unit_count
    from {{ ref('int_prices__price_list_prices') }}
),

default_prices as (
    select exact_item_id, price_per_stock_unit, has_unusable_unit_count
    from {{ ref('int_prices__default_sales_prices') }}
),

standard_prices as (
    select exact_item_id, standard_sales_price_per_stock_unit
    from {{ ref('int_prices__standard_sales_prices') }}
),

-- prices of these codes include VAT
inclusive_vat_codes as (
    select vat_code, vat_fraction
    from {{ ref('stg_exact__vat_codes') }}
    where vat_type_code = 'I' and vat_fraction > 0
    qualify row_number() over (
        partition by vat_code order by modified_at desc nulls last, exact_vat_code_id asc
    ) = 1
),

item_factors as (
    select exact_item_id, is_converted, unit_factor from {{ ref('int_units__item_factors') }}
),

sent_prices as (
    select
        items.exact_item_id,
        coalesce(
            price_list_prices.price_per_stock_unit,
            default_prices.price_per_stock_unit,
            standard_prices.standard_sales_price_per_stock_unit,
            0
        ) as price_as_sent,
        case
            when price_list_prices.exact_item_id is not null then 'price list'
            when default_prices.price_per_stock_unit is not null then 'sales price'
            when standard_prices.standard_sales_price_per_stock_unit is not null then 'standard sales price'
            else 'none'
        end as price_source,
        coalesce(
            price_list_prices.has_unusable_unit_count, default_prices.has_unusable_unit_count, false
        ) as has_unusable_unit_count,
        coalesce(inclusive_vat_codes.vat_fraction, 0) as included_vat_fraction,
        item_factors.is_converted,
        item_factors.unit_factor
    from items
    left join price_list_prices
        on items.exact_item_id = price_list_prices.exact_item_id
    left join default_prices
        on items.exact_item_id = default_prices.exact_item_id
    left join standard_prices
        on items.exact_item_id = standard_prices.exact_item_id
    left join inclusive_vat_codes
        on items.sales_vat_code = inclusive_vat_codes.vat_code
    inner join item_factors
        on items.exact_item_id = item_factors.exact_item_id
),

exact_prices as (
    select
        exact_item_id,
        price_source,
        has_unusable_unit_count,
        is_converted,
        price_as_sent / (1 + included_vat_fraction) / unit_factor as unrounded_price
    from sent_prices
),

rounded_prices as (
    select
        exact_item_id,
        price_source,
        {{ converted_price('unrounded_price', 'is_converted') }} as price,
        unrounded_price,
        has_unusable_unit_count,
        is_converted,
        {{ price_out_of_range('unrounded_price') }} as is_out_of_range
    from exact_prices
)

select
    exact_item_id,
    price_source,
    price,
    unrounded_price,
    has_unusable_unit_count,
    is_out_of_range,
    is_converted
    and not is_out_of_range
    and unrounded_price > 0
    and abs(price / unrounded_price - 1) > 0.01 as is_moved_by_rounding
from rounded_prices
