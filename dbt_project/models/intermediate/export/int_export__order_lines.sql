-- One row per line of an order of int_export__order_headers: the Exact item and its quantity in purchase
-- units (X3).
with

order_headers as (
    select optiply_buy_order_id, supplier_remote_id
    from {{ ref('int_export__order_headers') }}
),

buy_order_lines as (
    select optiply_buy_order_line_id, optiply_buy_order_id, optiply_product_id, ordered_qty, subtotal_value
    from {{ ref('int_export__lines_in_optiply') }}
),

exact_ids as (
    select optiply_id, remote_id
    from {{ ref('int_export__exact_ids') }}
    where entity = 'products'
),

items as (
    select
        exact_item_id, item_code, is_purchase_item, is_fraction_allowed_item, start_date, end_date
    from {{ ref('stg_exact__items') }}
),

purchase_units as (
    select exact_item_id, exact_supplier_id, has_valid_factor, k, is_price_moved_by_rounding
    from {{ ref('int_export__purchase_units') }}
),

unit_factors as (
    select exact_item_id, unit_factor
    from {{ ref('int_units__item_factors') }}
),

lines as (
    select
        buy_order_lines.optiply_buy_order_line_id,
        buy_order_lines.optiply_buy_order_id,
        buy_order_lines.optiply_product_id,
        exact_ids.remote_id as exact_item_id,
        items.exact_item_id is not null as is_item_in_exact,
        items.item_code,
        coalesce(items.is_purchase_item, false) as is_purchase_item,
        coalesce(items.is_fraction_allowed_item, false) as is_fraction_allowed_item,
        coalesce(items.start_date > {{ as_of() }}, false) as is_not_yet_active,
        coalesce(items.end_date < {{ as_of() }}, false) as is_inactive,
        buy_order_lines.ordered_qty,
        buy_order_lines.subtotal_value,
        coalesce(purchase_units.k, 1) as k,
        coalesce(purchase_units.has_valid_factor, false) as has_valid_factor,
        coalesce(purchase_units.is_price_moved_by_rounding, false) as is_price_moved_by_rounding,
        -- U: what Optiply counts in one purchase unit; an export divides once
        coalesce(purchase_units.k, 1) * cast(coalesce(unit_factors.unit_factor, 1) as decimal(18, 6))
            as ordered_units_per_purchase_unit
    from buy_order_lines
    inner join order_headers on buy_order_lines.optiply_buy_order_id = order_headers.optiply_buy_order_id
    left join exact_ids on buy_order_lines.optiply_product_id = exact_ids.optiply_id
    left join items on exact_ids.remote_id = items.exact_item_id
    left join purchase_units
        on
            exact_ids.remote_id = purchase_units.exact_item_id
            and order_headers.supplier_remote_id = purchase_units.exact_supplier_id
    left join unit_factors on exact_ids.remote_id = unit_factors.exact_item_id
),

order_lines as (
    select
        optiply_buy_order_line_id,
        optiply_buy_order_id,
        optiply_product_id,
        exact_item_id,
        is_item_in_exact,
        item_code,
        is_purchase_item,
        is_fraction_allowed_item,
        is_not_yet_active,
        is_inactive,
        ordered_qty,
        subtotal_value,
        k,
        has_valid_factor,
        is_price_moved_by_rounding,
        ordered_units_per_purchase_unit,
        ordered_qty % ordered_units_per_purchase_unit = 0 as is_whole_multiple,
        round(cast(ordered_qty / ordered_units_per_purchase_unit as double), 6) as ordered_qty_purchase_unit
    from lines
)

select * from order_lines
