-- One row per reason why an order that is moved or made cannot go to Exact (X5, X9, X10, X12): one stops it.
with

unsent_orders as (
    select optiply_buy_order_id, route
    from {{ ref('int_export__unsent_orders') }}
    where route = 'stock_transfer' or (route = 'shop_order' and {{ flag_sql('use_production_orders') }})
),

internal_lines as (
    select
        optiply_buy_order_id, optiply_product_id, exact_item_id, is_item_in_exact, item_code,
        is_fraction_allowed_item, is_not_yet_active, is_inactive, ordered_qty, ordered_units_per_item_unit,
        is_whole_multiple
    from {{ ref('int_export__internal_lines') }}
),

transfer_warehouses as (
    select from_name, to_name, from_warehouse_id, to_warehouse_id
    from {{ ref('int_export__transfer_warehouses') }}
),

warehouse as (
    select warehouse_name from {{ ref('int_export__warehouse') }} where exact_warehouse_id is null
),

deleted as (
    select exact_id from {{ ref('int_deletions__rows') }} where stream = 'items'
),

transfers_refused as (
    select
        unsent_orders.optiply_buy_order_id,
        'X9' as rule_id,
        case
            when transfer_warehouses.from_warehouse_id is null
                then
                    'warehouse ' || transfer_warehouses.from_name
                    || ' (stock_transfer_from) does not exist in Exact'
            when transfer_warehouses.to_warehouse_id is null
                then
                    'warehouse ' || transfer_warehouses.to_name
                    || ' (stock_transfer_to) does not exist in Exact'
            when transfer_warehouses.from_warehouse_id = transfer_warehouses.to_warehouse_id
                then 'stock_transfer_from and stock_transfer_to are one warehouse in Exact'
        end as reason
    from unsent_orders
    cross join transfer_warehouses
    where unsent_orders.route = 'stock_transfer'
),

shop_orders_refused as (
    select
        unsent_orders.optiply_buy_order_id,
        'X5' as rule_id,
        'warehouse ' || warehouse.warehouse_name || ' (default_warehouse_id) does not exist in Exact'
            as reason
    from unsent_orders
    cross join warehouse
    where unsent_orders.route = 'shop_order'
),

empty_orders_refused as (
    select unsent_orders.optiply_buy_order_id, 'X12' as rule_id, 'the order has no lines' as reason
    from unsent_orders
    anti join internal_lines on unsent_orders.optiply_buy_order_id = internal_lines.optiply_buy_order_id
),

items_refused as (
    select
        internal_lines.optiply_buy_order_id,
        'X12' as rule_id,
        case
            when internal_lines.exact_item_id is null
                then 'product ' || internal_lines.optiply_product_id || ' has no counterpart in Exact'
            when not internal_lines.is_item_in_exact or deleted.exact_id is not null
                then
                    'item ' || coalesce(internal_lines.item_code, internal_lines.exact_item_id)
                    || ' does not exist in Exact'
            when internal_lines.is_inactive
                then 'item ' || internal_lines.item_code || ' is no longer active in Exact'
            when internal_lines.is_not_yet_active
                then 'item ' || internal_lines.item_code || ' is not yet active in Exact'
        end as reason
    from internal_lines
    left join deleted on internal_lines.exact_item_id = deleted.exact_id
),

quantities_refused as (
    select
        optiply_buy_order_id,
        'X12' as rule_id,
        case
            when (ordered_qty > 0) is not true
                then 'quantity of ' || coalesce(item_code, optiply_product_id) || ' is not above 0'
            when not is_whole_multiple and not is_fraction_allowed_item
                then
                    'order a multiple of ' || {{ plain_number('ordered_units_per_item_unit') }} || ' of '
                    || coalesce(item_code, optiply_product_id)
                    || ', not ' || {{ plain_number('ordered_qty') }}
        end as reason
    from internal_lines
),

refusals as (
    select * from transfers_refused
    union all
    select * from shop_orders_refused
    union all
    select * from empty_orders_refused
    union all
    select * from items_refused
    union all
    select * from quantities_refused
)

select optiply_buy_order_id, rule_id, reason
from refusals
where reason is not null
group by all  -- two lines of one product have one reason
