-- SO6: totalValue is the sum of the line values, and no line has a quantity of 0 or below.
select remote_id, total_value
from {{ ref('optiply_sell_orders') }}
where
    total_value is distinct from list_sum(list_transform(order_lines, lambda line: line.subtotal_value))
    or len(list_filter(order_lines, lambda line: line.quantity <= 0)) > 0
    or len(order_lines) = 0
