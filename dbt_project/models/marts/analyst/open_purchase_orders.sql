-- One row per buy order line of which something must still come, with the day on which it is expected.
with

orders as (
    select remote_id, supplier_remote_id, placed, expected_delivery_date
    from {{ ref('optiply_buy_orders') }}
    where completed is null
),

lines as (
    select remote_id, buy_order_remote_id, product_remote_id, quantity, expected_delivery_date
    from {{ ref('optiply_buy_order_lines') }}
),

-- returns are below 0: what went back must come again
received as (
    select buy_order_line_remote_id, sum(quantity) as received_qty
    from {{ ref('optiply_receipt_lines') }}
    group by buy_order_line_remote_id
),

products as (
    select remote_id, sku_code, name from {{ ref('optiply_products') }}
),

suppliers as (
    select remote_id, name from {{ ref('optiply_suppliers') }}
),

open_lines as (
    select
        lines.remote_id as line_remote_id,
        orders.remote_id as buy_order_remote_id,
        orders.supplier_remote_id,
        lines.product_remote_id,
        cast(try_cast(orders.placed as timestamp) as date) as ordered_date,
        coalesce(lines.expected_delivery_date, orders.expected_delivery_date) as expected_delivery_date,
        cast(lines.quantity as bigint) as ordered_qty,
        cast(coalesce(received.received_qty, 0) as bigint) as received_qty
    from lines
    inner join orders on lines.buy_order_remote_id = orders.remote_id
    left join received on lines.remote_id = received.buy_order_line_remote_id
),

dated_lines as (
    select
        *,
        cast(try_cast(expected_delivery_date as timestamp) as date) as expected_date
    from open_lines
)

select
    dated_lines.line_remote_id,
    dated_lines.buy_order_remote_id,
    dated_lines.supplier_remote_id,
    suppliers.name as supplier_name,
    dated_lines.product_remote_id,
    products.sku_code as sku,
    products.name as product_name,
    dated_lines.ordered_date,
    dated_lines.expected_date,
    dated_lines.ordered_qty,
    dated_lines.received_qty,
    dated_lines.ordered_qty - dated_lines.received_qty as open_qty,
    -- greatest() would make 0 of a day that nobody said
    case
        when dated_lines.expected_date < {{ as_of() }} then {{ as_of() }} - dated_lines.expected_date
        when dated_lines.expected_date is not null then 0
    end as days_late
from dated_lines
left join products on dated_lines.product_remote_id = products.remote_id
left join suppliers on dated_lines.supplier_remote_id = suppliers.remote_id
where dated_lines.ordered_qty > dated_lines.received_qty
