-- One row per buy order that Optiply holds and must not hold any more, with the evidence for it (C8, BO5).
-- Its lines and receipts go with it: Optiply removes them.
with

accepted as (
    select remote_id
    from {{ ref('int_buy_orders__accepted') }}
),

verdicts as (
    select remote_id, verdict, reason, is_in_optiply
    from {{ ref('int_buy_orders__verdicts') }}
),

deleted as (
    select remote_id
    from {{ ref('int_buy_orders__documents_deleted') }}
),

-- deleted in Exact and never, or no longer, in raw
gone as (
    select accepted.remote_id, 'deleted in Exact' as reason
    from accepted
    semi join deleted on accepted.remote_id = deleted.remote_id
    anti join verdicts on accepted.remote_id = verdicts.remote_id
),

leaving as (
    select remote_id, reason from gone
    union all
    select remote_id, reason from verdicts
    where verdict = 'leaves' and is_in_optiply
)

select * from leaving
