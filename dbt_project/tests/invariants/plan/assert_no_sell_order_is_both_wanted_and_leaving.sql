-- A contradiction of our own rules: the plan would keep the order, and nobody would notice.
select sell_orders.remote_id, leaving.reason
from {{ ref('optiply_sell_orders') }} as sell_orders
inner join {{ ref('int_orders__sell_orders_leaving') }} as leaving
    on sell_orders.remote_id = leaving.remote_id
