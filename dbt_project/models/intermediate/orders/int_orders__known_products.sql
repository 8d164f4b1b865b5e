-- One row per product that a sell order line may name (SO11): Optiply has it, or this run creates it.
with

accepted as (
    select remote_id
    from {{ source('ledger', 'records') }}
    where entity = 'products'
),

created as (
    select remote_id
    from {{ ref('plan_optiply_products') }}
    -- an open intent is settled before anything is sent, and its product stands in Optiply then
    where operation = 'create' and coalesce(blocked_by, 'open intent') = 'open intent'
),

known as (
    select remote_id from accepted
    union
    select remote_id from created
)

select * from known
