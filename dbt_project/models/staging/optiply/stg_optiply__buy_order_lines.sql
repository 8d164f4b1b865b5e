-- One row per Optiply buy order line.
select
    id as optiply_buy_order_line_id,
    buy_order_id as optiply_buy_order_id,
    product_id as optiply_product_id,
    {{ quantity('quantity') }} as ordered_qty,
    {{ amount('subtotal_value') }} as subtotal_value,
    expected_delivery_date as expected_delivery_at,
    {{ clean_text('remote_id') }} as remote_id,
    updated_at
from {{ source('raw_optiply', 'buy_order_lines') }}
