-- One row per Optiply buy order that is to become a warehouse transfer in Exact (X9), with its body.
with

internal_lines as (
    select
        optiply_buy_order_line_id, optiply_buy_order_id, receipt_date, exact_item_id, item_code,
        ordered_qty_item_unit
    from {{ ref('int_export__internal_lines') }}
    where route = 'stock_transfer'
),

optiply_orders as (
    select optiply_buy_order_id, optiply_order
    from {{ ref('int_export__optiply_orders') }}
),

warehouses as (
    select from_warehouse_id, to_warehouse_id
    from {{ ref('int_export__transfer_warehouses') }}
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

line_lists as (
    select
        optiply_buy_order_id,
        any_value(receipt_date) as receipt_date,
        to_json(list(
            {
                'optiply_buy_order_line_id': optiply_buy_order_line_id,
                'item_id': exact_item_id,
                'quantity': ordered_qty_item_unit
            }
            order by
                item_code nulls last,
                try_cast(optiply_buy_order_line_id as bigint),
                optiply_buy_order_line_id
        )) as lines,
        to_json(list(
            {
                'Item': exact_item_id,
                'Quantity': ordered_qty_item_unit
            }
            order by
                item_code nulls last,
                try_cast(optiply_buy_order_line_id as bigint),
                optiply_buy_order_line_id
        )) as warehouse_transfer_lines
    from internal_lines
    group by all
),

transfers as (
    select
        line_lists.optiply_buy_order_id,
        line_lists.optiply_buy_order_id as marker,
        warehouses.to_warehouse_id as counterpart_id,
        json_merge_patch('{}', to_json({
            'EntryDate': strftime({{ as_of() }}, '%Y-%m-%dT00:00:00'),
            'PlannedReceiptDate': strftime(line_lists.receipt_date, '%Y-%m-%dT00:00:00'),
            'WarehouseFrom': warehouses.from_warehouse_id,
            'WarehouseTo': warehouses.to_warehouse_id,
            'Description': line_lists.optiply_buy_order_id,
            'Status': {{ flag_sql('stock_transfer_status') }},
            'WarehouseTransferLines': line_lists.warehouse_transfer_lines
        })) as payload,
        line_lists.lines,
        -- without the two dates, which move with the day: what Exact refused stays refused
        -- tomorrow, until an item changes
        md5(concat_ws(' ', to_json({
            'WarehouseFrom': warehouses.from_warehouse_id,
            'WarehouseTo': warehouses.to_warehouse_id,
            'Status': {{ flag_sql('stock_transfer_status') }},
            'WarehouseTransferLines': line_lists.warehouse_transfer_lines
        }), order_versions.changed_at)) as payload_hash,
        optiply_orders.optiply_order,
        refusals.refused_reason,
        refusals.refused_rule
    from line_lists
    cross join warehouses
    inner join optiply_orders on line_lists.optiply_buy_order_id = optiply_orders.optiply_buy_order_id
    left join order_versions on line_lists.optiply_buy_order_id = order_versions.optiply_buy_order_id
    left join refusals on line_lists.optiply_buy_order_id = refusals.optiply_buy_order_id
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
from transfers
