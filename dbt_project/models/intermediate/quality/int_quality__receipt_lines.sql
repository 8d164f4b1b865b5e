-- One row per receipt that is left out, changed or waiting, and why (C9). Receipts of orders that are not
-- sent are out of scope (RL4): their order is listed.
with

verdicts as (
    select
        remote_id, receipt_type, received_stock_qty, quantity, verdict, rule_id, reason
    from {{ ref('int_receipts__verdicts') }}
),

not_sent as (
    select
        remote_id,
        rule_id,
        reason,
        if(verdict = 'waits', 'waiting', 'left_out') as severity
    from verdicts
    where
        verdict = 'waits'
        -- an order that has produced nothing yet has nothing to lose
        or (
            receipt_type in ('goods_receipt', 'purchase_return')
            and verdict <> 'sent'
            and rule_id not in ('RL4', 'RL5')
        )
),

rounded as (
    select
        remote_id,
        'C5' as rule_id,
        'quantity rounded from ' || {{ plain_number('received_stock_qty') }} || ' to '
        || cast(quantity as varchar) as reason,
        'changed' as severity
    from verdicts
    where verdict = 'sent' and quantity <> received_stock_qty
),

listed as (
    select remote_id, rule_id, reason, severity from not_sent
    union all
    select remote_id, rule_id, reason, severity from rounded
)

select 'receiptLines' as entity, remote_id, rule_id, reason, severity
from listed
