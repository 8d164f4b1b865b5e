-- One row per receipt in Exact, in one form for all: a goods receipt line (RL1), a purchase return line
-- (RL3), what an assembly or shop order has produced (BO9, BO10), what a transfer of ours has moved (X9).
-- Before any conversion.
with

goods_receipts as (
    select exact_goods_receipt_id, receipt_date
    from {{ ref('stg_exact__goods_receipts') }}
),

goods_receipt_lines as (
    select
        exact_goods_receipt_line_id, exact_goods_receipt_id, exact_purchase_order_line_id,
        received_qty_purchase_unit, created_at
    from {{ ref('stg_exact__goods_receipt_lines') }}
),

purchase_returns as (
    select exact_purchase_return_id, return_date
    from {{ ref('stg_exact__purchase_returns') }}
),

purchase_return_lines as (
    select
        exact_purchase_return_line_id, exact_purchase_return_id, exact_purchase_order_line_id,
        returned_qty_purchase_unit, created_at
    from {{ ref('stg_exact__purchase_return_lines') }}
),

assembly_orders as (
    select exact_assembly_order_id, finished_qty, finished_date, assembly_date, order_date
    from {{ ref('stg_exact__assembly_orders') }}
),

shop_orders as (
    select exact_shop_order_id, produced_qty, modified_at
    from {{ ref('stg_exact__manufacturing_shop_orders') }}
),

-- X9: a transfer moves all of it at once
moved_lines as (
    select
        lines.exact_warehouse_transfer_line_id as line_id,
        lines.moved_qty,
        coalesce(transfers.transfer_date, transfers.planned_receipt_date) as moved_date,
        transfers.modified_at
    from {{ ref('stg_exact__warehouse_transfer_lines') }} as lines
    inner join {{ ref('stg_exact__warehouse_transfers') }} as transfers
        on lines.exact_warehouse_transfer_id = transfers.exact_warehouse_transfer_id
    semi join {{ ref('int_buy_orders__internal_exports') }} as exports
        on lines.exact_warehouse_transfer_id = exports.exact_id
    where transfers.status_code = 50
),

receipts as (
    select
        goods_receipt_lines.exact_goods_receipt_line_id as remote_id,
        'goods_receipt' as receipt_type,
        min(goods_receipt_lines.exact_purchase_order_line_id) as line_id,
        sum(goods_receipt_lines.received_qty_purchase_unit) as received_qty,
        max(goods_receipts.receipt_date) as receipt_date,
        min(goods_receipt_lines.created_at) as created_at
    from goods_receipt_lines
    left join goods_receipts
        on goods_receipt_lines.exact_goods_receipt_id = goods_receipts.exact_goods_receipt_id
    -- RL1: Exact repeats the id for each storage location
    group by goods_receipt_lines.exact_goods_receipt_line_id

    union all

    select
        purchase_return_lines.exact_purchase_return_line_id as remote_id,
        'purchase_return' as receipt_type,
        purchase_return_lines.exact_purchase_order_line_id as line_id,
        -abs(purchase_return_lines.returned_qty_purchase_unit) as received_qty,
        purchase_returns.return_date as receipt_date,
        purchase_return_lines.created_at
    from purchase_return_lines
    left join purchase_returns
        on purchase_return_lines.exact_purchase_return_id = purchase_returns.exact_purchase_return_id

    union all

    select
        exact_assembly_order_id as remote_id,
        'assembly' as receipt_type,
        exact_assembly_order_id as line_id,
        finished_qty as received_qty,
        coalesce(finished_date, assembly_date, order_date) as receipt_date,
        cast(null as timestamp) as created_at
    from assembly_orders

    union all

    select
        exact_shop_order_id as remote_id,
        'production' as receipt_type,
        exact_shop_order_id as line_id,
        produced_qty as received_qty,
        cast(null as date) as receipt_date,
        modified_at as created_at
    from shop_orders

    union all

    select
        line_id as remote_id,
        'transfer' as receipt_type,
        line_id,
        moved_qty as received_qty,
        moved_date as receipt_date,
        modified_at as created_at
    from moved_lines
)

select * from receipts
