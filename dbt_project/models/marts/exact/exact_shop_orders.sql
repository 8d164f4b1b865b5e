-- One row per line of an assembly order in Optiply that is to become a shop order in Exact (X10), with
-- the body of its POST.
with

internal_lines as (
    select
        optiply_buy_order_line_id, optiply_buy_order_id, placed_date, receipt_date, exact_item_id,
        ordered_qty_item_unit
    from {{ ref('int_export__internal_lines') }}
    where route = 'shop_order'
),

exports as (
    select marker
    from {{ source('ledger', 'exports') }}
    where sink = 'shop_orders'
),

optiply_orders as (
    select optiply_buy_order_id, optiply_order
    from {{ ref('int_export__optiply_orders') }}
),

warehouse as (
    select exact_warehouse_id
    from {{ ref('int_export__warehouse') }}
),

order_versions as (
    select optiply_buy_order_id, changed_at
    from {{ ref('int_export__order_versions') }}
),

refusals as (
    select
        optiply_buy_order_id,
        string_agg(reason, '; ' order by rule_id desc, reason asc) as refused_reason,
        max(rule_id) as refused_rule
    from {{ ref('int_export__internal_refusals') }}
    group by all
),

marked as (
    select
        optiply_buy_order_line_id,
        optiply_buy_order_id,
        optiply_buy_order_id || '-' || optiply_buy_order_line_id as marker,
        placed_date,
        receipt_date,
        exact_item_id,
        ordered_qty_item_unit
    from internal_lines
),

shop_orders as (
    select
        marked.optiply_buy_order_id,
        marked.marker,
        marked.exact_item_id as counterpart_id,
        json_merge_patch('{}', to_json({
            'Item': marked.exact_item_id,
            'PlannedQuantity': marked.ordered_qty_item_unit,
            'PlannedDate': strftime(marked.receipt_date, '%Y-%m-%dT00:00:00'),
            'EntryDate': strftime(marked.placed_date, '%Y-%m-%dT00:00:00'),
            'YourRef': marked.marker,
            'Warehouse': warehouse.exact_warehouse_id
        })) as payload,
        to_json([{
            'optiply_buy_order_line_id': marked.optiply_buy_order_line_id,
            'item_id': marked.exact_item_id,
            'quantity': marked.ordered_qty_item_unit
        }]) as lines,
        -- without the planned date, which moves with the day: what Exact refused stays refused
        -- tomorrow, until an item changes
        md5(concat_ws(' ', to_json({
            'Item': marked.exact_item_id,
            'PlannedQuantity': marked.ordered_qty_item_unit,
            'EntryDate': marked.placed_date,
            'Warehouse': warehouse.exact_warehouse_id
        }), order_versions.changed_at)) as payload_hash,
        optiply_orders.optiply_order,
        refusals.refused_reason,
        refusals.refused_rule
    from marked
    anti join exports on marked.marker = exports.marker
    inner join optiply_orders on marked.optiply_buy_order_id = optiply_orders.optiply_buy_order_id
    left join warehouse on true
    left join order_versions on marked.optiply_buy_order_id = order_versions.optiply_buy_order_id
    left join refusals on marked.optiply_buy_order_id = refusals.optiply_buy_order_id
)

select
    optiply_buy_order_id,
    marker,
    counterpart_id,
    cast(payload as varchar) as payload,
    cast(lines as varchar) as lines,
    payload_hash,
    optiply_order,
    refused_reason,
    refused_rule
from shop_orders
