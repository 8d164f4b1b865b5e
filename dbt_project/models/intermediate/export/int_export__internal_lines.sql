-- One row per line of an unsent order that is not bought: it is moved (X9) or made (X10). Quantities in item
-- units, without k.
with

unsent_orders as (
    select optiply_buy_order_id, placed_date, route
    from {{ ref('int_export__unsent_orders') }}
    where route = 'stock_transfer' or (route = 'shop_order' and {{ flag_sql('use_production_orders') }})
),

receipt_dates as (
    select optiply_buy_order_id, receipt_date
    from {{ ref('int_export__receipt_dates') }}
),

buy_order_lines as (
    select optiply_buy_order_line_id, optiply_buy_order_id, optiply_product_id, ordered_qty
    from {{ ref('int_export__lines_in_optiply') }}
),

exact_ids as (
    select optiply_id, remote_id
    from {{ ref('int_export__exact_ids') }}
    where entity = 'products'
),

items as (
    select exact_item_id, item_code, is_fraction_allowed_item, start_date, end_date
    from {{ ref('stg_exact__items') }}
),

unit_factors as (
    select exact_item_id, unit_factor
    from {{ ref('int_units__item_factors') }}
),

lines as (
    select
        buy_order_lines.optiply_buy_order_line_id,
        buy_order_lines.optiply_buy_order_id,
        unsent_orders.route,
        unsent_orders.placed_date,
        receipt_dates.receipt_date,
        buy_order_lines.optiply_product_id,
        exact_ids.remote_id as exact_item_id,
        items.exact_item_id is not null as is_item_in_exact,
        items.item_code,
        coalesce(items.is_fraction_allowed_item, false) as is_fraction_allowed_item,
        coalesce(items.start_date > {{ as_of() }}, false) as is_not_yet_active,
        coalesce(items.end_date < {{ as_of() }}, false) as is_inactive,
        buy_order_lines.ordered_qty,
        -- U: what Optiply counts in one item unit; an export divides once
        cast(coalesce(unit_factors.unit_factor, 1) as decimal(18, 6)) as ordered_units_per_item_unit
    from unsent_orders
    inner join buy_order_lines on unsent_orders.optiply_buy_order_id = buy_order_lines.optiply_buy_order_id
    inner join receipt_dates on unsent_orders.optiply_buy_order_id = receipt_dates.optiply_buy_order_id
    left join exact_ids on buy_order_lines.optiply_product_id = exact_ids.optiply_id
    left join items on exact_ids.remote_id = items.exact_item_id
    left join unit_factors on exact_ids.remote_id = unit_factors.exact_item_id
),

internal_lines as (
    select
        optiply_buy_order_line_id,
        optiply_buy_order_id,
        route,
        placed_date,
        receipt_date,
        optiply_product_id,
        exact_item_id,
        is_item_in_exact,
        item_code,
        is_fraction_allowed_item,
        is_not_yet_active,
        is_inactive,
        ordered_qty,
        ordered_units_per_item_unit,
        ordered_qty % ordered_units_per_item_unit = 0 as is_whole_multiple,
        round(cast(ordered_qty / ordered_units_per_item_unit as double), 6) as ordered_qty_item_unit
    from lines
)

select * from internal_lines
