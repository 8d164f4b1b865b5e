-- One row per order of int_export__order_headers that has lines: the lines of its POST, sorted by skuCode
-- (X3), as they are linked after it, and without the dates that move with the day (X12).
with

order_headers as (
    select optiply_buy_order_id, receipt_date
    from {{ ref('int_export__order_headers') }}
),

order_lines as (
    select
        optiply_buy_order_line_id, optiply_buy_order_id, exact_item_id, item_code, ordered_qty_purchase_unit
    from {{ ref('int_export__order_lines') }}
),

line_prices as (
    select optiply_buy_order_line_id, purchase_currency_code, price_per_purchase_unit
    from {{ ref('int_export__line_prices') }}
    where price_per_purchase_unit is not null
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
        line_prices.price_per_purchase_unit,
        line_prices.purchase_currency_code
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
        )) as undated_lines,
        any_value(purchase_currency_code) as purchase_currency_code
    from bodies
    group by all
)

select * from line_lists
