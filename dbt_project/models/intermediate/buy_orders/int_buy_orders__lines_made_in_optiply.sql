-- One row per buy order that the ledger knows and product of which Optiply holds a line nobody has linked
-- (BO7): made there by a person, or by an integration before us that linked the order only. A line of that
-- product must not be created beside it.
with

optiply_lines as (
    select optiply_buy_order_line_id, optiply_buy_order_id, optiply_product_id
    from {{ ref('stg_optiply__buy_order_lines') }}
    where remote_id is null
),

records as (
    select entity, remote_id, optiply_id
    from {{ source('ledger', 'records') }}
),

unlinked as (
    select
        orders.remote_id as buy_order_remote_id,
        products.remote_id as product_remote_id
    from optiply_lines
    inner join records as orders
        on optiply_lines.optiply_buy_order_id = orders.optiply_id and orders.entity = 'buyOrders'
    inner join records as products
        on optiply_lines.optiply_product_id = products.optiply_id and products.entity = 'products'
    left join records as lines
        on optiply_lines.optiply_buy_order_line_id = lines.optiply_id and lines.entity = 'buyOrderLines'
    where lines.optiply_id is null
    group by all
)

select * from unlinked
