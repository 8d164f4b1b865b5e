-- One row per buy order or line in the ledger that somebody has deleted in Optiply since (X13): the push
-- forgets it and what Optiply deleted with it, and sends again what Exact holds.
with

gone as (
    select
        if(stream = 'buy_orders', 'buyOrders', 'buyOrderLines') as entity,
        optiply_id
    from {{ ref('int_deletions__optiply_rows') }}
),

records as (
    select entity, remote_id, optiply_id
    from {{ source('ledger', 'records') }}
),

plan_optiply_gone as (
    select records.entity, records.remote_id, records.optiply_id
    from records
    inner join gone on records.entity = gone.entity and records.optiply_id = gone.optiply_id
)

select * from plan_optiply_gone
