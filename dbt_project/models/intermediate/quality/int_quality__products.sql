-- One row per product and thing that was changed on its way to Optiply, and per unknown warehouse (C9).
with

prices as (
    select exact_item_id, unrounded_price, has_unusable_unit_count, is_out_of_range, is_moved_by_rounding
    from {{ ref('int_prices__products') }}
),

texts as (
    select exact_item_id, product_name, is_name_missing, is_text_cut from {{ ref('int_products__texts') }}
),

stock_levels as (
    select
        stock_levels.exact_item_id,
        stock_levels.sellable_qty * item_factors.unit_factor as converted_qty
    from {{ ref('int_stock__levels') }} as stock_levels
    inner join {{ ref('int_units__item_factors') }} as item_factors
        on stock_levels.exact_item_id = item_factors.exact_item_id
),

selected_warehouses as (
    select entry, exact_warehouse_id from {{ ref('int_stock__selected_warehouses') }}
),

issues as (
    select
        'products' as entity, exact_item_id as remote_id, 'C3' as rule_id,
        'has no description in Exact; sent as ' || product_name as reason, 'changed' as severity
    from texts
    where is_name_missing
    union all
    select
        'products' as entity, exact_item_id as remote_id, 'C3' as rule_id,
        'name or code is longer than 255 characters and is cut' as reason, 'changed' as severity
    from texts
    where is_text_cut
    union all
    select
        'products' as entity, exact_item_id as remote_id, 'P10' as rule_id,
        'the price unit is not the stock unit and holds no number of stock units; taken as 1' as reason,
        'changed' as severity
    from prices
    where has_unusable_unit_count
    union all
    select
        'products' as entity, exact_item_id as remote_id, 'P12' as rule_id,
        'price ' || unrounded_price || ' is out of range; sent as 0' as reason, 'changed' as severity
    from prices
    where is_out_of_range
    union all
    select
        'products' as entity, exact_item_id as remote_id, 'U5' as rule_id,
        'price ' || unrounded_price || ' per converted unit moves by more than 1 % when rounded' as reason,
        'changed' as severity
    from prices
    where is_moved_by_rounding
    union all
    select
        'products' as entity, exact_item_id as remote_id, 'C5' as rule_id,
        'stock ' || converted_qty || ' is beyond 9,999,999; sent as that' as reason, 'changed' as severity
    from stock_levels
    where {{ flag_sql('map_stockLevel') }} and abs(converted_qty) > 9999999
    union all
    select
        'warehouses' as entity, entry as remote_id, 'P7' as rule_id,
        'stock_warehouse_ids names a warehouse that Exact does not have' as reason, 'left_out' as severity
    from selected_warehouses
    where exact_warehouse_id is null
)

select * from issues
