-- One row per buy order line that stands in Optiply: raw keeps those that people have deleted there, alone or
-- with their order (X1, X13).
with

buy_order_lines as (
    select
        optiply_buy_order_line_id, optiply_buy_order_id, optiply_product_id, ordered_qty, subtotal_value,
        remote_id, updated_at
    from {{ ref('stg_optiply__buy_order_lines') }}
),

gone as (
    select stream, optiply_id
    from {{ ref('int_deletions__optiply_rows') }}
),

lines_in_optiply as (
    select buy_order_lines.*
    from buy_order_lines
    anti join gone
        on
            gone.stream = 'buy_order_lines'
            and buy_order_lines.optiply_buy_order_line_id = gone.optiply_id
    anti join gone as gone_orders
        on
            gone_orders.stream = 'buy_orders'
            and buy_order_lines.optiply_buy_order_id = gone_orders.optiply_id
)

select * from lines_in_optiply
