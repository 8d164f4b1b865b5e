-- One row per line without remote id in Optiply, of an order and product that the ledger knows (BO7): made
-- there by a person, or by an integration before us that linked the order only.
with

optiply_lines as (
    select optiply_buy_order_line_id, optiply_buy_order_id, optiply_product_id, ordered_qty
    from {{ ref('int_export__lines_in_optiply') }}
    where remote_id is null
),

records as (
    select entity, remote_id, optiply_id
    from {{ source('ledger', 'records') }}
),

-- deleted in Optiply since it was read: whoever wanted to link it found it gone
gone as (
    select optiply_id
    from {{ source('ledger', 'intents') }}
    where
        target = 'optiply' and entity = 'buyOrderLines' and operation = 'link' and outcome = 'failed'
        and status_code = 404
),

unlinked as (
    select
        optiply_lines.optiply_buy_order_line_id,
        optiply_lines.optiply_buy_order_id,
        orders.remote_id as buy_order_remote_id,
        products.remote_id as product_remote_id,
        optiply_lines.ordered_qty
    from optiply_lines
    inner join records as orders
        on optiply_lines.optiply_buy_order_id = orders.optiply_id and orders.entity = 'buyOrders'
    inner join records as products
        on optiply_lines.optiply_product_id = products.optiply_id and products.entity = 'products'
    left join records as lines
        on optiply_lines.optiply_buy_order_line_id = lines.optiply_id and lines.entity = 'buyOrderLines'
    anti join gone on optiply_lines.optiply_buy_order_line_id = gone.optiply_id
    where lines.optiply_id is null
)

select * from unlinked
