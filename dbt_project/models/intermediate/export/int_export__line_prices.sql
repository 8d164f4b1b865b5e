-- One row per line of an order of int_export__order_headers when prices are exported: its price per purchase unit in
-- the supplier's purchase currency, or why none is sent (X3). None with export_BOLine_price off.
with

order_headers as (
    select optiply_buy_order_id, division_currency_code, purchase_currency_code
    from {{ ref('int_export__order_headers') }}
    where {{ flag_sql('export_BOLine_price') }}
),

order_lines as (
    select
        optiply_buy_order_line_id, optiply_buy_order_id, item_code, optiply_product_id, subtotal_value,
        ordered_qty_purchase_unit
    from {{ ref('int_export__order_lines') }}
),

exchange_rates as (
    select source_currency_code, target_currency_code, target_per_source
    from {{ ref('stg_exact__exchange_rates') }}
    where start_date <= {{ as_of() }} and target_per_source > 0
    qualify row_number() over (
        partition by source_currency_code, target_currency_code
        order by start_date desc, modified_at desc nulls last, exact_exchange_rate_id
    ) = 1
),

rated as (
    select
        order_lines.optiply_buy_order_line_id,
        order_lines.optiply_buy_order_id,
        coalesce(order_lines.item_code, order_lines.optiply_product_id) as item_name,
        order_lines.subtotal_value,
        order_lines.ordered_qty_purchase_unit,
        order_headers.purchase_currency_code,
        case
            when order_headers.purchase_currency_code = order_headers.division_currency_code then 1
            else exchange_rates.target_per_source
        end as division_currency_per_purchase_currency
    from order_lines
    inner join order_headers on order_lines.optiply_buy_order_id = order_headers.optiply_buy_order_id
    left join exchange_rates
        on order_headers.purchase_currency_code = exchange_rates.source_currency_code
        and order_headers.division_currency_code = exchange_rates.target_currency_code
),

line_prices as (
    select
        optiply_buy_order_line_id,
        optiply_buy_order_id,
        item_name,
        purchase_currency_code,
        case
            when ordered_qty_purchase_unit > 0 then round(
                subtotal_value / ordered_qty_purchase_unit / division_currency_per_purchase_currency, 6
            )
        end as price_per_purchase_unit,
        division_currency_per_purchase_currency is null as is_rate_missing
    from rated
)

select * from line_prices
