-- One row per buy order line that Optiply holds and must not hold any more, with the evidence for it (C8,
-- BO4). A line that a sync read did not bring is no evidence; lines of an order that leaves go with it.
with

accepted as (
    select remote_id
    from {{ source('ledger', 'records') }}
    where entity = 'buyOrderLines'
),

line_verdicts as (
    select line_id, verdict, reason
    from {{ ref('int_buy_orders__line_verdicts') }}
),

-- a shop order is its own line (X10)
deleted_keys as (
    select deleted_key as line_id
    from {{ ref('int_buy_orders__deleted_keys') }}

    union

    select exact_id as line_id
    from {{ ref('int_buy_orders__transfers_never_read') }}
    where stream = 'warehouse_transfer_lines'
),

exact_lines as (
    select exact_purchase_order_line_id as line_id
    from {{ ref('stg_exact__purchase_order_lines') }}

    union all

    select exact_shop_order_id as line_id
    from {{ ref('stg_exact__manufacturing_shop_orders') }}
),

-- deleted in Exact and never, or no longer, in raw
gone as (
    select accepted.remote_id, 'deleted in Exact' as reason
    from accepted
    semi join deleted_keys on accepted.remote_id = deleted_keys.line_id
    anti join exact_lines on accepted.remote_id = exact_lines.line_id
),

leaving as (
    select remote_id, reason from gone
    union all
    select accepted.remote_id, line_verdicts.reason
    from accepted
    inner join line_verdicts on accepted.remote_id = line_verdicts.line_id
    where line_verdicts.verdict = 'leaves'
)

select * from leaving
