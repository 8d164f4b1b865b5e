-- One row per line of an order of int_export__order_headers when prices are exported: its price per purchase
-- unit in the supplier's purchase currency, or why none is sent (X3). No rows with export_BOLine_price off.
with

order_headers as (
    select optiply_buy_order_id, division_currency_code, purchase_currency_code
    from {{ ref('int_export__order_headers') }}
    where {{ flag_sql('export_BOLine_price') }}
),

order_lines as (
    select
        optiply_buy_order_line_id, optiply_buy_order_id, item_code, optiply_product_id, subtotal_value,
        ordered_qty_purchase_unit, is_price_moved_by_rounding
    from {{ ref('int_export__order_lines') }}
),

exchange_rates as (
    select source_currency_code, target_currency_code, target_per_source
    from {{ ref('int_prices__exchange_rates') }}
),

rated as (
    select
        order_lines.optiply_buy_order_line_id,
        order_lines.optiply_buy_order_id,
        coalesce(order_lines.item_code, order_lines.optiply_product_id) as item_name,
        order_lines.subtotal_value,
        order_lines.ordered_qty_purchase_unit,
        order_lines.is_price_moved_by_rounding,
        order_headers.purchase_currency_code,
        case
            when order_headers.purchase_currency_code = order_headers.division_currency_code then 1
            else exchange_rates.target_per_source
        end as division_amount_per_purchase_amount
    from order_lines
    inner join order_headers on order_lines.optiply_buy_order_id = order_headers.optiply_buy_order_id
    left join exchange_rates
        on
            order_headers.purchase_currency_code = exchange_rates.source_currency_code
            and order_headers.division_currency_code = exchange_rates.target_currency_code
),

judged as (
    select
        optiply_buy_order_line_id,
        optiply_buy_order_id,
        item_name,
        purchase_currency_code,
        subtotal_value / nullif(ordered_qty_purchase_unit, 0) / division_amount_per_purchase_amount as price,
        case
            when division_amount_per_purchase_amount is null
                then 'no exchange rate for ' || coalesce(purchase_currency_code, 'an unknown currency')
            when subtotal_value is null then 'it has none in Optiply'
            when is_price_moved_by_rounding then 'the unit conversion moved it by more than 1 %'
        end as no_price_reason
    from rated
),

line_prices as (
    select
        optiply_buy_order_line_id,
        optiply_buy_order_id,
        item_name,
        purchase_currency_code,
        if(no_price_reason is null, round(cast(price as double), 6), null) as price_per_purchase_unit,
        no_price_reason
    from judged
)

select * from line_prices
