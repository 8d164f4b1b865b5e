-- One row per buy order that the ledger says Optiply holds, with the completion it was sent with.
with

records as (
    select remote_id, payload
    from {{ source('ledger', 'records') }}
    where entity = 'buyOrders'
),

accepted as (
    select remote_id, json_extract_string(payload, '$.completed') as completed
    from records
)

select * from accepted
