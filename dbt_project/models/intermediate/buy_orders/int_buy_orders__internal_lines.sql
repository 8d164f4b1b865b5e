-- One row per line of a buy order that stands in Exact as shop orders, each its own line (BO10), or as a
-- warehouse transfer that we made (X9). Exact has no amounts for them: an exported line keeps Optiply's.
with

shop_orders as (
    select exact_shop_order_id, exact_item_id, planned_qty, planned_date
    from {{ ref('stg_exact__manufacturing_shop_orders') }}
),

transfers as (
    select exact_warehouse_transfer_id, planned_receipt_date
    from {{ ref('stg_exact__warehouse_transfers') }}
),

transfer_lines as (
    select
        exact_warehouse_transfer_line_id, exact_warehouse_transfer_id, line_number, exact_item_id, moved_qty
    from {{ ref('stg_exact__warehouse_transfer_lines') }}
),

internal_exports as (
    select exact_id, order_remote_id
    from {{ ref('int_buy_orders__internal_exports') }}
),

export_lines as (
    select exact_line_id, optiply_buy_order_line_id
    from {{ source('ledger', 'export_lines') }}
),

optiply_lines as (
    select optiply_buy_order_line_id, subtotal_value
    from {{ ref('stg_optiply__buy_order_lines') }}
),

deleted as (
    select remote_id
    from {{ ref('int_buy_orders__documents_deleted') }}
),

-- C8: a complete read did not bring them again
gone as (
    select row_key
    from {{ source('runs', 'rows_gone') }}
    where source = 'exact' and stream = 'warehouse_transfer_lines'
),

lines as (
    select
        shop_orders.exact_shop_order_id as line_id,
        coalesce(internal_exports.order_remote_id, shop_orders.exact_shop_order_id) as remote_id,
        1 as line_number,
        shop_orders.exact_item_id,
        shop_orders.planned_qty as ordered_qty,
        shop_orders.planned_date as expected_date,
        deleted.remote_id is not null as is_deleted
    from shop_orders
    left join internal_exports on shop_orders.exact_shop_order_id = internal_exports.exact_id
    left join deleted on shop_orders.exact_shop_order_id = deleted.remote_id

    union all

    select
        transfer_lines.exact_warehouse_transfer_line_id as line_id,
        internal_exports.order_remote_id as remote_id,
        transfer_lines.line_number,
        transfer_lines.exact_item_id,
        transfer_lines.moved_qty as ordered_qty,
        transfers.planned_receipt_date as expected_date,
        gone.row_key is not null as is_deleted
    from transfers
    inner join transfer_lines
        on transfers.exact_warehouse_transfer_id = transfer_lines.exact_warehouse_transfer_id
    inner join internal_exports on transfers.exact_warehouse_transfer_id = internal_exports.exact_id
    left join gone on transfer_lines.exact_warehouse_transfer_line_id = gone.row_key
),

internal_lines as (
    select
        lines.*,
        coalesce(optiply_lines.subtotal_value, 0) as amount
    from lines
    left join export_lines on lines.line_id = export_lines.exact_line_id
    left join optiply_lines
        on export_lines.optiply_buy_order_line_id = optiply_lines.optiply_buy_order_line_id
)

select * from internal_lines
