-- One row per unsent order: what it was in Optiply when it was planned. The load step asks Optiply again
-- before it sends, and sends nothing that has changed since.
with

unsent_orders as (
    select optiply_buy_order_id, optiply_supplier_id
    from {{ ref('int_export__unsent_orders') }}
),

buy_order_lines as (
    select optiply_buy_order_line_id, optiply_buy_order_id, optiply_product_id, ordered_qty, subtotal_value
    from {{ ref('int_export__lines_in_optiply') }}
),

line_lists as (
    select
        optiply_buy_order_id,
        to_json(list(
            {
                'id': optiply_buy_order_line_id,
                'product_id': optiply_product_id,
                'quantity': ordered_qty,
                'subtotal_value': subtotal_value
            }
            order by optiply_buy_order_line_id
        )) as lines
    from buy_order_lines
    group by all
),

optiply_orders as (
    select
        unsent_orders.optiply_buy_order_id,
        cast(
            to_json({
                'supplier_id': unsent_orders.optiply_supplier_id,
                'lines': coalesce(line_lists.lines, cast('[]' as json))
            }) as varchar
        ) as optiply_order
    from unsent_orders
    left join line_lists on unsent_orders.optiply_buy_order_id = line_lists.optiply_buy_order_id
)

select * from optiply_orders
