-- One row per product and day on which sell orders of it were placed: how many units, for how much.
with

sell_orders as (
    select placed, order_lines from {{ ref('optiply_sell_orders') }}
),

products as (
    select remote_id, sku_code, name from {{ ref('optiply_products') }}
),

lines as (
    select
        cast(try_cast(placed as timestamp) as date) as sold_date,
        unnest(order_lines) as line
    from sell_orders
),

product_lines as (
    select
        sold_date,
        struct_extract(line, 'product_remote_id') as product_remote_id,
        struct_extract(line, 'quantity') as sold_qty,
        struct_extract(line, 'subtotal_value') as sold_value
    from lines
),

days as (
    select
        product_remote_id,
        sold_date,
        cast(sum(sold_qty) as bigint) as sold_qty,
        cast(sum(sold_value) as decimal(38, 2)) as sold_value,
        count(*) as order_count
    from product_lines
    group by product_remote_id, sold_date
)

select
    days.product_remote_id,
    products.sku_code as sku,
    products.name as product_name,
    days.sold_date,
    days.sold_qty,
    days.sold_value,
    days.order_count
from days
left join products on days.product_remote_id = products.remote_id
