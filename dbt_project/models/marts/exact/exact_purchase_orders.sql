-- One row per Optiply buy order that is to become an Exact purchase order, with the body of its POST.
with

order_headers as (
    select
        optiply_buy_order_id, placed_date, supplier_remote_id, exact_account_manager_id, receipt_date
    from {{ ref('int_export__order_headers') }}
),

line_lists as (
    select optiply_buy_order_id, lines, purchase_order_lines, undated_lines, purchase_currency_code
    from {{ ref('int_export__line_lists') }}
),

order_versions as (
    select optiply_buy_order_id, changed_at
    from {{ ref('int_export__order_versions') }}
),

order_numbers as (
    select optiply_buy_order_id, order_number
    from {{ ref('int_export__order_numbers') }}
),

optiply_orders as (
    select optiply_buy_order_id, optiply_order
    from {{ ref('int_export__optiply_orders') }}
),

warehouse as (
    select exact_warehouse_id
    from {{ ref('int_export__warehouse') }}
),

refusals as (
    select
        optiply_buy_order_id,
        string_agg(reason, '; ' order by rule_id desc, reason asc) as refused_reason,
        -- one of them is named; X12 is the rule that refuses as a whole
        max(rule_id) as refused_rule
    from {{ ref('int_export__refusals') }}
    group by all
),

orders as (
    select
        order_headers.optiply_buy_order_id,
        order_headers.optiply_buy_order_id as marker,
        order_headers.supplier_remote_id,
        json_merge_patch('{}', to_json({
            'OrderDate': strftime(order_headers.placed_date, '%Y-%m-%dT00:00:00'),
            'Supplier': order_headers.supplier_remote_id,
            'ReceiptDate': strftime(order_headers.receipt_date, '%Y-%m-%dT00:00:00'),
            'YourRef': order_headers.optiply_buy_order_id,
            'OrderNumber': order_numbers.order_number,
            'PurchaseAgent': order_headers.exact_account_manager_id,
            'Warehouse': warehouse.exact_warehouse_id,
            'Currency': line_lists.purchase_currency_code,
            'PurchaseOrderLines': coalesce(line_lists.purchase_order_lines, cast('[]' as json))
        })) as payload,
        coalesce(line_lists.lines, cast('[]' as json)) as lines,
        -- without the receipt dates, which move with the day: what Exact refused stays refused tomorrow,
        -- until the order, an item or the supplier changes, or a number that was free is not any more
        md5(concat_ws(' ', to_json({
            'OrderDate': order_headers.placed_date,
            'Supplier': order_headers.supplier_remote_id,
            'PurchaseAgent': order_headers.exact_account_manager_id,
            'Warehouse': warehouse.exact_warehouse_id,
            'Currency': line_lists.purchase_currency_code,
            'PurchaseOrderLines': line_lists.undated_lines
        }), order_numbers.order_number, order_versions.changed_at)) as payload_hash,
        optiply_orders.optiply_order,
        refusals.refused_reason,
        refusals.refused_rule
    from order_headers
    inner join optiply_orders on order_headers.optiply_buy_order_id = optiply_orders.optiply_buy_order_id
    left join order_numbers on order_headers.optiply_buy_order_id = order_numbers.optiply_buy_order_id
    left join warehouse on true
    left join line_lists on order_headers.optiply_buy_order_id = line_lists.optiply_buy_order_id
    left join order_versions on order_headers.optiply_buy_order_id = order_versions.optiply_buy_order_id
    left join refusals on order_headers.optiply_buy_order_id = refusals.optiply_buy_order_id
)

select
    optiply_buy_order_id,
    marker,
    supplier_remote_id,
    cast(payload as varchar) as payload,
    cast(lines as varchar) as lines,
    payload_hash,
    optiply_order,
    refused_reason,
    refused_rule
from orders
