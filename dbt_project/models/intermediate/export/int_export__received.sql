-- One row per exported purchase order that Exact holds: what was ordered and what has arrived less what went
-- back, in purchase units.
{{ config(materialized='view') }}
with

purchase_orders as (
    select exact_purchase_order_id, any_value(order_status_code) as order_status_code
    from {{ ref('stg_exact__purchase_orders') }}
    group by all
),

order_lines as (
    select exact_purchase_order_line_id, exact_purchase_order_id, ordered_qty_purchase_unit
    from {{ ref('stg_exact__purchase_order_lines') }}
    where line_number > 0  -- the sync endpoint repeats the header as line 0
),

arrivals as (
    select exact_purchase_order_line_id, received_qty_purchase_unit as arrived_qty_purchase_unit
    from {{ ref('stg_exact__goods_receipt_lines') }}
    union all
    select exact_purchase_order_line_id, -abs(returned_qty_purchase_unit) as arrived_qty_purchase_unit
    from {{ ref('stg_exact__purchase_return_lines') }}
),

arrived as (
    select exact_purchase_order_line_id, sum(arrived_qty_purchase_unit) as arrived_qty_purchase_unit
    from arrivals
    group by all
),

received as (
    select
        purchase_orders.exact_purchase_order_id,
        purchase_orders.order_status_code,
        coalesce(sum(order_lines.ordered_qty_purchase_unit), 0) as ordered_qty_purchase_unit,
        coalesce(sum(arrived.arrived_qty_purchase_unit), 0) as received_qty_purchase_unit
    from purchase_orders
    left join order_lines on purchase_orders.exact_purchase_order_id = order_lines.exact_purchase_order_id
    left join arrived
        on order_lines.exact_purchase_order_line_id = arrived.exact_purchase_order_line_id
    group by all
)

select * from received
