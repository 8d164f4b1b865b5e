-- One row per receipt line that Optiply should hold: what was received of an order line, or returned (RL3).
with

receipts as (
    select remote_id, line_id, quantity, occurred
    from {{ ref('int_receipts__verdicts') }}
    where verdict = 'sent'
)

select
    remote_id,
    line_id as buy_order_line_remote_id,
    quantity,
    occurred
from receipts
