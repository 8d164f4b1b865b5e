-- One row per receipt in Exact: whether it is a receipt line, and if not, by which rule (RL1-RL5).
-- verdict: sent; waits (for its order line, RL4); leaves (Optiply must not hold it); outside (not sent, but
-- one that Optiply holds stays, or goes with its order).
with

receipts as (
    select remote_id, receipt_type, line_id, receipt_date, created_at
    from {{ ref('int_receipts__lines') }}
),

quantities as (
    select remote_id, received_stock_qty, quantity
    from {{ ref('int_receipts__quantities') }}
),

-- an assembly order is its own line
exact_lines as (
    select exact_purchase_order_line_id as line_id, exact_purchase_order_id as order_remote_id
    from {{ ref('stg_exact__purchase_order_lines') }}
    union all
    select line_id, remote_id as order_remote_id
    from {{ ref('int_buy_orders__internal_lines') }}
),

orders as (
    select remote_id, verdict
    from {{ ref('int_buy_orders__verdicts') }}
),

line_verdicts as (
    select line_id, verdict
    from {{ ref('int_buy_orders__line_verdicts') }}
),

-- RL5, C8: Exact has no delete log for them, a complete read did not bring them again
gone as (
    select row_key
    from {{ source('runs', 'rows_gone') }}
    where source = 'exact' and stream in ('goods_receipt_lines', 'purchase_return_lines')
),

accepted as (
    select
        remote_id,
        try_cast(json_extract_string(payload, '$.quantity') as bigint) as quantity,
        json_extract_string(payload, '$.occurred') as occurred
    from {{ source('ledger', 'records') }}
    where entity = 'receiptLines'
),

facts as (
    select
        receipts.remote_id,
        receipts.receipt_type,
        receipts.line_id,
        quantities.received_stock_qty,
        quantities.quantity,
        coalesce(receipts.receipt_date, cast(receipts.created_at as date)) as occurred_date,
        coalesce(
            {{ instant_text('receipts.receipt_date') }},
            -- BO10: Exact does not say when it was produced, and Modified moves on with every edit
            case
                when receipts.receipt_type = 'production' and accepted.quantity = quantities.quantity
                    then accepted.occurred
            end,
            {{ instant_text('receipts.created_at') }}
        ) as occurred,
        orders.verdict as order_verdict,
        line_verdicts.verdict as line_verdict,
        accepted.remote_id is not null as is_in_optiply,
        gone.row_key is not null as is_gone
    from receipts
    left join quantities on receipts.remote_id = quantities.remote_id
    left join exact_lines on receipts.line_id = exact_lines.line_id
    left join orders on coalesce(exact_lines.order_remote_id, receipts.line_id) = orders.remote_id
    left join line_verdicts on receipts.line_id = line_verdicts.line_id
    left join accepted on receipts.remote_id = accepted.remote_id
    left join gone on receipts.remote_id = gone.row_key
),

judged as (
    select
        *,
        case
            when is_gone then ['leaves', 'RL5', 'no longer in Exact']
            when line_id is null then ['outside', 'RL1', 'names no purchase order line']
            when order_verdict is null then ['waits', 'RL4', 'its order line was not read yet']
            when order_verdict <> 'wanted' then ['outside', 'RL4', 'its order is not sent']
            when line_verdict = 'leaves' then ['outside', 'RL4', 'its order line is not sent']
            when coalesce(quantity, 0) = 0
                then [
                    if(receipt_type in ('assembly', 'production') and not is_in_optiply, 'outside', 'leaves'),
                    if(receipt_type = 'purchase_return', 'RL3', 'RL2'),
                    'quantity is 0: ' || coalesce({{ plain_number('received_stock_qty') }}, 'none in Exact')
                ]
            when occurred is null then ['outside', 'RL1', 'no date in Exact']
            when occurred_date < {{ first_order_date() }} and not is_in_optiply
                then ['outside', 'F', 'dated before start_date']
            when (line_verdict = 'sent') is not true
                then ['waits', 'RL4', 'its order line is not in Optiply']
            else ['sent', null, null]
        end as judgement
    from facts
)

select
    remote_id,
    receipt_type,
    line_id,
    quantity,
    received_stock_qty,
    occurred,
    is_in_optiply,
    judgement[1] as verdict,
    judgement[2] as rule_id,
    judgement[3] as reason
from judged
