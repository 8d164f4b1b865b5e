-- One row per buy order line that Optiply should hold. Two lines of one product stay two lines (BO3).
with

lines as (
    select line_id, remote_id, exact_item_id, quantity, subtotal_value, expected_date
    from {{ ref('int_buy_orders__line_verdicts') }}
    where verdict = 'sent'
)

select
    line_id as remote_id,
    remote_id as buy_order_remote_id,
    exact_item_id as product_remote_id,
    quantity,
    subtotal_value,
    {{ instant_text('expected_date') }} as expected_delivery_date
from lines
