-- SO6: totalValue is the sum of the line values; every sell order has lines, each with a quantity above 0.
with

sell_orders as (
    select remote_id, total_value, order_lines
    from {{ ref('optiply_sell_orders') }}
),

lines as (
    select remote_id, unnest(order_lines) as order_line
    from sell_orders
),

line_totals as (
    select
        lines.remote_id,
        sum(lines.order_line.subtotal_value) as lines_value,
        min(lines.order_line.quantity) as least_quantity
    from lines
    group by all
)

select sell_orders.remote_id, sell_orders.total_value, line_totals.lines_value, line_totals.least_quantity
from sell_orders
left join line_totals on sell_orders.remote_id = line_totals.remote_id
where
    sell_orders.total_value is distinct from line_totals.lines_value
    or (line_totals.least_quantity > 0) is not true
