-- One row per record and payload that a side refused, with the words of its last answer.
with

refusals as (
    select target, entity, remote_id, payload_hash, message, last_at
    from {{ source('ledger', 'refusals') }}
),

latest as (
    select
        target,
        entity,
        remote_id,
        -- a delete has no payload, so no hash
        coalesce(payload_hash, '') as refused_hash,
        coalesce(arg_max(message, last_at), 'without words') as refusal_message,
    from refusals
    group by all
)

select * from latest
