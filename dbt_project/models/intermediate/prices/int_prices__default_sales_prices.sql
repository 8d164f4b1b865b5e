-- One row per item with a general sales price that is active today: that price per stock unit (P10).
with

sales_prices as (
    select
        exact_sales_price_id, exact_item_id, exact_account_id, exact_project_id, exact_employee_id,
        price_per_price_unit, currency_code, price_unit_code, stock_units_per_price_unit, from_qty,
        start_date, end_date, modified_at, division_code
    from {{ ref('stg_exact__sales_items_prices') }}
),

deleted_prices as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'sales_items_prices'
),

divisions as (
    select division_code, currency_code from {{ ref('stg_exact__divisions') }}
),

items as (
    select exact_item_id, unit_code from {{ ref('stg_exact__items') }}
),

-- agreements with a customer, project or employee, and prices in another currency, are no list prices
general_prices as (
    select
        sales_prices.exact_sales_price_id,
        sales_prices.exact_item_id,
        sales_prices.price_per_price_unit,
        sales_prices.price_unit_code,
        sales_prices.stock_units_per_price_unit,
        sales_prices.from_qty,
        sales_prices.start_date,
        sales_prices.modified_at
    from sales_prices
    inner join divisions
        on
            sales_prices.division_code = divisions.division_code
            and sales_prices.currency_code = divisions.currency_code
    anti join deleted_prices
        on sales_prices.exact_sales_price_id = deleted_prices.exact_id
    where
        sales_prices.exact_account_id is null
        and sales_prices.exact_project_id is null
        and sales_prices.exact_employee_id is null
        and sales_prices.price_per_price_unit is not null
        and {{ active_on('sales_prices.start_date', 'sales_prices.end_date', as_of()) }}
),

chosen_prices as (
    select
        exact_sales_price_id, exact_item_id, price_per_price_unit, price_unit_code, stock_units_per_price_unit
    from general_prices
    qualify row_number() over (
        partition by exact_item_id
        order by
            coalesce(from_qty, 0) asc, start_date desc nulls last, modified_at desc nulls last,
            exact_sales_price_id asc
    ) = 1
),

unit_prices as (
    select
        chosen_prices.exact_item_id,
        chosen_prices.exact_sales_price_id,
        chosen_prices.price_per_price_unit,
        case
            when lower(chosen_prices.price_unit_code) <> lower(items.unit_code)
                then {{ positive_or_one('chosen_prices.stock_units_per_price_unit') }}
            else 1
        end as stock_units_per_price_unit,
        coalesce(
            lower(chosen_prices.price_unit_code) <> lower(items.unit_code)
            and (chosen_prices.stock_units_per_price_unit > 0) is not true,
            false
        ) as has_unusable_unit_count
    from chosen_prices
    inner join items
        on chosen_prices.exact_item_id = items.exact_item_id
)

select
    exact_item_id,
    exact_sales_price_id,
    price_per_price_unit / stock_units_per_price_unit as price_per_stock_unit,
    has_unusable_unit_count
from unit_prices
