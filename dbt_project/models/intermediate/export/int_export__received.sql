-- One row per order in Exact that may be one of ours: what was ordered and what has arrived less what went
-- back, in purchase units; in item units where it is made (X10) or moved (X9). ended_as: NULL while open.
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

shop_orders as (
    select exact_shop_order_id, status_code, planned_qty, produced_qty
    from {{ ref('stg_exact__manufacturing_shop_orders') }}
),

warehouse_transfers as (
    select exact_warehouse_transfer_id, status_code
    from {{ ref('stg_exact__warehouse_transfers') }}
),

warehouse_transfer_lines as (
    select exact_warehouse_transfer_id, moved_qty
    from {{ ref('stg_exact__warehouse_transfer_lines') }}
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
        purchase_orders.exact_purchase_order_id as exact_id,
        case purchase_orders.order_status_code when 30 then 'complete' when 40 then 'cancelled' end
            as ended_as,
        coalesce(sum(order_lines.ordered_qty_purchase_unit), 0) as ordered_qty_purchase_unit,
        coalesce(sum(arrived.arrived_qty_purchase_unit), 0) as received_qty_purchase_unit
    from purchase_orders
    left join order_lines on purchase_orders.exact_purchase_order_id = order_lines.exact_purchase_order_id
    left join arrived
        on order_lines.exact_purchase_order_line_id = arrived.exact_purchase_order_line_id
    group by all

    union all

    select
        exact_shop_order_id as exact_id,
        if(status_code in (30, 40), 'complete', null) as ended_as,
        coalesce(planned_qty, 0) as ordered_qty_purchase_unit,
        coalesce(produced_qty, 0) as received_qty_purchase_unit
    from shop_orders

    union all

    -- it moves all of it at once
    select
        warehouse_transfers.exact_warehouse_transfer_id as exact_id,
        if(warehouse_transfers.status_code = 50, 'complete', null) as ended_as,
        coalesce(sum(lines.moved_qty), 0) as ordered_qty_purchase_unit,
        coalesce(sum(lines.moved_qty) filter (where warehouse_transfers.status_code = 50), 0)
            as received_qty_purchase_unit
    from warehouse_transfers
    left join warehouse_transfer_lines as lines
        on warehouse_transfers.exact_warehouse_transfer_id = lines.exact_warehouse_transfer_id
    group by all
)

select * from received
