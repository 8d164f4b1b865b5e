-- One row per product of a sell order left out or changed, and per order that waits for all of them (C9).
with

products as (
    select remote_id, exact_item_id, demanded_stock_qty, quantity, is_known_in_optiply
    from {{ ref('int_orders__sell_order_products') }}
),

items as (
    select exact_item_id, item_code
    from {{ ref('stg_exact__items') }}
),

orders_waiting as (
    select remote_id, 'SO11' as rule_id, 'Optiply knows none of its products' as reason, 'waiting' as severity
    from products
    where quantity > 0
    group by remote_id
    having not bool_or(is_known_in_optiply)
),

named_products as (
    select
        products.remote_id,
        coalesce(items.item_code, products.exact_item_id) as item_name,
        products.demanded_stock_qty,
        products.quantity,
        products.is_known_in_optiply
    from products
    left join items on products.exact_item_id = items.exact_item_id
),

products_left_out as (
    select
        remote_id,
        if(quantity > 0, 'SO11', 'SO6') as rule_id,
        if(
            quantity > 0,
            'product ' || item_name || ' is not in Optiply',
            'quantity of ' || item_name || ' is not above 0: ' || {{ plain_number('demanded_stock_qty') }}
        ) as reason,
        'left_out' as severity
    from named_products
    where quantity <= 0 or not is_known_in_optiply
),

products_changed as (
    select
        remote_id,
        'C5' as rule_id,
        'quantity of ' || item_name || ' rounded from ' || {{ plain_number('demanded_stock_qty') }}
        || ' to ' || cast(quantity as varchar) as reason,
        'changed' as severity
    from named_products
    where quantity > 0 and is_known_in_optiply and quantity <> demanded_stock_qty
),

listed as (
    select * from orders_waiting
    union all
    select * from products_left_out
    union all
    select * from products_changed
)

select 'sellOrders' as entity, remote_id, rule_id, reason, severity
from listed
