-- C8: an order that the mart desires is never given evidence to leave.
select sell_orders.remote_id
from {{ ref('optiply_sell_orders') }} as sell_orders
semi join {{ ref('int_orders__sell_orders_leaving') }} as leaving on sell_orders.remote_id = leaving.remote_id
