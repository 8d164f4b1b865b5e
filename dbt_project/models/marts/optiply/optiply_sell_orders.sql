-- One row per sell order that Optiply should hold.
with

documents as (
    select remote_id, placed_date, completed
    from {{ ref('int_orders__sell_documents') }}
),

products as (
    select remote_id, exact_item_id, quantity, subtotal_value
    from {{ ref('int_orders__sell_order_products') }}
    -- the lines this leaves out are listed in int_quality__sell_order_products (SO6, SO11)
    where quantity > 0 and is_known_in_optiply
),

orders as (
    select
        remote_id,
        cast(sum(subtotal_value) as decimal(19, 2)) as total_value,
        list(
            struct_pack(
                product_remote_id := exact_item_id, quantity := quantity, subtotal_value := subtotal_value
            )
            order by exact_item_id
        ) as order_lines
    from products
    group by all
),

sell_orders as (
    select
        orders.remote_id,
        {{ instant_text('documents.placed_date') }} as placed,
        documents.completed,
        orders.total_value,
        orders.order_lines
    from orders
    inner join documents on orders.remote_id = documents.remote_id
)

select * from sell_orders
