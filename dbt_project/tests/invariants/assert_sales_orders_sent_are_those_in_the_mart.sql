-- SO2: the sales orders that the dedup takes as sent are exactly those that the mart sends.
with

sent as (
    select exact_sales_order_id as remote_id
    from {{ ref('int_orders__sales_orders_sent') }}
),

in_mart as (
    select sell_orders.remote_id
    from {{ ref('optiply_sell_orders') }} as sell_orders
    semi join {{ ref('stg_exact__sales_orders') }} as sales_orders
        on sell_orders.remote_id = sales_orders.exact_sales_order_id
)

select coalesce(sent.remote_id, in_mart.remote_id) as remote_id
from sent
full outer join in_mart on sent.remote_id = in_mart.remote_id
where sent.remote_id is null or in_mart.remote_id is null
