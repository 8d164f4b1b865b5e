-- One row per Optiply buy order that is to become an Exact purchase order, with the body of its POST.
with

order_headers as (
    select
        optiply_buy_order_id, placed_date, supplier_remote_id, exact_account_manager_id, receipt_date
    from {{ ref('int_export__order_headers') }}
),

order_lines as (
    select
        optiply_buy_order_line_id, optiply_buy_order_id, exact_item_id, item_code, ordered_qty_purchase_unit
    from {{ ref('int_export__order_lines') }}
),

line_prices as (
    select optiply_buy_order_line_id, optiply_buy_order_id, purchase_currency_code, price_per_purchase_unit
    from {{ ref('int_export__line_prices') }}
    where price_per_purchase_unit is not null
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

currencies as (
    select optiply_buy_order_id, any_value(purchase_currency_code) as purchase_currency_code
    from line_prices
    group by all
),

bodies as (
    select
        order_headers.optiply_buy_order_id,
        order_lines.optiply_buy_order_line_id,
        strftime(order_headers.receipt_date, '%Y-%m-%dT00:00:00') as receipt_date,
        -- X3: by skuCode, which is the item's code; Optiply's ids are numbers in text
        row_number() over (
            partition by order_headers.optiply_buy_order_id
            order by
                order_lines.item_code nulls last,
                try_cast(order_lines.optiply_buy_order_line_id as bigint),
                order_lines.optiply_buy_order_line_id
        ) as line_position,
        order_lines.exact_item_id,
        order_lines.ordered_qty_purchase_unit,
        line_prices.price_per_purchase_unit
    from order_headers
    inner join order_lines on order_headers.optiply_buy_order_id = order_lines.optiply_buy_order_id
    left join line_prices on order_lines.optiply_buy_order_line_id = line_prices.optiply_buy_order_line_id
),

line_lists as (
    select
        optiply_buy_order_id,
        to_json(list(
            {
                'optiply_buy_order_line_id': optiply_buy_order_line_id,
                'item_id': exact_item_id,
                'quantity': ordered_qty_purchase_unit
            }
            order by line_position
        )) as lines,
        -- a merge patch leaves out what is null: Exact would take a null as a value
        to_json(list(
            json_merge_patch('{}', to_json({
                'Item': exact_item_id,
                'QuantityInPurchaseUnits': ordered_qty_purchase_unit,
                'ReceiptDate': receipt_date,
                'UnitPrice': price_per_purchase_unit
            }))
            order by line_position
        )) as purchase_order_lines,
        to_json(list(
            {
                'Item': exact_item_id,
                'QuantityInPurchaseUnits': ordered_qty_purchase_unit,
                'UnitPrice': price_per_purchase_unit
            }
            order by line_position
        )) as undated_lines
    from bodies
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
            'Currency': currencies.purchase_currency_code,
            'PurchaseOrderLines': coalesce(line_lists.purchase_order_lines, cast('[]' as json))
        })) as payload,
        coalesce(line_lists.lines, cast('[]' as json)) as lines,
        -- without the receipt dates, which move with the day: what Exact refused stays refused tomorrow
        -- a number that was free and is not any more is another content: the order is tried again without it
        md5(concat_ws(' ', to_json({
            'OrderDate': order_headers.placed_date,
            'Supplier': order_headers.supplier_remote_id,
            'PurchaseAgent': order_headers.exact_account_manager_id,
            'Warehouse': warehouse.exact_warehouse_id,
            'Currency': currencies.purchase_currency_code,
            'PurchaseOrderLines': line_lists.undated_lines
        }), order_numbers.order_number)) as payload_hash,
        optiply_orders.optiply_order,
        refusals.refused_reason,
        refusals.refused_rule
    from order_headers
    inner join optiply_orders on order_headers.optiply_buy_order_id = optiply_orders.optiply_buy_order_id
    left join order_numbers on order_headers.optiply_buy_order_id = order_numbers.optiply_buy_order_id
    left join warehouse on true
    left join line_lists on order_headers.optiply_buy_order_id = line_lists.optiply_buy_order_id
    left join currencies on order_headers.optiply_buy_order_id = currencies.optiply_buy_order_id
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
